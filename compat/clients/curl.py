"""curl, which signs by itself since 7.75, and the plain address of the bucket 'object'."""

import os

import install as packages
from steps import equal, true

NAME = "curl"


def install():
    packages.apt("curl")
    return "curl"


def job(c):
    objects = f"{c.endpoint}/object"

    def curl(*arguments):
        return c.run("curl", "-sS", "--fail-with-body", "--max-time", "300", *arguments)

    # Without the header curl 7.88 signs what S3, too, refuses: it sends no hash of the body. Newer ones send it themselves.
    def signature(secret=c.secret_key):
        return ("--aws-sigv4", f"aws:amz:{c.region}:s3", "--user", f"{c.access_key}:{secret}",
                "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD")

    def signed(*arguments):
        return curl(*signature(), *arguments)

    def status(*arguments):
        return c.run("curl", "-sS", "-o", c.path("answer"), "-w", "%{http_code}", *arguments).decode()

    with c.step("PUT and GET a big object"):
        signed("-T", c.big, f"{objects}/big")
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
        for key in ("a//b", "a/%2E%2E/b", "%2Fleading", "trailing/", "q%3Fm%2B%25", "%E6%97%A5"):
            signed("--path-as-is", "-X", "PUT", "--data-binary", key, f"{objects}/odd/{key}")
        for key in ("a//b", "a/%2E%2E/b", "%2Fleading", "trailing/", "q%3Fm%2B%25", "%E6%97%A5"):
            equal(signed("--path-as-is", f"{objects}/odd/{key}"), key.encode(), key)
    with c.step("list"):
        true(b"<Key>dir/small</Key>" in signed(f"{objects}?list-type=2&prefix=dir"), "not listed")
    with c.step("only if new: 412"):
        equal(status(*signature(), "-X", "PUT", "-H", "If-None-Match: *", "--data-binary", "x", f"{objects}/dir/small"), "412", "status")
    with c.step("unsigned 403, a password 400, a wrong secret 403"):
        equal(status(f"{objects}/dir/small"), "403", "unsigned GET")
        equal(status("-T", c.path("empty"), f"{objects}/dir/small"), "403", "unsigned PUT")
        equal(status("--user", f"{c.access_key}:{c.secret_key}", f"{objects}/dir/small"), "400", "with a password and no signature")
        equal(status(*signature("wrong"), f"{objects}/dir/small"), "403", "wrong secret")
    with c.step("DELETE"):
        signed("-X", "DELETE", f"{objects}/dir/small")
        equal(status(*signature(), f"{objects}/dir/small"), "404", "status")
