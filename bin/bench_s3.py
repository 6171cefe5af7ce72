"""The benchmark's group s3: what signatures and default SDK checksums cost, and what copies and completions take.

Two servers, one with a root key pair and one open: the same bytes, signed and framed as boto3 sends them
(aws-chunked in pieces of 1 MiB, unsigned, a CRC32 in the trailer; x-amz-checksum-mode on GET), next to plain requests.
"""
import datetime
import hashlib
import hmac
import http.client
import os
import re
import statistics
import time
import zlib
import base64

KEY, SECRET, REGION = "bench", "bench-secret-key", "us-east-1"
MIB = 1 << 20
PARTS = 10_000
COPY_PARTS = 80  # of 64 MiB: 5 GiB


def signed(method, server, path, headers, payload):
    """The headers with a signature of version 4 over all of them; the path needs no encoding and has no query."""
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    every = {"host": server.url.removeprefix("http://"), "x-amz-date": stamp, "x-amz-content-sha256": payload, **headers}
    names = ";".join(sorted(every))
    canonical = "\n".join([method, path, "", *(f"{n}:{every[n]}" for n in sorted(every)), "", names, payload])
    scope = f"{day}/{REGION}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    secret = ("AWS4" + SECRET).encode()
    for word in (day, REGION, "s3", "aws4_request", text):
        secret = hmac.new(secret, word.encode(), hashlib.sha256).digest()
    every["authorization"] = f"AWS4-HMAC-SHA256 Credential={KEY}/{scope}, SignedHeaders={names}, Signature={secret.hex()}"
    del every["host"]
    return every


def framed(path):
    """The file's bytes as an aws-chunked body, in a file beside it."""
    crc, out = 0, path + ".chunked"
    with open(path, "rb") as source, open(out, "wb") as target:
        while piece := source.read(MIB):
            crc = zlib.crc32(piece, crc)
            target.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        value = base64.b64encode(crc.to_bytes(4, "big")).decode()
        target.write(f"0\r\nx-amz-checksum-crc32:{value}\r\n\r\n".encode())
    return out


def curl(options, server, connection, count, per_object):
    """count requests on one connection; per_object(path) gives the arguments of one."""
    command = ["curl"]
    for i in range(count):
        path = f"/object/large-{connection}-{i}"
        command += (["--next"] if i else []) + ["-sS", "-w", "%{http_code}\n", "-o", "/dev/null", *options]
        command += [*per_object(path), server.url + path]
    return command


def as_options(headers):
    return [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]


def signed_puts(bench, server, files, objects):
    def one(path):
        headers = signed("PUT", server, path, {
            "content-encoding": "aws-chunked", "x-amz-decoded-content-length": str(bench.LARGE),
            "x-amz-trailer": "x-amz-checksum-crc32"}, "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        return as_options(headers) + ["-T", files[hash(path) % len(files)]]
    return bench.parallel([curl(["-H", "Expect:"], server, c, objects, one) for c in range(bench.CONNECTIONS)])


def signed_gets(bench, server, objects):
    def one(path):
        return as_options(signed("GET", server, path, {"x-amz-checksum-mode": "ENABLED"}, "UNSIGNED-PAYLOAD"))
    return bench.parallel([curl([], server, c, objects, one) for c in range(bench.CONNECTIONS)])


def large(work, table, rounds, bench, plain, keyed):
    files = bench.random_files(work, 4, bench.LARGE)
    chunked = [framed(f) for f in files]
    objects = 4
    gib = bench.CONNECTIONS * objects * bench.LARGE / bench.GIB
    for _ in range(bench.WARM_UP if rounds > 1 else 1):
        bench.curl_puts(plain, files, objects)
        signed_puts(bench, keyed, chunked, objects)
        bench.curl_gets(plain, objects)
        signed_gets(bench, keyed, objects)
    for _ in range(rounds):
        table.measure("plain PUT", plain, gib, lambda: bench.curl_puts(plain, files, objects))
        table.measure("signed PUT", keyed, gib, lambda: signed_puts(bench, keyed, chunked, objects))
        table.measure("plain GET", plain, gib, lambda: bench.curl_gets(plain, objects))
        table.measure("signed GET", keyed, gib, lambda: signed_gets(bench, keyed, objects))
    table.add("64 MiB, 4 connections, etag md5: PUT, unsigned", "plain PUT", "MiB/s", "s/GiB")
    table.add("  PUT, signed, aws-chunked with CRC32", "signed PUT", "MiB/s", "s/GiB", "plain PUT", "stated")
    table.add("  GET, unsigned", "plain GET", "MiB/s", "s/GiB")
    table.add("  GET, signed", "signed GET", "MiB/s", "s/GiB", "plain GET", "stated")


def small(work, table, rounds, bench, plain, keyed):
    seconds = 10 if rounds > 1 else 2
    path, spent = "/object/small", {}
    headers = {"x-amz-content-sha256": hashlib.sha256(b"small").hexdigest()}
    for server, extra in ((plain, {}), (keyed, signed("PUT", keyed, path, {}, headers["x-amz-content-sha256"]))):
        ask(server, "PUT", path, b"small", extra)
    for i in range(rounds + 1):
        for server in (plain, keyed):
            extra = signed("GET", keyed, path, {}, "UNSIGNED-PAYLOAD") if server is keyed else {}
            words = ", ".join(f'["{n}"] = "{v}"' for n, v in extra.items())
            script = f'wrk.path = "{path}"\nwrk.headers = {{{words}}}\n'
            before = bench.cpu_seconds(server.pids())
            rate = bench.wrk(server, work, script, seconds)
            if i:
                spent.setdefault(server, []).append((bench.cpu_seconds(server.pids()) - before) / (rate * seconds) * 1e6)
    more = statistics.median(spent[keyed]) - statistics.median(spent[plain])
    table.fact("signature check of a small GET, server CPU", f"{more:.0f} µs beside {statistics.median(spent[plain]):.0f} µs", "< 60 µs")


def ask(server, method, path, body=b"", headers=None):
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=600)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.status not in (200, 204) or b"<Error>" in content:
        raise SystemExit(f"bench: {method} {path} was answered {answer.status}: {content[:300]}")
    return content.decode()


def in_parts(server, key, source, parts):
    """An upload whose parts are all copies of one object; answers the path that completes it, and the document."""
    upload = re.search("<UploadId>(.*?)<", ask(server, "POST", f"/object/{key}?uploads"))[1]
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=600)
    rows = []
    for number in range(1, parts + 1):
        target = f"/object/{key}?partNumber={number}&uploadId={upload}"
        connection.request("PUT", target, b"", {"x-amz-copy-source": f"/object/{source}"})
        etag = re.search("<ETag>(.*?)</ETag>", connection.getresponse().read().decode())[1]
        rows.append(f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
    connection.close()
    return f"/object/{key}?uploadId={upload}", f"<CompleteMultipartUpload>{''.join(rows)}</CompleteMultipartUpload>".encode()


def metadata_only(table, rounds, bench, plain):
    ask(plain, "PUT", "/object/64m", os.urandom(bench.LARGE))
    ask(plain, "PUT", "/object/5m", os.urandom(5 * MIB))
    ask(plain, "POST", *in_parts(plain, "5g", "64m", COPY_PARTS))
    copies, completions = [], []
    for i in range(10 * rounds):
        begin = time.time()
        ask(plain, "PUT", f"/object/copy-{i}", headers={"x-amz-copy-source": "/object/5g"})
        copies.append(time.time() - begin)
    for i in range(rounds):
        path, document = in_parts(plain, f"parts-{i}", "5m", PARTS)
        begin = time.time()
        ask(plain, "POST", path, document)
        completions.append(time.time() - begin)
    table.fact("CopyObject of 5 GiB", f"{statistics.median(copies) * 1000:.1f} ms", "< 50 ms")
    table.fact(f"CompleteMultipartUpload of {PARTS:,} parts", f"{statistics.median(completions):.2f} s", "< 2 s")


def bench(work, table, rounds, bench):
    plain = bench.start_flare(work, "plain", [bench.TRASH])
    keyed = bench.start_flare(work, "keyed", [bench.TRASH], {"FLARE_ROOT_ACCESS_KEY": KEY, "FLARE_ROOT_SECRET_KEY": SECRET})
    try:
        large(work, table, rounds, bench, plain, keyed)
        small(work, table, rounds, bench, plain, keyed)
        metadata_only(table, rounds, bench, plain)
    finally:
        plain.stop()
        keyed.stop()
