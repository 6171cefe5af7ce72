"""One module a client: NAME, install() → what the job needs, job(context)."""

from clients import aws, boto, curl, java, javascript, minio, rclone, restic, s3cmd, s3fs
from clients.current import RCLONE, RESTIC

# Those of apt first: pip installs the others meanwhile.
SHORT = [curl, rclone, restic, boto, s3cmd, aws]
ALL = [*SHORT, java, minio, javascript, s3fs, RCLONE, RESTIC]
