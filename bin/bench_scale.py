"""The benchmark's group scale: what an object, a chunk and a version take in the metadata.

The log is kept whole while it is loaded and its bytes are counted; then the process is stopped, which flushes what is in
memory, started and stopped again, and the state's tables are counted as they lie on disk, overwritten rows and all.
"""
import http.client
import os
import threading

MIB = 1 << 20
CHUNK = 64 << 10
WRITERS = 16
KEEP_LOG = ("-Dflare.raft.snapshot-entries=100000000", "-Dflare.raft.snapshot-bytes=1TiB")


def bench(work, table, main):
    for name, count, size, copies, unit in (
        ("an object of no bytes", 200_000, 0, 1, 1),
        ("an object of 1 KiB, kept in the metadata", 100_000, 1024, 1, 1),
        ("an object of one chunk, one copy", 50_000, 8192, 1, 1),
        ("an object of one chunk, three copies", 20_000, 8192, 3, 1),
        ("a further chunk of an object, one copy", 200, 101 * CHUNK, 1, 101),
        ("a further chunk of an object, three copies", 200, 101 * CHUNK, 3, 101),
    ):
        log, state = footprint(work, main, count, size, copies)
        per = count * unit
        table.fact(f"metadata of {name}", f"{log / per:,.0f} bytes of log, {state / per:,.0f} of tables", "stated")


def footprint(work, main, count, size, copies):
    name = f"scale-{size}-{copies}"
    options = [*KEEP_LOG, f"-Dflare.chunk-size={CHUNK}", f"-Dflare.copies={copies}", "-Dflare.etag=fast"]
    server = main.start_flare(work, name, options)
    metadata = os.path.join(work, name, "meta")
    try:
        before = log_bytes(metadata)
        load(server.url, count, size)
        log = log_bytes(metadata) - before
    finally:
        server.stop()
    for _ in range(2):
        main.start_flare(work, name, options).stop()
    state = tree_bytes(os.path.join(metadata, "state"), ".sst")
    return log, state


def load(url, count, size):
    """PUTs the objects under keys of 24 characters, sixteen at once."""
    failures = []

    def write(writer):
        connection = http.client.HTTPConnection(url.removeprefix("http://"))
        body = os.urandom(size)
        for number in range(writer, count, WRITERS):
            connection.request("PUT", f"/object/scale/{number * 7919 % 1_000_003:018d}", body)
            answer = connection.getresponse()
            answer.read()
            if answer.status >= 300:
                failures.append(answer.status)
                return

    threads = [threading.Thread(target=write, args=(i,)) for i in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"bench: a PUT was answered {failures[0]}")


def log_bytes(metadata):
    """Of the log's entries: the open segment is given its whole length beforehand, zeroes at its end."""
    total = 0
    for directory, _, names in os.walk(os.path.join(metadata, "raft")):
        for name in names:
            if name.startswith("log_inprogress"):
                with open(os.path.join(directory, name), "rb") as f:
                    total += len(f.read().rstrip(b"\0"))
            elif name.startswith("log_"):
                total += os.path.getsize(os.path.join(directory, name))
    return total


def tree_bytes(root, suffix):
    return sum(
        os.path.getsize(os.path.join(directory, name))
        for directory, _, names in os.walk(root)
        for name in names
        if name.endswith(suffix)
    )
