"""Listing a million keys over HTTP: rolled up, written to meanwhile, and with a million of what was deleted in the way.

Each walk is checked whole: every key of the bucket exactly once and in order, each page but the last full and truncated.
"""
import base64
import hashlib
import http.client
import itertools
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

PAGE = 1000
CONNECTIONS = 256
THREADS = 2
VERSIONING = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
# Sends one request for each of this thread's numbers, then asks for what is not there, which counts for nothing, and once
# all answers are in makes a file: wrk itself only ends when its time is over.
WRK_EACH = """
local thread_count = 0
function setup(thread) thread:set("id", thread_count); thread_count = thread_count + 1 end
function init(args) n = -1; done = 0; mine = math.floor(({total} - id + 1) / 2) end
function request()
  local i = n * 2 + id
  n = n + 1
  -- wrk throws away what the first call gives.
  if i < 0 or n > mine then return wrk.format("GET", "/object/none") end
  return wrk.format("{method}", string.format({target}), nil, "")
end
function response(status)
  if status == 200 or status == 204 then
    done = done + 1
    if done == mine then io.open("{finished}" .. id, "w"):close() end
  elseif status ~= 404 then error("status " .. status) end
end
"""
# Keys between those that stay, written and deleted in turn.
WRK_CHURN = """
local thread_count = 0
function setup(thread) thread:set("id", thread_count); thread_count = thread_count + 1 end
function init(args) n = 0; math.randomseed(id + 1) end
function request()
  n = n + 1
  if n % 2 == 1 then i = math.random(0, {total} - 1) end
  return wrk.format(n % 2 == 1 and "PUT" or "DELETE", string.format("/{bucket}/k%07d~", i), nil, "")
end
"""


def note(text):
    print("bench: " + text, file=sys.stderr, flush=True)


def all_of(server, work, total, target, method="PUT"):
    """One request each for i = 0 … total - 1. target: Lua's arguments of string.format, with i as a variable."""
    begin = time.time()
    with tempfile.TemporaryDirectory(dir=work) as directory:
        finished = [os.path.join(directory, f"finished-{thread}") for thread in range(THREADS)]
        script = os.path.join(directory, "each.lua")
        with open(script, "w") as f:
            f.write(WRK_EACH.format(total=total, target=target, method=method, finished=finished[0][:-1]))
        command = ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", "-d3600s", "-s", script, server.url]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        while not all(os.path.exists(file) for file in finished):
            if running.poll() is not None:
                raise SystemExit("bench: wrk failed:\n" + running.stderr.read())
            time.sleep(0.1)
        running.kill()
        running.wait()
    note(f"{total:,} of {method} {target} in {time.time() - begin:.0f} s")


class Client:
    def __init__(self, server):
        self.connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=120)

    def send(self, method, target, body=None, headers=None):
        self.connection.request(method, target, body, headers or {})
        answer = self.connection.getresponse()
        content = answer.read().decode()
        if answer.status // 100 != 2:
            raise SystemExit(f"bench: {method} {target}: {answer.status} {content[:300]}")
        return content


def element(page, name):
    found = re.search(f"<{name}>([^<]*)</{name}>", page)
    return found.group(1) if found else None


class Walk:
    """A whole listing: its results in order, and how long each page took."""

    ENTRY = re.compile(
        r"<CommonPrefixes><Prefix>([^<]*)</Prefix>"
        r"|<(?:Contents|Version|DeleteMarker|Upload)><Key>([^<]*)</Key>(?:<(?:VersionId|UploadId)>([^<]*)<)?"
    )
    MARKS = {
        "NextContinuationToken": "continuation-token",
        "NextKeyMarker": "key-marker",
        "NextVersionIdMarker": "version-id-marker",
        "NextUploadIdMarker": "upload-id-marker",
    }

    def __init__(self, server, target, page=PAGE):
        """target: with a query; page: results of a full page."""
        self.pages, self.entries = [], []
        client, marks = Client(server), ""
        begin = time.time()
        while True:
            at = time.time()
            answer = client.send("GET", target + marks)
            self.pages.append(time.time() - at)
            entries = self.ENTRY.findall(answer)
            self.entries += [(group or key, version) for group, key, version in entries]
            if element(answer, "IsTruncated") != "true":
                break
            if len(entries) != page:
                raise SystemExit(f"bench: a truncated page of {target} has {len(entries)} results")
            found = ((query, element(answer, name)) for name, query in self.MARKS.items())
            marks = "".join(f"&{query}={urllib.parse.quote(mark, safe='')}" for query, mark in found if mark)
        self.seconds = time.time() - begin

    def names(self):
        return [name for name, _ in self.entries]

    def check(self, expected, what):
        """Exactly these names, in this order."""
        if self.names() != expected:
            missing = set(expected) - set(self.names())
            more = set(self.names()) - set(expected)
            raise SystemExit(
                f"bench: {what}: {len(self.entries)} names listed, {len(expected)} expected, "
                f"{len(missing)} missing ({list(missing)[:3]}), {len(more)} too many ({list(more)[:3]})"
            )
        return self


def times(pages):
    ordered = sorted(pages)
    at = lambda share: ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000
    return f"page p50 {at(0.5):.1f}, p99 {at(0.99):.1f}, max {ordered[-1] * 1000:.1f} ms"


class Listing:
    def __init__(self, work, table, server, keys, cpu_seconds):
        self.work, self.table, self.server, self.keys, self.cpu_seconds = work, table, server, keys, cpu_seconds
        self.cpu = 0

    def used(self, pages):
        """The server's CPU since this was asked last, compaction too, by the page."""
        before, self.cpu = self.cpu, self.cpu_seconds(self.server.pids())
        return f"{(self.cpu - before) / max(1, pages) * 1000:.1f} ms"

    def walk(self, target):
        self.used(0)
        return Walk(self.server, target)

    def row(self, what, walk, more=""):
        """Right behind self.walk: the CPU is counted from there on."""
        rate = len(walk.entries) / walk.seconds
        self.fact(what, f"{len(walk.pages):,} pages, {rate:,.0f}/s, {times(walk.pages)}{more}", len(walk.pages))

    def fact(self, what, figure, pages):
        self.table.rows.append((what, figure, "", self.used(pages), ""))
        note(" ".join(self.table.rows[-1]))

    def repeated(self, what, target, expected, count=200):
        """One page again and again."""
        pages = []
        self.used(0)
        for _ in range(count):
            pages += Walk(self.server, target).check(expected, what).pages
        first = f", the first {pages[0] * 1000:.1f} ms"
        self.fact(what, f"{len(pages):,} pages, {times(pages)}{first}", len(pages))

    def bucket(self, name, versioned=False):
        client = Client(self.server)
        client.send("PUT", "/" + name)
        if versioned:
            client.send("PUT", f"/{name}?versioning", VERSIONING)

    def delete(self, bucket, entries):
        """DeleteObjects of (key, version) pairs, a thousand a request; version may be empty."""
        begin = time.time()

        def some(part):
            client = Client(self.server)
            for batch in part:
                objects = "".join(
                    f"<Object><Key>{key}</Key>" + (f"<VersionId>{v}</VersionId>" if v else "") + "</Object>"
                    for key, v in batch
                )
                body = f"<Delete><Quiet>true</Quiet>{objects}</Delete>".encode()
                md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
                answer = client.send("POST", f"/{bucket}?delete", body, {"Content-MD5": md5})
                if "<Error>" in answer:
                    raise SystemExit("bench: DeleteObjects: " + answer[:300])

        batches = [entries[i : i + PAGE] for i in range(0, len(entries), PAGE)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(some, [batches[i::4] for i in range(4)]))
        note(f"{len(entries):,} of {bucket} deleted in {time.time() - begin:.0f} s")

    def flat(self):
        all_of(self.server, self.work, self.keys, '"/flat/k%07d", i')
        self.expected = [f"k{i:07d}" for i in range(self.keys)]
        for _ in range(2):
            walk = self.walk("/flat?list-type=2").check(self.expected, "flat")
        self.row(f"LIST of {self.keys:,} keys, second walk", walk)
        self.repeated("  one page of them", "/flat?list-type=2&prefix=k0000", self.expected[:PAGE])
        starts = (f"/flat?list-type=2&start-after=k{random.randrange(self.keys - PAGE):07d}" for _ in range(500))
        client, pages = Client(self.server), []
        self.used(0)
        for target in starts:
            at = time.time()
            client.send("GET", target)
            pages.append(time.time() - at)
        self.fact("  pages from random places", times(pages), len(pages))
        self.churned()

    def churned(self):
        with tempfile.NamedTemporaryFile("w", dir=self.work, suffix=".lua") as script:
            script.write(WRK_CHURN.format(total=self.keys, bucket="flat"))
            script.flush()
            command = ["wrk", "-t2", "-c16", "-d120s", "-s", script.name, self.server.url]
            churn = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                time.sleep(2)
                walk = self.walk("/flat?list-type=2")
            finally:
                churn.terminate()
                churn.wait()
        names = walk.names()
        if any(a >= b for a, b in zip(names, names[1:])):
            raise SystemExit("bench: a key was listed twice or out of order")
        if [name for name in names if not name.endswith("~")] != self.expected:
            raise SystemExit("bench: a key that was there all the time is missing")
        self.row("  while 16 connections write and delete keys between them", walk, f", {len(names) - self.keys} of theirs")
        rest = Walk(self.server, "/flat?list-type=2").names()
        self.delete("flat", [(name, "") for name in rest if name.endswith("~")])

    def groups(self):
        self.bucket("groups")
        self.bucket("single")
        all_of(self.server, self.work, self.keys, '"/groups/g%04d/%03d", math.floor(i / 1000), i % 1000')
        all_of(self.server, self.work, self.keys, '"/single/s/%07d/x", i')
        groups = [f"g{i:04d}/" for i in range(self.keys // 1000)]
        self.repeated(f"{len(groups):,} groups of 1,000 keys, delimiter", "/groups?list-type=2&delimiter=/", groups)
        singles = [f"s/{i:07d}/" for i in range(self.keys)]
        target = "/single?list-type=2&delimiter=/&prefix=s/"
        walk = self.walk(target).check(singles, "single")
        self.row(f"{self.keys:,} groups of one key under one prefix, delimiter", walk)

    def deleted(self):
        kept = PAGE // 2
        left = self.expected[:kept] + self.expected[-kept:]
        self.delete("flat", [(key, "") for key in self.expected[kept:-kept]])
        self.left = left
        self.repeated(f"{self.keys - PAGE:,} keys deleted between 500 and 500, at once", "/flat?list-type=2", left)
        time.sleep(30)
        self.repeated("  half a minute later", "/flat?list-type=2", left)
        self.repeated("  with a delimiter", "/flat?list-type=2&delimiter=/", left)
        self.delete("single", [(f"s/{i:07d}/x", "") for i in range(self.keys - 1)])
        self.repeated(
            "one group behind a million deleted ones, at once",
            "/single?list-type=2&delimiter=/&prefix=s/",
            [f"s/{self.keys - 1:07d}/"],
        )

    def markers(self):
        self.bucket("marked", versioned=True)
        all_of(self.server, self.work, self.keys, '"/marked/k%07d", i')
        all_of(self.server, self.work, PAGE, '"/marked/z%04d", i')
        self.delete("marked", [(key, "") for key in self.expected])
        live = [f"z{i:04d}" for i in range(PAGE)]
        target = "/marked?list-type=2"
        self.repeated(f"{self.keys:,} keys under delete markers in the way, at once", target, live)
        walk = self.walk("/marked?versions")
        walk.check(list(itertools.chain(*((key, key) for key in self.expected))) + live, "marked versions")
        self.row("  ListObjectVersions of all of it, two versions a key", walk)
        self.repeated("  the keys again", target, live)

    def versions(self):
        self.bucket("deep", versioned=True)
        all_of(self.server, self.work, self.keys, '"/deep/k%03d", i % 1000')
        keys = [f"k{i:03d}" for i in range(1000)]
        self.repeated(f"1,000 keys of {self.keys // 1000:,} versions each", "/deep?list-type=2", keys)
        walk = self.walk("/deep?versions")
        walk.check(list(itertools.chain(*([key] * (self.keys // 1000) for key in keys))), "deep versions")
        if len(set(walk.entries)) != len(walk.entries):
            raise SystemExit("bench: a version was listed twice")
        self.row("  ListObjectVersions of all of it", walk)
        newest = dict(reversed(walk.entries))
        self.delete("deep", [(key, v) for key, v in walk.entries if newest[key] != v])
        self.repeated("  the same once all older versions are deleted, ListObjectVersions, at once", "/deep?versions", keys)
        self.repeated("  and their keys", "/deep?list-type=2", keys)

    def uploads(self, count=10_000):
        self.bucket("parts")
        all_of(self.server, self.work, count, '"/parts/u%05d?uploads", i', "POST")
        expected = [f"u{i:05d}" for i in range(count)]
        for _ in range(5):
            walk = self.walk("/parts?uploads").check(expected, "uploads")
        self.row(f"ListMultipartUploads of {count:,}", walk)
        client = Client(self.server)
        for key, upload in walk.entries[: count - 100]:
            client.send("DELETE", f"/parts/{key}?uploadId={upload}")
        self.repeated(f"  {count - 100:,} of them aborted", "/parts?uploads", expected[-100:])

    def again(self, server):
        """After a restart: nothing is in memory."""
        self.server = server
        self.repeated("after a restart: the keys with those deleted between", "/flat?list-type=2", self.left)
        self.repeated("  the keys behind delete markers", "/marked?list-type=2", [f"z{i:04d}" for i in range(PAGE)])
        self.repeated(
            "  groups of 1,000 keys", "/groups?list-type=2&delimiter=/", [f"g{i:04d}/" for i in range(self.keys // 1000)]
        )
        walk = self.walk("/marked?versions")
        self.row("  ListObjectVersions under the delete markers", walk)


def bench(work, table, start_flare, cpu_seconds, keys=1_000_000):
    server = start_flare(work, "pages")
    try:
        listing = Listing(work, table, server, keys, cpu_seconds)
        listing.bucket("flat")
        listing.flat()
        listing.groups()
        listing.deleted()
        listing.markers()
        listing.versions()
        listing.uploads()
        server.stop()
        server = start_flare(work, "pages")
        listing.again(server)
    finally:
        server.stop()
