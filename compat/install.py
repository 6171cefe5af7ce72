"""Gets the clients, by the ordinary package clients, in the versions that are pinned here, into a cache directory."""

import os
import shutil
import subprocess
import threading

from steps import Skip

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.environ.get("FLARE_COMPAT_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "flare-compat"
)
PYTHON_PACKAGES = ["awscli==1.46.3", "boto3==1.44.5", "s3cmd==2.4.0"]
RCLONE = "github.com/rclone/rclone@v1.75.1"
RESTIC = "github.com/restic/restic/cmd/restic@v0.18.1"
LIMIT_SECONDS = 900

# One lock a kind of package: two installations at once would meet in the same directories.
locks = {kind: threading.Lock() for kind in ("apt", "python", "maven", "npm", "go")}
updated = False


def run(command, **options):
    """A step of an installation; that it fails is a reason to skip, which the summary counts and tells."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT_SECONDS, **options
        )
    except (OSError, subprocess.TimeoutExpired) as e:
        raise Skip(f"can't be installed: {e}")
    if done.returncode != 0:
        words = done.stdout.decode(errors="replace").strip().splitlines()[-3:]
        raise Skip(f"can't be installed: {' '.join(command)} ended with {done.returncode}: {' / '.join(words)}")


def apt(*programs):
    """Debian's packages, where a package and its program have one name."""
    global updated
    with locks["apt"]:
        missing = [p for p in programs if shutil.which(p) is None]
        if not missing:
            return
        if shutil.which("apt-get") is None or os.geteuid() != 0:
            raise Skip(f"{', '.join(missing)} not installed, and only root with apt-get can install it")
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        if not updated:
            run(["apt-get", "update", "-qq"], env=environment)
            updated = True
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], env=environment)


def python(program):
    """A program of the virtual environment that has all Python clients."""
    with locks["python"]:
        environment = os.path.join(CACHE, "python")
        wanted = "\n".join(PYTHON_PACKAGES)
        if not is_stamped(environment, wanted):
            shutil.rmtree(environment, ignore_errors=True)
            if subprocess.run(["python3", "-c", "import ensurepip"], stderr=subprocess.DEVNULL).returncode != 0:
                # Debian's Python has no ensurepip without this package.
                run(["apt-get", "update", "-qq"])
                run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "python3-venv"])
            run(["python3", "-m", "venv", environment])
            run([os.path.join(environment, "bin", "pip"), "install", "-q", "--no-compile", "--disable-pip-version-check", *PYTHON_PACKAGES])
            stamp(environment, wanted)
        return os.path.join(environment, "bin", program)


def java():
    """The class path of the Java jobs, compiled."""
    with locks["maven"]:
        project = os.path.join(HERE, "java")
        target = os.path.join(CACHE, "java")
        os.makedirs(target, exist_ok=True)
        if shutil.which("mvn") is None:
            raise Skip("no mvn on the PATH")
        run(["mvn", "-q", "-B", "-f", os.path.join(project, "pom.xml"), f"-Dcompat.target={target}", "package"])
        return ":".join(os.path.join(target, d) for d in ("classes", "lib/*"))


def javascript():
    """The directory with the JavaScript job and its modules."""
    with locks["npm"]:
        if shutil.which("node") is None or shutil.which("npm") is None:
            apt("nodejs", "npm")
        release = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
        if int(release.lstrip("v").split(".")[0] or 0) < 18:
            raise Skip(f"aws-sdk-js v3 needs Node 18 or newer, and this is {release}")
        target = os.path.join(CACHE, "js")
        with open(os.path.join(HERE, "js", "package.json")) as f:
            wanted = f.read()
        if not is_stamped(target, wanted):
            shutil.rmtree(target, ignore_errors=True)
            os.makedirs(target)
            shutil.copy(os.path.join(HERE, "js", "package.json"), target)
            run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=target)
            stamp(target, wanted)
        shutil.copy(os.path.join(HERE, "js", "job.mjs"), target)
        return target


def go(module, program):
    """A Go program built from its module: minutes the first time."""
    with locks["go"]:
        target = os.path.join(CACHE, "go", module.rsplit("@", 1)[1])
        path = os.path.join(target, program)
        if not os.path.exists(path):
            if shutil.which("go") is None:
                raise Skip("no Go to build it with; Debian's package of it was run")
            # Behind everything else: it takes every processor for minutes, while other clients are at work.
            run(["nice", "-n", "19", "go", "install", module], env=dict(os.environ, GOBIN=target, CGO_ENABLED="0"))
        return path


def stamp(directory, wanted):
    with open(os.path.join(directory, "installed"), "w") as f:
        f.write(wanted)


def is_stamped(directory, wanted):
    try:
        with open(os.path.join(directory, "installed")) as f:
            return f.read() == wanted
    except OSError:
        return False
