"""The AWS command line, version 1 of PyPI."""

import functools
import json
import os

import install as packages
from pasted import paste
from steps import equal, true
import tree

NAME = "aws"
install = functools.partial(packages.python, "aws")


def job(c):
    example = paste(c, "aws").then
    profile = example[: example.index("s3")]

    def aws(*arguments, **options):
        return c.run(c.installed, *profile, *arguments, **options).decode()

    def api(*arguments):
        text = aws("s3api", *arguments, "--output", "json")
        return json.loads(text) if text.strip() else {}

    bucket, url = c.bucket, f"s3://{c.bucket}"
    with c.step("make a bucket"):
        aws("s3", "mb", url)
        true(bucket in aws("s3", "ls"), "the bucket is not listed")
        equal(c.run(c.installed, *example), b"", "what the example of client-config lists")
    with c.step(f"sync {c.count()} files up"):
        aws("s3", "sync", c.tree, f"{url}/tree/", "--no-progress", "--only-show-errors")
    with c.step("list them"):
        summary = aws("s3", "ls", "--recursive", "--summarize", f"{url}/tree/").splitlines()[-2:]
        size = sum(s for s, _ in tree.contents(c.tree).values())
        equal([int(line.split(":")[1]) for line in summary], [c.count(), size], "objects and bytes")
    with c.step("sync again finds nothing to do"):
        equal(aws("s3", "sync", c.tree, f"{url}/tree/", "--no-progress"), "", "what was done")
    with c.step("sync down and compare"):
        aws("s3", "sync", f"{url}/tree/", c.path("down"), "--no-progress", "--only-show-errors")
        c.same_tree(c.path("down"))
    with c.step("upload in parts"):
        aws("s3", "cp", c.big, f"{url}/big", "--no-progress")
        head = api("head-object", "--bucket", bucket, "--key", "big")
        equal(head["ContentLength"], os.path.getsize(c.big), "length")
        true(head["ETag"].endswith(f'-{os.path.getsize(c.big) >> 23}"'), f"ETag {head['ETag']} of an upload in parts")
    with c.step("download in parts"):
        aws("s3", "cp", f"{url}/big", c.path("big"), "--no-progress")
        c.same_file(c.path("big"))
    with c.step("ranged reads"):
        length = os.path.getsize(c.big)
        for text, begin, end in (
            ("bytes=0-0", 0, 1),
            ("bytes=8388600-8388620", 8388600, 8388621),
            (f"bytes={length - 5}-", length - 5, length),
            ("bytes=-70000", length - 70000, length),
            (f"bytes={length - 9}-{length + 9}", length - 9, length),
        ):
            api("get-object", "--bucket", bucket, "--key", "big", "--range", text, c.path("part"))
            with open(c.path("part"), "rb") as f:
                equal(f.read(), c.bytes_of_big(begin, end), text)
    with c.step("copy in parts on the server, and compare"):
        aws("s3", "cp", f"{url}/big", f"{url}/copies/big + ü", "--no-progress")
        aws("s3", "cp", f"{url}/copies/big + ü", c.path("copy"), "--no-progress")
        c.same_file(c.path("copy"))
    with c.step("list with a delimiter, in pages"):
        found = api("list-objects-v2", "--bucket", bucket, "--prefix", "tree/", "--delimiter", "/", "--page-size", "7")
        top = os.listdir(c.tree)
        equal({p["Prefix"] for p in found["CommonPrefixes"]},
              {f"tree/{n}/" for n in top if os.path.isdir(os.path.join(c.tree, n))}, "prefixes")
        equal({o["Key"] for o in found["Contents"]},
              {f"tree/{n}" for n in top if not os.path.isdir(os.path.join(c.tree, n))}, "keys")
        pages = api("list-objects", "--bucket", bucket, "--prefix", "tree/many", "--page-size", "10")
        equal(len(pages["Contents"]), sum(len(f) for _, _, f in os.walk(os.path.join(c.tree, "many"))), "keys of version 1")
    with c.step("presigned GET of both versions, with curl's eyes"):
        for parameter in ("AWSAccessKeyId", "X-Amz-Credential"):
            link = aws("s3", "presign", f"{url}/big", "--expires-in", "300").strip()
            true(parameter in link, f"no {parameter} in {link}")
            equal(len(c.fetch(link)), os.path.getsize(c.big), "length")
            equal(c.fetch(link, headers={"Range": "bytes=100-199"}, wanted=206), c.bytes_of_big(100, 200), "range")
            aws("configure", "set", "s3.signature_version", "s3v4")
    if not c.short:
        # Each call starts a program for a second; boto3, which it is made of, does the like in the short form.
        streams_and_copies(c, aws, api)
        tags_and_versions(c, aws, api)
    with c.step("delete many"):
        aws("s3", "rm", "--recursive", url, "--only-show-errors")
        equal(listed(api, bucket), [], "keys left")
    with c.step("remove the bucket"):
        aws("s3", "rb", url)
        true(bucket not in aws("s3", "ls").split(), "the bucket is still listed")


def streams_and_copies(c, aws, api):
    bucket, url = c.bucket, f"s3://{c.bucket}"
    with c.step("stream from standard input, to standard output"):
        with open(c.big, "rb") as f:
            aws("s3", "cp", "-", f"{url}/streamed", stdin=f)
        c.run("sh", "-c", f'"{c.installed}" --profile flare s3 cp {url}/streamed - >streamed')
        c.same_file(c.path("streamed"))
    with c.step("copy with new metadata"):
        api("copy-object", "--bucket", bucket, "--key", "copied", "--copy-source", f"{bucket}/big",
            "--metadata-directive", "REPLACE", "--metadata", "colour=blue", "--content-type", "text/x-big")
        head = api("head-object", "--bucket", bucket, "--key", "copied")
        equal((head["Metadata"], head["ContentType"]), ({"colour": "blue"}, "text/x-big"), "metadata")
    with c.step("move a directory on the server"):
        aws("s3", "cp", "--recursive", f"{url}/tree/many/0/", f"{url}/moving/", "--only-show-errors")
        aws("s3", "mv", "--recursive", f"{url}/moving/", f"{url}/moved/", "--only-show-errors")
        aws("s3", "sync", f"{url}/moved/", c.path("moved"), "--only-show-errors")
        c.same_tree(c.path("moved"), os.path.join(c.tree, "many/0"))


def tags_and_versions(c, aws, api):
    bucket = c.bucket
    with c.step("tags"):
        api("put-object-tagging", "--bucket", bucket, "--key", "big", "--tagging", "TagSet=[{Key=a b,Value=ü+/}]")
        equal(api("get-object-tagging", "--bucket", bucket, "--key", "big")["TagSet"], [{"Key": "a b", "Value": "ü+/"}], "tags")
    with c.step("versions: overwrite, list, get old, delete marker, remove"):
        versions(c, aws, api)


def listed(api, bucket):
    return [o["Key"] for o in api("list-objects-v2", "--bucket", bucket).get("Contents", [])]


def versions(c, aws, api):
    bucket = f"{c.bucket}-versions"
    api("create-bucket", "--bucket", bucket)
    api("put-bucket-versioning", "--bucket", bucket, "--versioning-configuration", "Status=Enabled")
    equal(api("get-bucket-versioning", "--bucket", bucket)["Status"], "Enabled", "versioning")
    ids = []
    for text in ("one", "two"):
        with open(c.path("body"), "w") as f:
            f.write(text)
        ids.append(api("put-object", "--bucket", bucket, "--key", "k", "--body", c.path("body"))["VersionId"])
    marker = api("delete-object", "--bucket", bucket, "--key", "k")
    true(marker["DeleteMarker"], f"no delete marker: {marker}")
    aws("s3api", "head-object", "--bucket", bucket, "--key", "k", fails=True)
    found = api("list-object-versions", "--bucket", bucket)
    equal([v["VersionId"] for v in found["Versions"]], ids[::-1], "versions")
    equal([m["VersionId"] for m in found["DeleteMarkers"]], [marker["VersionId"]], "markers")
    api("get-object", "--bucket", bucket, "--key", "k", "--version-id", ids[0], c.path("old"))
    with open(c.path("old")) as f:
        equal(f.read(), "one", "the old version")
    api("delete-object", "--bucket", bucket, "--key", "k", "--version-id", marker["VersionId"])
    api("get-object", "--bucket", bucket, "--key", "k", c.path("now"))
    with open(c.path("now")) as f:
        equal(f.read(), "two", "what comes back without the marker")
    everything = {"Objects": [{"Key": "k", "VersionId": i} for i in ids]}
    equal(len(api("delete-objects", "--bucket", bucket, "--delete", json.dumps(everything))["Deleted"]), 2, "deleted")
    api("delete-bucket", "--bucket", bucket)
