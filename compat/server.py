"""A Flare with a root key pair, on free ports, in a temporary directory."""

import os
import random
import re
import signal
import socket
import subprocess
import time
import urllib.request

HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ACCESS_KEY = "compat-root"
SECRET_KEY = "compat/root+secret=key"
REGION = "us-east-1"


def free_ports(count):
    """The first of a run of free ports: data nodes of one process listen on consecutive ones."""
    while True:
        first = random.randrange(20000, 32000, 10)
        try:
            for port in range(first, first + count):
                with socket.socket() as s:
                    s.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue


class Server:
    def __init__(self, work):
        first = free_ports(8)
        self.endpoint = f"http://127.0.0.1:{first}"
        self.admin = f"http://127.0.0.1:{first + 1}"
        self.log = os.path.join(work, "server.log")
        self.environment = dict(
            os.environ,
            FLARE_DATA_DIR=os.path.join(work, "data"),
            FLARE_PORT=str(first),
            FLARE_ADMIN_PORT=str(first + 1),
            FLARE_RAFT_PORT=str(first + 2),
            FLARE_DATA_PORT=str(first + 3),
            FLARE_ROOT_ACCESS_KEY=ACCESS_KEY,
            FLARE_ROOT_SECRET_KEY=SECRET_KEY,
        )
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [os.path.join(HOME, "flare"), "server"],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )

    def wait(self, seconds=600):
        """A first start builds the server, so this waits long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.admin + "/health/ready", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("compat: the server did not get ready:\n" + self.last_words())

    def answers(self):
        """(operation, status) → how many requests were answered so."""
        with urllib.request.urlopen(self.admin + "/metrics", timeout=30) as answer:
            text = answer.read().decode()
        found = re.findall(r'^flare_requests_total\{operation="(\w+)",status="(\d+)"\} (\S+)', text, re.MULTILINE)
        return {(operation, int(status)): float(count) for operation, status, count in found}

    def last_words(self):
        with open(self.log, errors="replace") as f:
            return "".join(f.readlines()[-30:])

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
