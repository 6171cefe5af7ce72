"""curl, which signs by itself since 7.75, and the plain address of the bucket 'object'."""

import base64
import hashlib
import os
import re
import shlex

import install as packages
from pasted import Pasted
from steps import equal, true

NAME = "curl"
ODD_KEYS = ("a//b", "a/%2E%2E/b", "%2Fleading", "trailing/", "q%3Fm%2B%25", "%E6%97%A5")


def install():
    packages.apt("curl")
    return "curl"


def job(c):
    c.bucket = "object"
    objects = f"{c.endpoint}/object"
    example = shlex.split(Pasted(c, "curl").text.replace("\\\n", ""))[1:]
    signature = example[: example.index("--upload-file")]

    def curl(*arguments):
        return c.run("curl", "-sS", "--fail-with-body", "--max-time", "300", *arguments)

    def signed(*arguments):
        return curl(*signature, *arguments)

    def status(*arguments):
        return c.run("curl", "-sS", "-o", c.path("answer"), "-w", "%{http_code}", *arguments).decode()

    with c.step("PUT and GET a big object"):
        curl(*[c.big if word == "FILE" else word.replace("/KEY", "/big") for word in example])
        signed("-o", c.path("back"), f"{objects}/big")
        c.same_file(c.path("back"))
    with c.step("PUT with --data-binary"):
        signed("-X", "PUT", "-H", "Content-Type: text/plain", "--data-binary", "small body", f"{objects}/dir/small")
        equal(signed(f"{objects}/dir/small"), b"small body", "body")
    with c.step("an empty object"):
        with open(c.path("empty"), "w"):
            pass
        signed("-T", c.path("empty"), f"{objects}/empty")
        equal(signed(f"{objects}/empty"), b"", "body")
    with c.step("HEAD"):
        true(f"content-length: {os.path.getsize(c.big)}" in signed("-I", f"{objects}/big").decode().lower(), "no such length")
    with c.step("ranged reads"):
        equal(signed("-r", "1000-70000", f"{objects}/big"), c.bytes_of_big(1000, 70001), "range")
        equal(signed("-r", "-5", f"{objects}/big"), c.bytes_of_big(os.path.getsize(c.big) - 5, os.path.getsize(c.big)), "suffix")
    with c.step("keys that no file can have"):
        for key in ODD_KEYS:
            signed("--path-as-is", "-X", "PUT", "--data-binary", key, f"{objects}/odd/{key}")
        for key in ODD_KEYS:
            equal(signed("--path-as-is", f"{objects}/odd/{key}"), key.encode(), key)
    with c.step("copy"):
        signed("-X", "PUT", "-H", "x-amz-copy-source: /object/big", f"{objects}/copies/big")
        signed("-o", c.path("copy"), f"{objects}/copies/big")
        c.same_file(c.path("copy"))
    with c.step("list, and with a delimiter"):
        true(b"<Key>dir/small</Key>" in signed(f"{objects}?list-type=2&prefix=dir"), "not listed")
        found = signed(f"{objects}?delimiter=%2F&list-type=2").decode()
        equal(re.findall("<CommonPrefixes><Prefix>(.+?)</Prefix>", found), ["copies/", "dir/", "odd/"], "prefixes")
        equal(re.findall("<Key>(.+?)</Key>", found), ["big", "empty"], "keys")
    with c.step("only if new: 412"):
        equal(status(*signature, "-X", "PUT", "-H", "If-None-Match: *", "--data-binary", "x", f"{objects}/dir/small"), "412", "status")
    with c.step("unsigned 403, a password 400, a wrong secret 403"):
        equal(status(f"{objects}/dir/small"), "403", "unsigned GET")
        equal(status("-T", c.path("empty"), f"{objects}/dir/small"), "403", "unsigned PUT")
        equal(status("--user", f"{c.access_key}:{c.secret_key}", f"{objects}/dir/small"), "400", "with a password and no signature")
        wrong = [word.replace(c.secret_key, "wrong") for word in signature]
        equal(status(*wrong, f"{objects}/dir/small"), "403", "wrong secret")
    with c.step("upload in parts"):
        parts(c, signed, f"{objects}/parts")
    with c.step("versions: overwrite, delete, get old"):
        versions(c, signed)
    with c.step("DELETE, and many at once"):
        signed("-X", "DELETE", f"{objects}/dir/small")
        equal(status(*signature, f"{objects}/dir/small"), "404", "status")
        keys = re.findall("<Key>(.+?)</Key>", signed(f"{objects}?list-type=2").decode())
        document = "<Delete>" + "".join(f"<Object><Key>{key}</Key></Object>" for key in keys) + "</Delete>"
        checksum = base64.b64encode(hashlib.sha256(document.encode()).digest()).decode()
        signed("-X", "POST", "-H", f"x-amz-checksum-sha256: {checksum}", "--data-binary", document, f"{objects}?delete=")
        true(b"<KeyCount>0</KeyCount>" in signed(f"{objects}?list-type=2"), "keys left")


def parts(c, signed, url):
    upload = re.search("<UploadId>(.+)</UploadId>", signed("-X", "POST", f"{url}?uploads=").decode()).group(1)
    size, etags = os.path.getsize(c.big), []
    for number, (begin, end) in enumerate(((0, 8 << 20), (8 << 20, size)), 1):
        with open(c.path("part"), "wb") as f:
            f.write(c.bytes_of_big(begin, end))
        head = signed("-T", c.path("part"), "-D", "-", f"{url}?partNumber={number}&uploadId={upload}").decode()
        etags.append(re.search("(?im)^etag: (.+?)\r?$", head).group(1))
    rows = "".join(f"<Part><PartNumber>{n}</PartNumber><ETag>{e}</ETag></Part>" for n, e in enumerate(etags, 1))
    signed("-X", "POST", "--data-binary", f"<CompleteMultipartUpload>{rows}</CompleteMultipartUpload>", f"{url}?uploadId={upload}")
    signed("-o", c.path("parts"), url)
    c.same_file(c.path("parts"))


def versions(c, signed):
    bucket = f"{c.endpoint}/compat-curl-versions"
    signed("-X", "PUT", bucket)
    signed("-X", "PUT", "--data-binary", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
           f"{bucket}?versioning=")
    for text in ("one", "two"):
        signed("-X", "PUT", "--data-binary", text, f"{bucket}/k")
    signed("-X", "DELETE", f"{bucket}/k")
    found = signed(f"{bucket}?versions=").decode()
    marker, two, one = re.findall("<VersionId>(.+?)</VersionId>", found)
    for version, text in ((one, b"one"), (two, b"two")):
        equal(signed(f"{bucket}/k?versionId={version}"), text, version)
    signed("-X", "DELETE", f"{bucket}/k?versionId={marker}")
    equal(signed(f"{bucket}/k"), b"two", "what comes back without the marker")
