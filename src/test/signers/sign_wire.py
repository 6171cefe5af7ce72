"""Clients that can only be run: curl and s3cmd against a port that writes down what came, as JSON lines."""

import base64
import gzip
import json
import re
import socket
import subprocess
import sys
import tempfile
import threading

CASES = json.load(open(sys.argv[1]))
S3CMD = sys.argv[2]


def packed(data):
    return base64.b64encode(gzip.compress(data, mtime=0)).decode()


class Port:
    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.case = ("", "")
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.socket.accept()
            threading.Thread(target=self.connection, args=(connection,), daemon=True).start()

    def connection(self, connection):
        stream = connection.makefile("rwb")
        while True:
            first = stream.readline().decode("latin-1").rstrip("\r\n")
            if not first:
                return
            headers = []
            while (line := stream.readline().decode("latin-1").rstrip("\r\n")):
                name, value = line.split(":", 1)
                headers.append([name, value.strip()])
            fields = {name.lower(): value for name, value in headers}
            if fields.get("expect"):
                stream.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                stream.flush()
            body = stream.read(int(fields.get("content-length", "0")))
            method, target, _ = first.split(" ")
            print(json.dumps({"signer": self.case[0], "case": self.case[1], "method": method, "target": target,
                              "headers": headers, "body": packed(body)}), flush=True)
            answer = b'HTTP/1.1 200 OK\r\nETag: "x"\r\nContent-Length: %d\r\n\r\n' % (0 if method == "HEAD" else 22)
            stream.write(answer + (b"" if method == "HEAD" else b"<ListBucketResult />\r\n"))
            stream.flush()


port = Port()
BASE = "http://127.0.0.1:%d/%s/" % (port.port, CASES["bucket"])


def curl(case, *arguments):
    port.case = (CURL, case)
    subprocess.run(["curl", "-s", "-o", "/dev/null", "--path-as-is", "--globoff", "--aws-sigv4",
                    "aws:amz:%s:s3" % CASES["region"], "-u", CASES["accessKey"] + ":" + CASES["secretKey"], *arguments],
                   check=True)


CURL = " ".join(subprocess.check_output(["curl", "--version"], text=True).split()[:2])
# Of the keys only those that need no encoding: curl sends what it is given.
for path in ("plain.txt", "a//b", "a/../b", "a%2Fb", "a+b", "star*", "paren()", "~tilde", "%C3%BC"):
    # This curl does not send the payload's hash on its own.
    curl("get " + path, "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD", BASE + path)
curl("list", "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD", BASE + "?list-type=2&prefix=x")

version = subprocess.check_output([S3CMD, "--version"], text=True).strip()
with tempfile.TemporaryDirectory() as folder:
    with open(folder + "/file", "wb") as file:
        file.write(b"hello world")
    common = [S3CMD, "--no-ssl", "--host=127.0.0.1:%d" % port.port, "--host-bucket=127.0.0.1:%d" % port.port,
              "--access_key=" + CASES["accessKey"], "--secret_key=" + CASES["secretKey"], "--region=" + CASES["region"],
              "--config=/dev/null", "--quiet", "--no-check-md5", "--no-progress"]
    for key in CASES["keys"]:
        if re.search(r"[?*\[\]]", key):
            continue
        port.case = (version, "put " + key)
        subprocess.run(common + ["put", folder + "/file", "s3://%s/%s" % (CASES["bucket"], key)],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
    port.case = (version, "list")
    subprocess.run(common + ["ls", "s3://%s/a b" % CASES["bucket"]], stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=60)
