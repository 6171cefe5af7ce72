"""s3fs, where this machine lets root mount FUSE file systems."""

import os
import shutil
import subprocess
import time

import install as packages
from pasted import paste
from steps import Failure, Skip, equal, true

NAME = "s3fs"


def install():
    try:
        os.close(os.open("/dev/fuse", os.O_RDWR))
    except OSError as e:
        raise Skip(f"no FUSE here: {e}")
    if subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode != 0:
        raise Skip("no right to mount here")
    packages.apt("s3fs")
    return "s3fs"


class Mount:
    """The bucket mounted, and unmounted whatever happens."""

    def __init__(self, c, example, *options):
        """example: bucket, MOUNTPOINT and options, as client-config prints them."""
        self.c, self.at = c, c.path("mnt")
        self.arguments = [self.at if word == "MOUNTPOINT" else word for word in example] + list(options)

    def __enter__(self):
        c = self.c
        os.makedirs(self.at, exist_ok=True)
        self.log = open(c.path("s3fs.log"), "w+")
        self.process = subprocess.Popen(
            [c.installed, *self.arguments, "-f"],
            env=c.environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )
        deadline = time.monotonic() + 60
        while not os.path.ismount(self.at):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.log.seek(0)
                raise Failure(f"not mounted: {self.log.read()[-800:]}")
            time.sleep(0.1)
        return self.at

    def __exit__(self, *_):
        subprocess.run(["umount", self.at], check=False)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()


def job(c):
    example = paste(c, "s3fs").then
    # s3fs makes no bucket by itself.
    c.run("curl", "-sS", "--fail-with-body", "-X", "PUT", "-d", "", "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD", "--aws-sigv4", f"aws:amz:{c.region}:s3",
          "--user", f"{c.access_key}:{c.secret_key}", f"{c.endpoint}/{c.bucket}")
    with Mount(c, example) as at:
        with c.step(f"copy {c.count()} files in"):
            shutil.copytree(c.tree, os.path.join(at, "tree"), copy_function=shutil.copyfile)
        with c.step("a big file, in parts"):
            shutil.copyfile(c.big, os.path.join(at, "big"))
    with Mount(c, example) as at:
        with c.step("mounted again: the same files"):
            c.same_tree(os.path.join(at, "tree"))
        with c.step("the same big file"):
            c.same_file(os.path.join(at, "big"))
        with c.step("ranged reads"):
            with open(os.path.join(at, "big"), "rb") as f:
                f.seek(3000000)
                equal(f.read(100000), c.bytes_of_big(3000000, 3100000), "range")
        with c.step("rename a file and a directory"):
            os.rename(os.path.join(at, "big"), os.path.join(at, "renamed ü"))
            os.rename(os.path.join(at, "tree", "many", "0"), os.path.join(at, "moved"))
            c.same_file(os.path.join(at, "renamed ü"))
            c.same_tree(os.path.join(at, "moved"), os.path.join(c.tree, "many", "0"))
        with c.step("append, write in the middle, truncate"):
            path = os.path.join(at, "edited")
            with open(path, "wb") as f:
                f.write(b"0123456789")
            with open(path, "ab") as f:
                f.write(b"tail")
            with open(path, "r+b") as f:
                f.seek(3)
                f.write(b"XY")
            with open(path, "rb") as f:
                equal(f.read(), b"012XY56789tail", "content")
            # Of an open file: truncating one by its name, s3fs 1.90 puts zeros without ever getting what there was (HEAD, PUT).
            with open(path, "r+b") as f:
                f.truncate(4)
            with open(path, "rb") as f:
                equal(f.read(), b"012X", "truncated")
        with c.step("mode and time of a file, kept as metadata"):
            path = os.path.join(at, "edited")
            os.chmod(path, 0o640)
            os.utime(path, (1000000000, 1000000000))
            equal((os.stat(path).st_mode & 0o777, int(os.stat(path).st_mtime)), (0o640, 1000000000), "mode and time")
            with open(path, "rb") as f:
                equal(f.read(), b"012X", "content")
        with c.step("remove everything"):
            for name in os.listdir(at):
                path = os.path.join(at, name)
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
            true(not os.listdir(at), "something is left")
