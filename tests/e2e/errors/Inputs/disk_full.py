#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs `ir` and `specialize` on disks of many sizes, from none at all to enough.

    disk_full.py FOLDER

FOLDER holds the sources `old` and `new` and their images `image-old` and `image-new`. The disk is a
tmpfs, so this runs in a mount namespace. Wherever the disk ends: an error that names the place and
says what to do, the old output as it was, and nothing beside it; or success. For a cache that is
full: success, always. Each kind must have met both ends.
"""
import filecmp
import os
import pathlib
import shutil
import subprocess
import sys

folder = pathlib.Path(sys.argv[1]).resolve()
disk = folder / "disk"
STEPS = 12


def build(version, output, *more):
    return ["xaas-build", "ir", "--source", folder / version, "--output", f"oci:{output}", "-q",
            *more, "--", "sh", "build.sh"]


def deploy(version, output, *more):
    return ["xaas-deploy", "specialize", f"oci:{folder}/image-{version}", "--output", output, "-q",
            *more]


# What is run on the full disk, and what makes the old output there; `{}` is the output.
KINDS = {
    "ir": (lambda out: build("new", out, "--force"), lambda out: build("old", out)),
    "tree": (lambda out: deploy("new", f"tree:{out}", "--no-cache", "--force"),
             lambda out: deploy("old", f"tree:{out}", "--no-cache")),
    "oci": (lambda out: deploy("new", f"oci:{out}", "--no-cache", "--force"),
            lambda out: deploy("old", f"oci:{out}", "--no-cache")),
    **{form: (lambda out, form=form: deploy("new", f"{form}:{out}", "--no-cache", "--force"),
              lambda out, form=form: deploy("old", f"{form}:{out}", "--no-cache"))
       for form in ("oci-archive", "sqsh", "sif")},
    "TMPDIR of ir": (lambda out: build("new", folder / "elsewhere", "--force"), None),
    "TMPDIR of tree": (lambda out: deploy("new", f"tree:{folder}/elsewhere", "--no-cache"), None),
    "cache": (lambda out: deploy("new", f"tree:{folder}/elsewhere", "--cache", out), None),
}


def run(command, temporary=None):
    environment = {**os.environ, "TMPDIR": str(temporary or folder / "tmp")}
    return subprocess.run([str(word) for word in command], env=environment, capture_output=True,
                          text=True, timeout=120, check=False)


def copy(a, b):
    if a.is_dir():
        shutil.copytree(a, b, symlinks=True)
    else:
        shutil.copy2(a, b)


def same(a, b):
    """Of two layouts: whether `b` has all that `a` has, and the same index. Of two files: equal."""
    if os.path.isfile(a):
        return filecmp.cmp(a, b, shallow=False)
    difference = filecmp.dircmp(a, b, ignore=[".xaas-lock"])
    return (not difference.left_only and not filecmp.cmpfiles(
        a, b, difference.common_files, shallow=False)[1]
            and all(same(f"{a}/{d}", f"{b}/{d}") for d in difference.common_dirs))


def used():
    return int(subprocess.run(["du", "-s", "-B4096", disk], capture_output=True, text=True,
                              check=True).stdout.split()[0])


def mount(pages):
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={4096 * pages}", "none", disk], check=True)


def unmount():
    subprocess.run(["umount", disk], check=True)


def attempt(kind, pages, old):
    """Returns whether the disk was large enough."""
    shutil.rmtree(folder / "elsewhere", ignore_errors=True)
    mount(pages)
    output = disk / "output"
    if old:
        copy(old, output)
    done = run(KINDS[kind][0](output), disk if kind.startswith("TMPDIR") else None)
    where = f"{kind}, {pages} pages: ended with {done.returncode}: {done.stderr}"
    if kind == "cache":
        assert done.returncode == 0, where
        enough = "warning" not in done.stderr
        assert enough or "cache: " in done.stderr and "No space" in done.stderr, where
    else:
        enough = done.returncode == 0
        # A build that fails is the build's own business, with a hint.
        told = ("help: " in done.stderr and str(disk) in done.stderr
                and ("No space left on device" in done.stderr or " are free in " in done.stderr))
        assert enough or (done.returncode == 1 and told), where
    if old and not enough:
        assert same(old, output), f"the old output is damaged: {where}"
    beside = [str(p) for p in disk.rglob(".xaas-tmp-*")]
    if kind != "cache":
        beside += [str(p) for p in disk.iterdir() if p != output]
        beside += [str(p) for p in (folder / "tmp").iterdir()]
    assert not beside, f"left {beside}: {where}"
    unmount()
    return enough


def main():
    disk.mkdir(exist_ok=True)
    (folder / "tmp").mkdir(exist_ok=True)
    for kind, (_, make_old) in KINDS.items():
        old = None
        mount(100000)
        if make_old:
            old = folder / ("old-" + kind)
            done = run(make_old(old))
            assert done.returncode == 0, done.stderr
            copy(old, disk / "output")
        before = used()
        unmount()
        low, high = before + 2, before + 4
        while not attempt(kind, high, old):
            low, high = high, before + 2 * (high - before)
        # Evenly between nothing and enough, where the disk ends in the middle of something.
        sizes = [before + 2 + (high - before) * i // STEPS for i in range(STEPS)]
        ends = [attempt(kind, pages, old) for pages in sizes]
        assert not all(ends)
        print(f"{kind}: {ends.count(False)} times full, {1 + ends.count(True)} times enough")


main()
