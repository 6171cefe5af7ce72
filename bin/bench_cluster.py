"""The benchmark's group cluster: several processes, several copies, healing, and what a kill costs.

Clusters of this machine, begun by `flare cluster up`, each node a process. nginx→nginx and a plain copy over HTTP that is
synced are the yardsticks. All processes share the machine's cores with their clients, so three copies cost each write
three times the disk's and the network's work: ratios are given per copy, too.
"""
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

MIB = 1 << 20
GIB = 1 << 30
WARM_UP = 10
HEALED_GIB = 2
# Heals that nobody counts: six processes compile what copies chunks from node to node when it is first used, on two cores.
WARM_HEALS = 3
PAIRS = 4
KILLS = 3
FOREGROUND_SECONDS = 10
COMMAND_SECONDS = 8

EMPTY_PUT = """
local count = 0
function setup(thread) thread:set("id", count); count = count + 1 end
function init(args) n = 0 end
function request() n = n + 1
  return wrk.format("PUT", string.format("/object/meta-%d-%06d", id, n % 20000), nil, "") end
"""

# One PUT in four, of 4 KiB each.
MIXED = """
local count = 0
function setup(thread) thread:set("id", count); count = count + 1 end
function init(args) math.randomseed(id + 1); n = 0; body = string.rep("x", 4096) end
function request() n = n + 1
  local path = string.format("/object/small-%04d", math.random(0, 999))
  if n % 4 == 0 then return wrk.format("PUT", path, nil, body) end
  return wrk.format("GET", path) end
"""


class Cluster:
    """Begun by `flare cluster up` in a directory of its own."""

    def __init__(self, bench, work, name, *options):
        self.home, self.name, self.directory = bench.HOME, name, os.path.join(work, name)
        self.base = free_base()
        self.flare("up", "--port", str(self.base), *options)
        self.refresh()

    def flare(self, *arguments):
        command = [os.path.join(self.home, "flare"), "cluster", *arguments, "--dir", self.directory]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"bench: {' '.join(command)} ended with {done.returncode}: {done.stderr[-500:]}")
        return done.stdout

    def refresh(self):
        status = json.loads(self.flare("status", "--json"))
        self.nodes = {node["name"]: node for node in status}

    @property
    def url(self):
        return self.object_url("api-1")

    def object_url(self, api):
        return f"http://127.0.0.1:{self.base + int(api.split('-')[1]) - 1}"

    def admin(self, path, method="GET", api="api-1"):
        port = self.base + 100 + int(api.split("-")[1]) - 1
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def pids(self):
        return [node["pid"] for node in self.nodes.values() if node.get("pid")]

    def kill(self, name):
        os.kill(self.nodes[name]["pid"], signal.SIGKILL)

    def stop(self):
        self.flare("down")


def free_base():
    """A port with the ranges behind it that `cluster up` derives from it free."""
    while True:
        base = random.randrange(20000, 29000, 500)
        try:
            for block in range(0, 500, 100):
                for port in range(base + block, base + block + 8):
                    with socket.socket() as s:
                        s.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue


def bench(work, table, rounds, main):
    three_copies(work, table, rounds, main)
    healing(work, table, main)
    kills(work, table, main)
    for peers in (1, 3):
        commands(work, table, rounds, main, peers)


def three_copies(work, table, rounds, main):
    files = main.random_files(work, 4, main.LARGE)
    nginx, hop = main.start_nginx(tempfile.mkdtemp(dir=work))
    cluster = Cluster(main, work, "copies", "--api", "1", "--data", "3", "--copies", "3", "--heap", "768",
                      "--set", "flare.etag=fast", "--set", "flare.data.trash-ttl=1s")
    per_connection = 2
    gib = main.CONNECTIONS * per_connection * main.LARGE / GIB
    try:
        for server in (hop, cluster) * WARM_UP:
            main.curl_puts(server, files, per_connection)
            main.curl_gets(server, per_connection)
        for _ in range(rounds):
            table.measure("nginx→nginx PUT", hop, gib, lambda: main.curl_puts(hop, files, per_connection))
            table.measure("3 copies PUT", cluster, gib, lambda: main.curl_puts(cluster, files, per_connection))
            table.measure("nginx→nginx GET", hop, gib, lambda: main.curl_gets(hop, per_connection))
            table.measure("3 copies GET", cluster, gib, lambda: main.curl_gets(cluster, per_connection))
    finally:
        nginx.stop()
        cluster.stop()
    table.add("64 MiB, three copies, four processes: nginx→nginx PUT", "nginx→nginx PUT", "MiB/s", "s/GiB")
    table.add("  Flare PUT", "3 copies PUT", "MiB/s", "s/GiB", "nginx→nginx PUT", "stated")
    per_copy = 3 * table.ratio("3 copies PUT", "nginx→nginx PUT")
    table.fact("  the same per copy, of nginx→nginx PUT", f"{per_copy:.2f}, {table.cpu('3 copies PUT') / 3:.2f} s/GiB", "stated")
    table.add("  nginx→nginx GET", "nginx→nginx GET", "MiB/s", "s/GiB")
    table.add("  Flare GET", "3 copies GET", "MiB/s", "s/GiB", "nginx→nginx GET", "stated")


def plain_copy(work, nginx, files, count):
    """Over HTTP and synced, PAIRS at once: what a node that copies from another one can reach here."""
    per_pair = count // PAIRS
    commands = []
    for pair in range(PAIRS):
        steps = "; ".join(
            f"curl -sS {nginx.url}/object/{os.path.basename(files[(pair + i) % len(files)])}"
            f" | dd of={work}/pulled-{pair}-{i} bs=1M iflag=fullblock conv=fsync status=none"
            for i in range(per_pair)
        )
        commands.append(["sh", "-ec", steps])
    seconds = main_parallel(commands)
    for pair in range(PAIRS):
        for i in range(per_pair):
            os.remove(f"{work}/pulled-{pair}-{i}")
    return per_pair * PAIRS * 64 * MIB / seconds


def main_parallel(commands):
    begin = time.time()
    running = [subprocess.Popen(c) for c in commands]
    if any(process.wait() for process in running):
        raise SystemExit("bench: a plain copy failed")
    return time.time() - begin


def healing(work, table, main):
    files = main.random_files(work, 4, main.LARGE)
    nginx, _ = main.start_nginx(tempfile.mkdtemp(dir=work))
    for path in files:
        os.link(path, os.path.join(os.path.dirname(nginx_files(nginx)), "files", "object", os.path.basename(path)))
    count = HEALED_GIB * GIB // main.LARGE
    plain = [plain_copy(work, nginx, files, count) for _ in range(2)][-1:]
    rates, p99s = [], []
    for rate, measured in (("10GiB", "rate"), (None, "p99")):
        options = ["--api", "1", "--data", "5", "--copies", "2", "--heap", "384", "--set", "flare.etag=fast"]
        options += ["--set", f"flare.repair.rate={rate}"] if rate else []
        cluster = Cluster(main, work, f"heal-{measured}", *options)
        try:
            # As many bytes as give each of five nodes HEALED_GIB of copies.
            main.curl_puts(cluster, files, HEALED_GIB * 5 // 2 * GIB // main.LARGE // main.CONNECTIONS)
            for _ in range(WARM_HEALS):
                replace(cluster, lose(cluster))
            quiet_p99 = foreground(cluster, work)
            plain.append(plain_copy(work, nginx, files, count))
            begin = time.time()
            victim = lose(cluster, lambda: p99s.append((quiet_p99, foreground(cluster, work))) if measured == "p99" else None)
            if measured == "rate":
                rates.append(victim["bytes"] / (time.time() - begin))
        finally:
            cluster.stop()
            subprocess.run(["rm", "-rf", cluster.directory], check=True)
    nginx.stop()
    yardstick = statistics.median(plain)
    table.fact(f"plain copy of {HEALED_GIB} GiB over HTTP, synced, {PAIRS} at once", f"{yardstick / MIB:,.0f} MiB/s")
    table.fact(f"  heal after the loss of one of five nodes, rate not limited", f"{rates[0] / MIB:,.0f} MiB/s, {rates[0] / yardstick:.2f} of it", "≥ 0.70")
    quiet, busy = p99s[0]
    table.fact("  foreground p99 (16 connections, 4 KiB, a quarter PUTs) while it heals at 100 MiB/s", f"{busy:.1f} ms, {busy / quiet:.2f} × of before", "≤ 2 ×")


def lose(cluster, meanwhile=lambda: None):
    """Kills the data node that holds most, counts it as lost, and waits until its copies are made again; what it was."""
    victim = max(cluster.admin("/admin/status")["nodes"], key=lambda node: node["bytes"])
    victim["name"] = next(name for name, node in cluster.nodes.items()
                          if node["address"].rsplit(":", 1)[1] == victim["url"].rsplit(":", 1)[1])
    cluster.kill(victim["name"])
    cluster.admin(f"/admin/nodes/{victim['id']}/lost", "POST")
    healed = threading.Thread(target=await_healed, args=(cluster, victim["id"]))
    healed.start()
    meanwhile()
    healed.join()
    return victim


def replace(cluster, lost):
    """An empty node takes the place of the lost one."""
    while True:
        try:
            cluster.admin(f"/admin/nodes/{lost['id']}/removed", "POST")
            break
        except urllib.error.HTTPError:  # what it had to delete is not forgotten yet
            time.sleep(0.5)
    shutil.rmtree(os.path.join(cluster.directory, lost["name"]))
    cluster.flare("start", lost["name"])
    cluster.refresh()
    while not any(n["url"] == lost["url"] and n["state"] == "active" and n["usable"]
                  for n in cluster.admin("/admin/status")["nodes"]):
        time.sleep(0.1)


def nginx_files(nginx):
    return nginx.processes[0].args[2]


def await_healed(cluster, node):
    """Until nothing is left on the node and nothing lacks a copy."""
    while True:
        status = cluster.admin("/admin/status")
        gone = all(n["copies"] == 0 for n in status["nodes"] if n["id"] == node)
        heal = next(w for w in status["workers"] if w["name"] == "heal")
        if gone and heal["left"] == 0 and heal["state"] == "idle":
            return
        time.sleep(0.1)


def foreground(cluster, work):
    """The 99th percentile in ms of small requests."""
    if not getattr(cluster, "small", False):
        for number in range(1000):
            request = urllib.request.Request(f"{cluster.url}/object/small-{number:04d}", data=b"x" * 4096, method="PUT")
            urllib.request.urlopen(request).close()
        cluster.small = True
        wrk(cluster.url, work, MIXED, 16, FOREGROUND_SECONDS)
    return wrk(cluster.url, work, MIXED, 16, FOREGROUND_SECONDS)[1]


def wrk(url, work, script, connections, seconds):
    """Requests a second, and their 99th percentile in ms."""
    path = os.path.join(work, "cluster.lua")
    with open(path, "w") as f:
        f.write(script)
    command = ["wrk", "--latency", f"-t{min(2, connections)}", f"-c{connections}", f"-d{seconds}s", "-s", path, url]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise SystemExit("bench: wrk saw errors:\n" + out)
    rate = float(next(line for line in out.splitlines() if line.startswith("Requests/sec")).split()[1])
    worst = next(line for line in out.splitlines() if line.strip().startswith("99%")).split()[1]
    for unit, factor in (("us", 0.001), ("ms", 1), ("s", 1000)):
        if worst.endswith(unit):
            return rate, float(worst.removesuffix(unit)) * factor
    raise SystemExit(f"bench: wrk gave {worst} as a latency")


class Writes:
    """One writer after the other; knows when each success came."""

    def __init__(self, url):
        self.url, self.successes, self.running = url, [], True
        self.threads = [threading.Thread(target=self.write, args=(i,), daemon=True) for i in range(4)]
        for thread in self.threads:
            thread.start()

    def write(self, writer):
        number = 0
        while self.running:
            number += 1
            request = urllib.request.Request(f"{self.url}/object/w-{writer}-{number % 500}", data=b"y" * 100_000, method="PUT")
            try:
                urllib.request.urlopen(request, timeout=60).close()
                self.successes.append(time.time())
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)

    def stop(self):
        self.running = False
        for thread in self.threads:
            thread.join()

    def gap_after(self, at):
        """The longest time without a success in the 15 s after it."""
        times = [at] + sorted(t for t in self.successes if at <= t <= at + 15)
        return max(b - a for a, b in zip(times, times[1:]))


def kills(work, table, main):
    cluster = Cluster(main, work, "kills", "--api", "3", "--data", "4", "--copies", "3")
    gaps = {"data": [], "leader": []}
    try:
        for number in range(KILLS):
            for kind in gaps:
                cluster.refresh()
                leader = cluster.admin("/admin/status")["raft"]["leader"]
                victim = f"data-{number + 1}" if kind == "data" else leader
                writer = next(name for name in cluster.nodes if name.startswith("api-") and name != victim)
                writes = Writes(cluster.object_url(writer))
                time.sleep(5)
                at = time.time()
                cluster.kill(victim)
                time.sleep(15)
                writes.stop()
                gaps[kind].append(writes.gap_after(at))
                cluster.flare("start", victim)
                time.sleep(5)
    finally:
        cluster.stop()
    for kind, what in (("data", "a data node of four"), ("leader", "the leader of three peers")):
        each = ", ".join(f"{gap:.1f}" for gap in gaps[kind])
        table.fact(f"kill of {what} to resumed writes, {KILLS} times", f"{each} s", "≤ 5 s")


def commands(work, table, rounds, main, peers):
    cluster = Cluster(main, work, f"commands-{peers}", "--api", str(peers), "--data", "1", "--copies", "1", "--heap", "512")
    try:
        leader = "api-1" if peers == 1 else cluster.admin("/admin/status")["raft"]["leader"]
        url = cluster.object_url(leader)
        wrk(url, work, EMPTY_PUT, 64, 15)
        for clients in (1, 16, 64):
            found = [wrk(url, work, EMPTY_PUT, clients, COMMAND_SECONDS) for _ in range(max(2, rounds))]
            rate, p99 = (statistics.median(sample[i] for sample in found) for i in (0, 1))
            table.fact(
                f"commands of the metadata (PUT of nothing), {peers} peer{'s' if peers > 1 else ''}, {clients} client{'s' if clients > 1 else ''}",
                f"{rate:,.0f}/s, p99 {p99:.1f} ms", "stated")
    finally:
        cluster.stop()
