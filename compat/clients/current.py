"""rclone and restic as their authors release them: other S3 libraries than Debian's years older ones have."""

import types

import install
from clients import rclone, restic

RCLONE = types.SimpleNamespace(
    NAME="rclone-current", install=lambda: install.go(install.RCLONE, "rclone"), job=rclone.job
)
RESTIC = types.SimpleNamespace(
    NAME="restic-current", install=lambda: install.go(install.RESTIC, "restic"), job=restic.job
)
