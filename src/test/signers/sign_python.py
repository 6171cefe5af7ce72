"""botocore and minio-py: what they would send, as JSON lines on standard output."""

import base64
import datetime
import gzip
import io
import json
import sys
import urllib.parse

import boto3
import botocore
import botocore.awsrequest
import botocore.client
import minio
import minio.datatypes
import urllib3

CASES = json.load(open(sys.argv[1]))
BUCKET = CASES["bucket"]


def packed(data):
    return base64.b64encode(gzip.compress(data, mtime=0)).decode()


def emit(signer, case, method, url, headers, body=b"", decoded=None):
    parts = urllib.parse.urlsplit(url)
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    pairs = [[n, v.decode() if isinstance(v, bytes) else str(v)] for n, v in headers]
    if not any(n.lower() == "host" for n, _ in pairs):
        pairs.append(["Host", parts.netloc])
    line = {"signer": signer, "case": case, "method": method, "target": target, "headers": pairs, "body": packed(body)}
    if decoded is not None:
        line["decoded"] = packed(decoded)
    print(json.dumps(line))


def read(body):
    if body is None:
        return b""
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    if isinstance(body, str):
        return body.encode()
    return body.read()


def with_botocore():
    name = "botocore " + botocore.__version__
    for scheme in ("http", "https"):
        client = boto3.client(
            "s3",
            endpoint_url=scheme + "://objects.example:9000",
            region_name=CASES["region"],
            aws_access_key_id=CASES["accessKey"],
            aws_secret_access_key=CASES["secretKey"],
            config=botocore.client.Config(signature_version="s3v4", s3={"addressing_style": "path"}),
        )
        now = {}

        def sent(request, **_):
            body = read(request.body)
            chunked = b"aws-chunked" in request.headers.get("Content-Encoding", b"")
            emit(name, scheme + " " + now["case"], request.method, request.url, list(request.headers.items()), body,
                 now.get("body") if chunked else None)
            return botocore.awsrequest.AWSResponse(
                request.url, 200, {}, urllib3.HTTPResponse(body=io.BytesIO(b""), preload_content=False))

        client.meta.events.register("before-send.s3", sent)

        def call(case, operation, **arguments):
            now["case"] = case
            body = arguments.get("Body")
            now["body"] = body.getvalue() if isinstance(body, io.BytesIO) else body
            try:
                getattr(client, operation)(Bucket=BUCKET, **arguments)
            except Exception as e:  # an empty answer is no listing; what was sent is what counts
                print(case, e, file=sys.stderr)

        for key in CASES["keys"]:
            call("get " + key, "get_object", Key=key)
            call("put " + key, "put_object", Key=key, Body=b"hello world")
            presigned(name, client, key)
        for arguments in CASES["lists"]:
            call("list", "list_objects_v2", **arguments)
        for size in CASES["sizes"]:
            for algorithm in ("CRC32", "SHA256"):
                call("put %d" % size, "put_object", Key="body", Body=io.BytesIO(b"a" * size), ChecksumAlgorithm=algorithm,
                     Metadata={"Some": "inner  spaces", "other": "x,y"}, ContentType="text/plain;charset=utf-8")
        call("range", "get_object", Key="range", Range="bytes=0-9", VersionId="a+b/c=")
        call("tags", "get_object_tagging", Key="tags")
        fields = client.generate_presigned_post(
            BUCKET, "up/${filename}", Fields={"acl": "private"},
            Conditions=[{"acl": "private"}, ["content-length-range", 1, 99]], ExpiresIn=600)["fields"]
        print(json.dumps({"signer": name, "case": "form", "form": fields}))


def presigned(name, client, key):
    for operation, method, more in (
            ("get_object", "GET", {"ResponseContentType": "text/plain; charset=utf-8", "VersionId": "v+1"}),
            ("put_object", "PUT", {})):
        url = client.generate_presigned_url(operation, Params={"Bucket": BUCKET, "Key": key, **more}, ExpiresIn=600)
        emit(name, "presigned %s %s" % (method, key), method, url, [])


class Recorder(urllib3.PoolManager):
    """Stands in for minio-py's connection pool."""

    def __init__(self, name):
        super().__init__()
        self.name = name
        self.case = ""

    def urlopen(self, method, url, body=None, headers=None, **_):
        emit(self.name, self.case, method, url, list(headers.items()), read(body))
        return urllib3.HTTPResponse(
            body=io.BytesIO(b"<ListBucketResult/>"), status=200, preload_content=False,
            headers={"etag": '"x"', "last-modified": "Fri, 24 May 2013 00:00:00 GMT", "content-length": "19"})

def with_minio():
    name = "minio-py " + minio.__version__
    for secure in (False, True):
        recorder = Recorder(name)
        client = minio.Minio(
            endpoint="objects.example:9000", access_key=CASES["accessKey"], secret_key=CASES["secretKey"],
            secure=secure, region=CASES["region"], http_client=recorder)

        def call(case, action):
            recorder.case = case
            try:
                action()
            except Exception as e:
                print(case, e, file=sys.stderr)

        for key in CASES["keys"]:
            if any(segment in (".", "..") for segment in key.split("/")):
                continue  # which this client refuses
            call("get " + key, lambda: client.stat_object(bucket_name=BUCKET, object_name=key))
            call("put " + key, lambda: client.put_object(
                bucket_name=BUCKET, object_name=key, data=io.BytesIO(b"hello world"), length=11))
            emit(name, "presigned GET " + key, "GET", client.get_presigned_url(
                method="GET", bucket_name=BUCKET, object_name=key, expires=datetime.timedelta(hours=1)), [])
        for listing in CASES["lists"]:
            call("list", lambda: list(client.list_objects(
                bucket_name=BUCKET, prefix=listing.get("Prefix"), start_after=listing.get("StartAfter"))))
        policy = minio.datatypes.PostPolicy(
            BUCKET, datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1))
        policy.add_starts_with_condition("key", "up/")
        policy.add_content_length_range_condition(1, 99)
        fields = dict(client.presigned_post_policy(policy))
        fields["key"] = "up/x"
        print(json.dumps({"signer": name, "case": "form", "form": fields}))


with_botocore()
with_minio()
