"""What a client's job is given, and what jobs do alike."""

import os
import subprocess
import urllib.error
import urllib.request

import tree
from server import ACCESS_KEY, REGION, SECRET_KEY
from steps import Failure, equal

LIMIT_SECONDS = 900


class Context:
    def __init__(self, server, steps, work, installed, sizes, name):
        self.server, self.step, self.work, self.installed = server, steps, work, installed
        self.tree, self.big, self.short = sizes["tree"], sizes["big"], sizes["short"]
        self.endpoint = server.endpoint
        self.bucket = f"compat-{name}"
        # A developer's own AWS settings must not change what a client does here.
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "RCLONE_", "RESTIC_"))}
        self.environment = dict(
            inherited,
            LC_ALL="C.UTF-8",
            HOME=work,
            NO_PROXY="127.0.0.1",
            no_proxy="127.0.0.1",
            AWS_ACCESS_KEY_ID=ACCESS_KEY,
            AWS_SECRET_ACCESS_KEY=SECRET_KEY,
            AWS_DEFAULT_REGION=REGION,
            AWS_REGION=REGION,
            AWS_EC2_METADATA_DISABLED="true",
            FLARE_ENDPOINT=server.endpoint,
            COMPAT_BUCKET=self.bucket,
            COMPAT_TREE=self.tree,
            COMPAT_BIG=self.big,
            COMPAT_WORK=work,
        )
        # A job in a process of its own asks for these in its own way.
        self.access_key, self.secret_key, self.region = ACCESS_KEY, SECRET_KEY, REGION

    def path(self, *names):
        return os.path.join(self.work, *names)

    def run(self, *command, stdin=None, fails=False, env=None):
        """Standard output of a command, which must end well, or with fails must not."""
        done = subprocess.run(
            list(command),
            env=dict(self.environment, **(env or {})),
            cwd=self.work,
            stdin=stdin or subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT_SECONDS,
        )
        if (done.returncode != 0) != fails:
            words = " / ".join((done.stderr + done.stdout).decode(errors="replace").strip().splitlines()[-6:])
            raise Failure(f"{' '.join(command[:6])} … ended with {done.returncode}: {words}")
        return done.stdout

    def relay(self, command):
        """Runs a job that is a process of its own, and takes over the steps that it prints (see steps.line)."""
        finished = False
        with open(self.path("job.err"), "w+") as errors:
            process = subprocess.Popen(
                command, env=self.environment, cwd=self.work,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True,
            )
            for text in process.stdout:
                words = text.rstrip("\n").split("\t")
                if words[0] == "step" and len(words) >= 4:
                    self.step.report(words[1], float(words[3]), None if words[2] == "ok" else words[4])
                elif words[0] == "done":
                    finished = True
                else:
                    print("    " + text.rstrip())
            code = process.wait()
            errors.seek(0)
            if code != 0 or not finished:
                raise Failure(f"the job ended with {code} before its last step: {errors.read()[-1500:]}")

    def fetch(self, url, method="GET", body=None, headers=None, wanted=200):
        """What a plain HTTP client that knows nothing of S3 gets for a URL."""
        request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                status, content = answer.status, answer.read()
        except urllib.error.HTTPError as e:
            status, content = e.code, e.read()
        if status != wanted:
            raise Failure(f"{method} answered {status} instead of {wanted}: {content[:300]}")
        return content

    def bytes_of_big(self, begin, end):
        with open(self.big, "rb") as f:
            f.seek(begin)
            return f.read(end - begin)

    def same_tree(self, got, wanted=None):
        found = tree.differences(wanted or self.tree, got)
        if found:
            raise Failure(f"{len(found)} differences: {'; '.join(found[:5])}")

    def same_file(self, got, wanted=None):
        equal((os.path.getsize(got), tree.digest(got)), (os.path.getsize(wanted or self.big), tree.digest(wanted or self.big)), got)

    def count(self):
        return sum(len(names) for _, _, names in os.walk(self.tree))
