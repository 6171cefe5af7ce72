"""boto3's job, a process of its own: prints its steps as the driver reads them (see steps.line)."""

import concurrent.futures
import hashlib
import io
import os
import sys
import urllib.request

sys.dont_write_bytecode = True

import boto3  # noqa: E402
from boto3.s3.transfer import TransferConfig  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402

import tree  # noqa: E402
from steps import Failure, Steps, equal, line, true  # noqa: E402

ENDPOINT, BUCKET = os.environ["FLARE_ENDPOINT"], os.environ["COMPAT_BUCKET"]
TREE, BIG, WORK = os.environ["COMPAT_TREE"], os.environ["COMPAT_BIG"], os.environ["COMPAT_WORK"]
# Keys that can't be files, and those that XML can't hold.
ODD_KEYS = ["a//b", "//", "/leading", "trailing/", "a/../b", "./c", ".", "..", "tab\there", "line\nbreak", "\u0001\u001f",
            "\ufffe", "k" * 1024, "ü" * 512]
ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]


def pasted():
    """The client that `flare client-config boto3` prints the making of."""
    names = {}
    with open(os.environ["COMPAT_CONFIG"]) as f:
        exec(f.read(), names)
    return names["s3"]


def refused(code, call):
    try:
        call()
    except ClientError as e:
        equal(e.response["Error"]["Code"], code, "error code")
    else:
        raise Failure(f"answered instead of refusing with {code}")


def part(begin, end):
    with open(BIG, "rb") as f:
        f.seek(begin)
        return f.read(end - begin)


def http(url, method="GET", body=None, headers=None):
    with urllib.request.urlopen(urllib.request.Request(url, data=body, method=method, headers=headers or {})) as answer:
        return answer.read()


def body_of(s3, key, **arguments):
    return s3.get_object(Bucket=BUCKET, Key=key, **arguments)["Body"].read()


def names():
    return sorted(tree.contents(TREE))


def transfers(s3, step):
    pool = concurrent.futures.ThreadPoolExecutor(16)
    with step(f"put {len(names())} files"):
        def put(name):
            with open(os.path.join(TREE, name), "rb") as f:
                s3.put_object(Bucket=BUCKET, Key="tree/" + name, Body=f)
        list(pool.map(put, names()))
    with step("get them and compare"):
        def get(name):
            path = os.path.join(WORK, "down", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(body_of(s3, "tree/" + name))
        list(pool.map(get, names()))
        found = tree.differences(TREE, os.path.join(WORK, "down"))
        true(not found, f"{found[:5]}")
    with step("upload in parts"):
        s3.upload_file(BIG, BUCKET, "big")
        equal(s3.head_object(Bucket=BUCKET, Key="big")["ContentLength"], os.path.getsize(BIG), "length")
    with step("download in parts"):
        s3.download_file(BUCKET, "big", os.path.join(WORK, "big"))
        equal(tree.digest(os.path.join(WORK, "big")), tree.digest(BIG), "digest")
    with step("upload of a stream that can't be rewound"):
        class Pipe(io.RawIOBase):
            def __init__(self):
                self.file = open(BIG, "rb")

            def readable(self):
                return True

            def readinto(self, buffer):
                return self.file.readinto(buffer)
        s3.upload_fileobj(Pipe(), BUCKET, "streamed", Config=TransferConfig(multipart_chunksize=5 << 20))
        equal(hashlib.sha256(body_of(s3, "streamed")).hexdigest(), tree.digest(BIG), "digest")
    with step("ranged reads"):
        size = os.path.getsize(BIG)
        for text, begin, end in (("0-0", 0, 1), ("8388600-8388620", 8388600, 8388621), (f"{size - 3}-", size - 3, size),
                                 ("-100", size - 100, size), (f"{size - 1}-{size + 5}", size - 1, size)):
            answer = s3.get_object(Bucket=BUCKET, Key="big", Range="bytes=" + text)
            equal(answer["Body"].read(), part(begin, end), text)
            equal(answer["ContentRange"], f"bytes {begin}-{end - 1}/{size}", "Content-Range")
        refused("InvalidRange", lambda: s3.get_object(Bucket=BUCKET, Key="big", Range=f"bytes={size}-"))


def checksums(s3, step):
    for algorithm in ALGORITHMS:
        with step(f"{algorithm}: put, get, upload in parts"):
            if algorithm in ("CRC32C", "CRC64NVME"):
                # boto3 computes these only with the CRT, which is not installed: what it can do is send them ready.
                value = {"CRC32C": "4waSgw==", "CRC64NVME": "rosUhgp5mIg="}[algorithm]
                s3.put_object(Bucket=BUCKET, Key="sum", Body=b"123456789", **{"Checksum" + algorithm: value})
                equal(body_of(s3, "sum"), b"123456789", "body")
                continue
            s3.put_object(Bucket=BUCKET, Key="sum", Body=b"123456789" * 1000, ChecksumAlgorithm=algorithm)
            equal(body_of(s3, "sum", ChecksumMode="ENABLED"), b"123456789" * 1000, "body")
            s3.upload_file(BIG, BUCKET, "sum-parts", ExtraArgs={"ChecksumAlgorithm": algorithm})
            equal(hashlib.sha256(body_of(s3, "sum-parts")).hexdigest(), tree.digest(BIG), "digest")
    with step("a checksum that is wrong is refused"):
        refused("BadDigest", lambda: s3.put_object(Bucket=BUCKET, Key="bad", Body=b"1234", ChecksumCRC32="AAAAAA=="))
        refused("NoSuchKey", lambda: s3.get_object(Bucket=BUCKET, Key="bad"))


def copies(s3, step):
    with step("copy, and copy in parts"):
        s3.copy_object(Bucket=BUCKET, Key="copies/whole ü+", CopySource={"Bucket": BUCKET, "Key": "big"})
        s3.copy({"Bucket": BUCKET, "Key": "copies/whole ü+"}, BUCKET, "copies/parts",
                Config=TransferConfig(multipart_threshold=6 << 20, multipart_chunksize=6 << 20))
        for key in ("copies/whole ü+", "copies/parts"):
            equal(hashlib.sha256(body_of(s3, key)).hexdigest(), tree.digest(BIG), key)
    with step("copy with new metadata, on a condition"):
        source = {"Bucket": BUCKET, "Key": "tree/plain.txt"}
        etag = s3.copy_object(Bucket=BUCKET, Key="meta", CopySource=source, MetadataDirective="REPLACE",
                              Metadata={"colour": "blue"}, ContentType="text/x", CopySourceIfMatch=s3.head_object(
                                  Bucket=BUCKET, Key="tree/plain.txt")["ETag"])["CopyObjectResult"]["ETag"]
        head = s3.head_object(Bucket=BUCKET, Key="meta")
        equal((head["Metadata"], head["ContentType"], head["ETag"]), ({"colour": "blue"}, "text/x", etag), "head")
        refused("PreconditionFailed", lambda: s3.copy_object(Bucket=BUCKET, Key="x", CopySource=source, CopySourceIfMatch='"no"'))
    with step("conditional writes and deletes"):
        s3.put_object(Bucket=BUCKET, Key="once", Body=b"1", IfNoneMatch="*")
        refused("PreconditionFailed", lambda: s3.put_object(Bucket=BUCKET, Key="once", Body=b"2", IfNoneMatch="*"))
        etag = s3.head_object(Bucket=BUCKET, Key="once")["ETag"]
        s3.put_object(Bucket=BUCKET, Key="once", Body=b"3", IfMatch=etag)
        refused("PreconditionFailed", lambda: s3.put_object(Bucket=BUCKET, Key="once", Body=b"4", IfMatch=etag))
        equal(body_of(s3, "once"), b"3", "body")
    with step("tags"):
        tags = [{"Key": "a b", "Value": "ü+/"}]
        s3.put_object(Bucket=BUCKET, Key="tagged", Body=b"", Tagging="a%20b=%C3%BC%2B%2F")
        equal(s3.get_object_tagging(Bucket=BUCKET, Key="tagged")["TagSet"], tags, "tags")


def listings(s3, step):
    with step("odd keys: put, list in pages, get, delete"):
        for key in ODD_KEYS:
            s3.put_object(Bucket=BUCKET, Key="odd/"[: 1024 - len(key.encode())] + key, Body=key.encode())
        keys = sorted(("odd/"[: 1024 - len(key.encode())] + key for key in ODD_KEYS), key=str.encode)
        found = [o["Key"] for page in s3.get_paginator("list_objects_v2").paginate(
            Bucket=BUCKET, PaginationConfig={"PageSize": 3}) for o in page.get("Contents", []) if o["Key"] in keys]
        equal(found, keys, "keys")
        for key in keys:
            equal(body_of(s3, key), (key[4:] if key.startswith("odd/") else key).encode(), f"body of {key[:20]!r}")
        s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": k} for k in keys if k.isprintable()]})
        for key in keys:
            s3.delete_object(Bucket=BUCKET, Key=key)
    for operation in ("list_objects", "list_objects_v2"):
        with step(f"{operation} with a delimiter, in pages"):
            pages = list(s3.get_paginator(operation).paginate(Bucket=BUCKET, Prefix="tree/", Delimiter="/", PaginationConfig={"PageSize": 5}))
            top = os.listdir(TREE)
            equal([p["Prefix"] for page in pages for p in page.get("CommonPrefixes", [])],
                  sorted((f"tree/{n}/" for n in top if os.path.isdir(os.path.join(TREE, n))), key=str.encode), "prefixes")
            equal([o["Key"] for page in pages for o in page.get("Contents", [])],
                  sorted((f"tree/{n}" for n in top if not os.path.isdir(os.path.join(TREE, n))), key=str.encode), "keys")


def presigned(s3, step, version):
    with step(f"presigned GET and PUT, signature version {version}"):
        typed = {"Bucket": BUCKET, "Key": "signed ü+/%?", "ContentType": "text/x"}
        url = s3.generate_presigned_url("put_object", Params=typed, ExpiresIn=60)
        http(url, "PUT", b"presigned" * 1000, {"Content-Type": "text/x"})
        url = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "signed ü+/%?"}, ExpiresIn=60)
        true(("AWSAccessKeyId=" in url) == (version == 2), f"another version in {url}")
        equal(http(url), b"presigned" * 1000, "body")
        equal(http(url, headers={"Range": "bytes=0-8"}), b"presigned", "range")
        url = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "signed ü+/%?", "ResponseContentType": "text/y"})
        with urllib.request.urlopen(url) as answer:
            equal(answer.headers["Content-Type"], "text/y", "type")


def form(s3, step, version):
    with step(f"presigned form, signature version {version}"):
        post = s3.generate_presigned_post(BUCKET, "forms/${filename}")
        mark = "compatboundary"
        fields = "".join(f'--{mark}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in post["fields"].items())
        body = fields.encode() + f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\n\r\n'.encode()
        http(post["url"], "POST", body + b"posted" + f"\r\n--{mark}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={mark}"})
        equal(body_of(s3, "forms/f.txt"), b"posted", "body")


def versions(s3, step):
    bucket = BUCKET + "-versions"
    with step("versions: overwrite, list, get old, delete marker, remove"):
        s3.create_bucket(Bucket=bucket)
        before = s3.put_object(Bucket=bucket, Key="k", Body=b"null")
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        ids = [s3.put_object(Bucket=bucket, Key="k", Body=text)["VersionId"] for text in (b"one", b"two")]
        true("VersionId" not in before, "a version id without versioning")
        marker = s3.delete_object(Bucket=bucket, Key="k")
        true(marker["DeleteMarker"], "no marker")
        refused("NoSuchKey", lambda: s3.get_object(Bucket=bucket, Key="k"))
        found = s3.list_object_versions(Bucket=bucket)
        equal([v["VersionId"] for v in found["Versions"]], [ids[1], ids[0], "null"], "versions")
        equal([m["VersionId"] for m in found["DeleteMarkers"]], [marker["VersionId"]], "markers")
        for i, text in ((ids[0], b"one"), (ids[1], b"two"), ("null", b"null")):
            equal(s3.get_object(Bucket=bucket, Key="k", VersionId=i)["Body"].read(), text, i)
        s3.copy_object(Bucket=bucket, Key="k", CopySource={"Bucket": bucket, "Key": "k", "VersionId": ids[0]})
        equal(s3.get_object(Bucket=bucket, Key="k")["Body"].read(), b"one", "restored by a copy")
        boto3.resource("s3", endpoint_url=ENDPOINT).Bucket(bucket).object_versions.delete()
        true(not s3.list_object_versions(Bucket=bucket).get("Versions"), "versions left")
        s3.delete_bucket(Bucket=bucket)


def main():
    s3, step = pasted(), Steps(line)
    with step("make a bucket"):
        s3.create_bucket(Bucket=BUCKET)
        s3.get_waiter("bucket_exists").wait(Bucket=BUCKET)
        true(BUCKET in [b["Name"] for b in s3.list_buckets()["Buckets"]], "not listed")
    transfers(s3, step)
    checksums(s3, step)
    copies(s3, step)
    listings(s3, step)
    # Version 2 is what boto3 presigns with where it is not told another.
    for one, version in ((s3, 4), (boto3.client("s3", endpoint_url=ENDPOINT), 2)):
        presigned(one, step, version)
        form(one, step, version)
    versions(s3, step)
    with step("uploads: parts, list, abort"):
        upload = s3.create_multipart_upload(Bucket=BUCKET, Key="aborted")["UploadId"]
        s3.upload_part(Bucket=BUCKET, Key="aborted", UploadId=upload, PartNumber=3, Body=b"3" * 100)
        equal([p["PartNumber"] for p in s3.list_parts(Bucket=BUCKET, Key="aborted", UploadId=upload)["Parts"]], [3], "parts")
        equal([u["Key"] for u in s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]], ["aborted"], "uploads")
        s3.abort_multipart_upload(Bucket=BUCKET, Key="aborted", UploadId=upload)
        true(not s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads"), "still there")
    with step("delete many"):
        bucket = boto3.resource("s3", endpoint_url=ENDPOINT).Bucket(BUCKET)
        bucket.objects.delete()
        equal(s3.list_objects_v2(Bucket=BUCKET)["KeyCount"], 0, "keys left")
    with step("remove the bucket"):
        s3.delete_bucket(Bucket=BUCKET)
        refused("404", lambda: s3.head_bucket(Bucket=BUCKET))
    print("done", flush=True)


main()
