"""AWS SDK for Java v2: the job is compat.AwsSdkJob."""

from install import java as install

NAME = "aws-sdk-java"


def job(c):
    c.relay(["java", "-Xmx512m", "-cp", c.installed, "compat.AwsSdkJob"])
