"""restic: init, backup, check, restore, compare, forget."""

import json
import os
import shutil

import install as packages
from pasted import export, paste
from steps import equal, true

NAME = "restic"


def install():
    packages.apt("restic")
    return "restic"


def job(c):
    pasted = paste(c, "restic")
    export(c, pasted.text)
    c.environment.update(RESTIC_PASSWORD="compat", RESTIC_CACHE_DIR=c.path("cache"))
    options = pasted.then[: pasted.then.index("init")]
    source = c.path("source")
    shutil.copytree(c.tree, os.path.join(source, "tree"))
    shutil.copy(c.big, os.path.join(source, "big"))

    def restic(*arguments, **how):
        return c.run(c.installed, *options, *arguments, **how)

    with c.step("init"):
        restic("init")
    with c.step("backup"):
        restic("backup", "-q", source)
    with c.step("check, reading all data"):
        restic("check", "--read-data", "--no-cache")
    with c.step("restore and compare"):
        restic("restore", "latest", "--no-cache", "--target", c.path("restored"))
        c.same_tree(c.path("restored") + source, source)
    with c.step("backup what changed, restore both"):
        shutil.rmtree(c.path("restored"))
        shutil.copytree(source, c.path("before"))
        with open(os.path.join(source, "big"), "r+b") as f:
            f.write(b"changed")
        os.remove(os.path.join(source, "tree", "plain.txt"))
        restic("backup", "-q", source)
        first, second = [s["short_id"] for s in json.loads(restic("snapshots", "--json"))]
        restic("restore", first, "--target", c.path("first"))
        c.same_tree(c.path("first") + source, c.path("before"))
        restic("restore", second, "--target", c.path("second"))
        c.same_tree(c.path("second") + source, source)
    with c.step("forget and prune, check again"):
        restic("forget", "--keep-last", "1", "--prune")
        restic("check", "--read-data", "--no-cache")
        equal(len(json.loads(restic("snapshots", "--json"))), 1, "snapshots")
    with c.step("a wrong password is refused"):
        restic("snapshots", env={"RESTIC_PASSWORD": "wrong"}, fails=True)
        true(not json.loads(restic("list", "locks") or b"[]"), "a lock was left")
