"""One module a client: NAME, install() → what the job needs, job(context)."""

from clients import aws, boto, curl, java, javascript, minio, rclone, restic, s3cmd, s3fs
from clients.current import RCLONE, RESTIC

SHORT = [curl, aws, boto, rclone, s3cmd, restic]
ALL = [*SHORT, java, minio, javascript, s3fs, RCLONE, RESTIC]
