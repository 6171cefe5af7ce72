"""One module a client: NAME, install() → what the job needs, job(context)."""

from clients import aws, boto, curl, rclone, restic, s3cmd, s3fs
from clients.current import RCLONE, RESTIC

SHORT = [curl, aws, boto, rclone, s3cmd, restic]
ALL = [*SHORT, s3fs, RCLONE, RESTIC]
