"""minio-java: the job is compat.MinioJob."""

from install import java as install

NAME = "minio-java"


def job(c):
    c.relay(["java", "-Xmx512m", "-cp", c.installed, "compat.MinioJob"])
