"""s3cmd, of PyPI."""

import functools
import os
import re

import install as packages
from steps import equal, true

NAME = "s3cmd"
install = functools.partial(packages.python, "s3cmd")


def job(c):
    host = c.endpoint.split("//")[1]
    with open(c.path("s3cfg"), "w") as f:
        f.write(f"[default]\naccess_key = {c.access_key}\nsecret_key = {c.secret_key}\nhost_base = {host}\n"
                f"host_bucket = {host}\nuse_https = False\nbucket_location = {c.region}\nsignature_v2 = False\n")
    url = f"s3://{c.bucket}"

    def s3cmd(*arguments, **options):
        return c.run(c.installed, "-c", c.path("s3cfg"), "--no-progress", *arguments, **options).decode()

    with c.step("make a bucket"):
        s3cmd("mb", url)
        true(url in s3cmd("ls"), "the bucket is not listed")
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
    with c.step("delete many"):
        s3cmd("del", "-q", "--recursive", "--force", url)
        equal(s3cmd("ls", "-r", url), "", "keys left")
    with c.step("remove the bucket"):
        s3cmd("rb", url)
        true(url + "\n" not in s3cmd("ls"), "the bucket is still listed")
