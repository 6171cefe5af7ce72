"""rclone: sync, check, server-side copies, ranges, links."""

import os

import install as packages
from pasted import paste
from steps import equal, true

NAME = "rclone"


def install():
    packages.apt("rclone")
    return "rclone"


def job(c):
    example = paste(c, "rclone").then
    with open(c.path("plain"), "w") as f:
        f.write("plain")
    c.environment["RCLONE_RETRIES"] = "1"
    remote = f"flare:{c.bucket}"

    def rclone(*arguments, **options):
        return c.run(c.installed, *arguments, **options)

    with c.step("make a bucket"):
        rclone("mkdir", remote)
        true(c.bucket in rclone("lsd", "flare:").decode(), "the bucket is not listed")
        equal(rclone(*example), b"", "what the example of client-config lists")
    with c.step(f"sync {c.count()} files up"):
        rclone("sync", c.tree, f"{remote}/tree", "--transfers", "8")
    with c.step("check, by hash"):
        rclone("check", c.tree, f"{remote}/tree")
    with c.step("check, by download"):
        rclone("check", "--download", c.tree, f"{remote}/tree")
    with c.step("sync again finds nothing to do"):
        true(b"0 B / 0 B" in rclone("sync", c.tree, f"{remote}/tree", "--stats-one-line", "-v", "--log-file", c.path("log")) or
             "Copied" not in open(c.path("log")).read(), "something was copied again")
    with c.step("sync down and compare"):
        rclone("sync", f"{remote}/tree", c.path("down"), "--transfers", "8")
        c.same_tree(c.path("down"))
    with c.step("upload in parts"):
        rclone("copyto", c.big, f"{remote}/big", "--s3-upload-cutoff", "5M", "--s3-chunk-size", "5M")
    with c.step("download, several streams"):
        rclone("copyto", f"{remote}/big", c.path("big"), "--multi-thread-cutoff", "10M", "--multi-thread-streams", "4")
        c.same_file(c.path("big"))
    with c.step("stream of unknown length"):
        with open(c.big, "rb") as f:
            rclone("rcat", f"{remote}/streamed", "--s3-chunk-size", "5M", stdin=f)
        rclone("copyto", f"{remote}/streamed", c.path("streamed"))
        c.same_file(c.path("streamed"))
    with c.step("ranged reads"):
        equal(rclone("cat", "--offset", "5000000", "--count", "3000000", f"{remote}/big"), c.bytes_of_big(5000000, 8000000), "range")
        size = os.path.getsize(c.big)
        equal(rclone("cat", "--tail", "12345", f"{remote}/big"), c.bytes_of_big(size - 12345, size), "tail")
    with c.step("copy on the server"):
        rclone("copyto", f"{remote}/big", f"{remote}/copies/big é+")
        rclone("copyto", f"{remote}/big", f"{remote}/copies/in parts", "--s3-copy-cutoff", "6M")
        rclone("check", "--download", f"{remote}/copies", f"{remote}/copies")
        for name in ("big é+", "in parts"):
            rclone("copyto", f"{remote}/copies/{name}", c.path("copy"))
            c.same_file(c.path("copy"))
            os.remove(c.path("copy"))
    with c.step("move on the server"):
        rclone("move", f"{remote}/copies", f"{remote}/moved")
        equal(sorted(rclone("lsf", f"{remote}/moved").decode().splitlines()), ["big é+", "in parts"], "moved")
    with c.step("list with a delimiter, in pages"):
        top = os.listdir(c.tree)
        wanted = sorted(n + "/" if os.path.isdir(os.path.join(c.tree, n)) else n for n in top)
        equal(sorted(rclone("lsf", "--s3-list-chunk", "7", f"{remote}/tree").decode().splitlines()), wanted, "top")
        equal(len(rclone("lsf", "-R", "--files-only", "--s3-list-chunk", "13", f"{remote}/tree").decode().splitlines()), c.count(), "all")
    with c.step("presigned GET"):
        link = rclone("link", "--expire", "5m", f"{remote}/big").decode().strip()
        equal(c.fetch(link, headers={"Range": "bytes=7-99"}, wanted=206), c.bytes_of_big(7, 100), "range")
    with c.step("versions: overwrite, list, get old, clean up"):
        versions(c, rclone)
    with c.step("private ACLs, as without the line of client-config"):
        rclone("mkdir", f"{remote}-private", "--s3-acl", "private")
        rclone("copyto", c.path("plain"), f"{remote}-private/plain", "--s3-acl", "private")
        equal(rclone("cat", f"{remote}-private/plain"), b"plain", "body")
    with c.step("delete many"):
        rclone("delete", f"{remote}/tree")
        equal(rclone("lsf", "-R", "--files-only", f"{remote}/tree"), b"", "keys left")
    with c.step("remove the bucket"):
        rclone("purge", remote)
        true(c.bucket not in rclone("lsf", "flare:").decode().split("\n"), "the bucket is still listed")


def versions(c, rclone):
    remote = f"flare:{c.bucket}-versions"
    rclone("mkdir", remote)
    rclone("backend", "versioning", remote, "Enabled")
    for text in ("one", "two"):
        with open(c.path("body"), "w") as f:
            f.write(text)
        rclone("copyto", "--ignore-times", c.path("body"), f"{remote}/k.txt")
    rclone("deletefile", f"{remote}/k.txt")
    equal(rclone("lsf", remote), b"", "keys after the delete")
    old = sorted(rclone("lsf", "--s3-versions", remote).decode().split())
    equal(len(old), 2, f"old versions {old}")
    equal(sorted(rclone("cat", "--s3-versions", f"{remote}/{name}") for name in old), [b"one", b"two"], "old versions")
    rclone("backend", "cleanup-hidden", remote)
    equal(rclone("lsf", "--s3-versions", remote), b"", "versions left")
    rclone("rmdir", remote)
