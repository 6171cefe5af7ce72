"""Joins the lines of the signers into one compressed file, less the headers that are unsigned and say nothing but where they were made."""

import gzip
import json
import re
import sys

NOISE = {"user-agent", "amz-sdk-invocation-id", "amz-sdk-request", "accept", "accept-encoding", "accept-language"}

lines = []
for file in sys.argv[2:]:
    for text in open(file):
        line = json.loads(text)
        if "headers" in line:
            authorization = dict((n.lower(), v) for n, v in line["headers"]).get("authorization", "")
            signed = re.search("SignedHeaders=([^,]*)", authorization)
            signed = set(signed.group(1).split(";")) if signed else set()
            line["headers"] = [[n, v] for n, v in line["headers"] if n.lower() in signed or n.lower() not in NOISE]
        lines.append(json.dumps(line) + "\n")
with open(sys.argv[1], "wb") as out:
    out.write(gzip.compress("".join(lines).encode(), mtime=0))
print(len(lines), "requests and forms")
