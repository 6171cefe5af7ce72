"""What `flare client-config` prints, pasted as it says: so that what users are told to write is what is tried here."""

import os
import re
import shlex
import subprocess

from server import HOME
from steps import Failure


class Pasted:
    """text: all of it. then: the words of its example, without the program; with NAME's replaced."""

    def __init__(self, c, tool):
        self.text = printed(c, tool)
        found = re.search(r"^# then: (.*)$", self.text, re.MULTILINE)
        self.then = [expanded(w, c.environment) for w in shlex.split(found.group(1))[1:]] if found else []
        # "# into ~/FILE" and what follows, up to the next such line or the example.
        for name, content in re.findall(r"^# into ~/([^\s,]+).*\n((?:(?!# ).*\n)*)", self.text, re.MULTILINE):
            path = c.path(name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
                f.write(content.rstrip("\n") + "\n")


def paste(c, tool):
    """Also takes away what SDKs are given in the environment: the client has only what was pasted."""
    pasted = Pasted(c, tool)
    for name in [n for n in c.environment if n.startswith("AWS_") and n != "AWS_EC2_METADATA_DISABLED"]:
        del c.environment[name]
    c.environment.pop("XDG_CONFIG_HOME", None)
    return pasted


def export(c, text):
    """Lets a shell read the text, and takes over what it exports."""
    for line in c.run("sh", "-euc", text + "\nexec env -0").decode().split("\0"):
        name, _, value = line.partition("=")
        if name and name not in ("PWD", "OLDPWD", "SHLVL", "_"):
            c.environment[name] = value


def printed(c, tool):
    done = subprocess.run(
        [os.path.join(HOME, "flare"), "client-config", tool, "--show-secret", "--bucket", c.bucket],
        env=c.server.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
    )
    if done.returncode != 0:
        raise Failure(f"flare client-config {tool} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def expanded(word, environment):
    return re.sub(r"\$(\w+)", lambda m: environment[m.group(1)], word)
