"""boto3, current, with its default checksums: the job is boto_job.py, run by the Python that has boto3."""

import functools
import os

import install as packages

NAME = "boto3"
install = functools.partial(packages.python, "python")


def job(c):
    c.relay([c.installed, os.path.join(packages.HERE, "boto_job.py")])
