"""aws-sdk-js v3: the job is js/job.mjs."""

from install import javascript as install

NAME = "aws-sdk-js"


def job(c):
    c.relay(["node", f"{c.installed}/job.mjs"])
