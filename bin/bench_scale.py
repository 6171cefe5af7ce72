"""The benchmark's group scale: what an object and a chunk take in the metadata's log and in its tables.

The log is kept whole while objects are put, and its entries' bytes are counted. The tables are counted in another
process, which writes them out at each snapshot; it is stopped and started once more, so that all that came is in them.
"""
import http.client
import os
import threading

CHUNK = 64 << 10
WRITERS = 16
KEEP_LOG = ("-Dflare.raft.snapshot-entries=100000000", "-Dflare.raft.snapshot-bytes=1TiB")


def bench(work, table, main):
    for name, count, size, copies, unit in (
        ("an object of no bytes", 100_000, 0, 1, 1),
        ("an object of 1 KiB, kept in the metadata", 50_000, 1024, 1, 1),
        ("an object of one chunk, one copy", 30_000, 8192, 1, 1),
        ("an object of one chunk, three copies", 15_000, 8192, 3, 1),
        ("each of 101 chunks of an object, one copy", 150, 101 * CHUNK, 1, 101),
        ("each of 101 chunks of an object, three copies", 150, 101 * CHUNK, 3, 101),
    ):
        place = f"{size}-{copies}"
        options = [f"-Dflare.chunk-size={CHUNK}", f"-Dflare.copies={copies}", "-Dflare.etag=fast"]
        log = of_log(work, main, f"log-{place}", options, count // 5, size) / (count // 5 * unit)
        tables = of_tables(work, main, f"tables-{place}", options, count, size) / (count * unit)
        table.fact(f"metadata of {name}", f"{log:,.0f} bytes of log, {tables:,.0f} of tables", "stated")


def of_log(work, main, name, options, count, size):
    server = main.start_flare(work, name, [*options, *KEEP_LOG])
    metadata = os.path.join(work, name, "meta")
    try:
        before = log_bytes(metadata)
        load(server.url, count, size)
        return log_bytes(metadata) - before
    finally:
        server.stop()


def of_tables(work, main, name, options, count, size):
    options = [*options, "-Dflare.raft.snapshot-entries=2000"]
    server = main.start_flare(work, name, options)
    try:
        load(server.url, count, size)
    finally:
        server.stop()
    main.start_flare(work, name, options).stop()
    return tree_bytes(os.path.join(work, name, "meta", "state"), ".sst")


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
