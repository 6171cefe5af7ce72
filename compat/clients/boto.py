"""boto3, current, with its default checksums: the job is boto_job.py, run by the Python that has boto3."""

import functools
import os

import install as packages
from pasted import Pasted

NAME = "boto3"
install = functools.partial(packages.python, "python")


def job(c):
    c.environment["COMPAT_CONFIG"] = c.path("pasted.py")
    with open(c.path("pasted.py"), "w") as f:
        f.write(Pasted(c, "boto3").text)
    c.relay([c.installed, os.path.join(packages.HERE, "boto_job.py")])
