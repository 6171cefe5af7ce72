"""s3cmd, of PyPI."""

import functools
import os
import re

import install as packages
from pasted import paste
from steps import equal, true

NAME = "s3cmd"
install = functools.partial(packages.python, "s3cmd")


def job(c):
    example = paste(c, "s3cmd").then
    url = f"s3://{c.bucket}"

    def s3cmd(*arguments, **options):
        return c.run(c.installed, "--no-progress", *arguments, **options).decode()

    with c.step("make a bucket"):
        s3cmd("mb", url)
        true(url in s3cmd("ls"), "the bucket is not listed")
        equal(s3cmd(*example), "", "what the example of client-config lists")
    with c.step(f"sync {c.count()} files up"):
        s3cmd("sync", "-q", c.tree + "/", f"{url}/tree/")
    with c.step("list them"):
        equal(len(s3cmd("ls", "-r", f"{url}/tree/").splitlines()), c.count(), "keys")
    with c.step("sync again finds nothing to do"):
        true("upload:" not in s3cmd("sync", c.tree + "/", f"{url}/tree/"), "something was sent again")
    with c.step("sync down and compare"):
        os.makedirs(c.path("down"))
        s3cmd("sync", "-q", f"{url}/tree/", c.path("down") + "/")
        c.same_tree(c.path("down"))
    with c.step("upload in parts"):
        s3cmd("put", "--multipart-chunk-size-mb=5", c.big, f"{url}/big")
        true(re.search(rf"File size:\s+{os.path.getsize(c.big)}\b", s3cmd("info", f"{url}/big")), "no such length")
    with c.step("download"):
        s3cmd("get", f"{url}/big", c.path("big"))
        c.same_file(c.path("big"))
    with c.step("go on with a half download (ranged read)"):
        with open(c.path("half"), "wb") as f:
            f.write(c.bytes_of_big(0, os.path.getsize(c.big) // 2))
        s3cmd("get", "--continue", f"{url}/big", c.path("half"))
        c.same_file(c.path("half"))
    with c.step("copy and move on the server"):
        s3cmd("cp", f"{url}/big", f"{url}/copies/big + é")
        s3cmd("mv", f"{url}/copies/big + é", f"{url}/moved/big")
        s3cmd("get", f"{url}/moved/big", c.path("moved"))
        c.same_file(c.path("moved"))
        equal(s3cmd("ls", f"{url}/copies/"), "", "left behind")
    with c.step("list with a delimiter"):
        rows = s3cmd("ls", f"{url}/tree/").splitlines()
        equal(sum(" DIR " in r for r in rows), sum(os.path.isdir(os.path.join(c.tree, n)) for n in os.listdir(c.tree)), "directories")
        equal(len(rows), len(os.listdir(c.tree)), "rows")
    with c.step("change metadata in place"):
        s3cmd("modify", "--add-header=x-amz-meta-colour:blue", f"{url}/moved/big")
        true("blue" in s3cmd("info", f"{url}/moved/big"), "no such metadata")
    with c.step("space used"):
        true(s3cmd("du", f"{url}/big").split()[0] == str(os.path.getsize(c.big)), "wrong size")
    with c.step("uploads in parts that are unfinished: none"):
        true("Upload" not in "".join(s3cmd("multipart", url).splitlines()[2:]), "there is one")
    with c.step("presigned GET"):
        link = s3cmd("signurl", f"{url}/big", "+300").strip()
        equal(c.fetch(link, headers={"Range": "bytes=7-99"}, wanted=206), c.bytes_of_big(7, 100), "range")
    with c.step("versions: a deleted object keeps its bucket"):
        versions(c, s3cmd)
    with c.step("delete many"):
        s3cmd("del", "-q", "--recursive", "--force", url)
        equal(s3cmd("ls", "-r", url), "", "keys left")
    with c.step("remove the bucket"):
        s3cmd("rb", url)
        true(url + "\n" not in s3cmd("ls"), "the bucket is still listed")


def versions(c, s3cmd):
    """s3cmd switches versioning on, and can neither list nor read old versions."""
    url = f"s3://{c.bucket}-versions"
    s3cmd("mb", url)
    s3cmd("setversioning", url, "enable")
    with open(c.path("body"), "w") as f:
        f.write("body")
    s3cmd("put", c.path("body"), f"{url}/k")
    s3cmd("del", f"{url}/k")
    equal(s3cmd("ls", url), "", "keys left")
    s3cmd("rb", url, fails=True)
