#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Deploys `oci:image` while system calls fail as they do on file systems of other kinds.

First calls that some file systems do not have, each time they are made: every form of output is as
it is without that, new and replaced. Then a quota that is used up from the n-th call on, for many
n: either the output is what it should be, or there is an error that says so and the old output is
as it was; nothing is beside it. For a cache's quota: success, always, and a message.
"""
import filecmp
import pathlib
import re
import shutil
import subprocess

FORMS = {"tree": "tree:out/tree", "oci": "oci:out/oci:tag", "oci-archive": "oci-archive:out/oci-archive",
         "sqsh": "sqsh:out/sqsh", "sif": "sif:out/sif"}
STEPS = 10
k_quota = "Disk quota exceeded"
out = pathlib.Path("out")


def deploy(form, *more):
    return ["xaas-deploy", "specialize", "oci:image", "-q", "--jobs", "1", "--output", FORMS[form],
            *more]


def run(command, calls=None, inject=None):
    traced = []
    if calls:
        traced = ["strace", "-f", "-y", "-qq", "--seccomp-bpf", "-o", "log", "-e", f"trace={calls}"]
        traced += ["-e", f"inject={calls}:{inject}"] if inject else []
    return subprocess.run([*traced, *command], capture_output=True, text=True, timeout=300,
                          check=False)


def same(a, b):
    if a.is_file():
        return filecmp.cmp(a, b, shallow=False)
    difference = filecmp.dircmp(a, b)
    return (not difference.left_only and not difference.right_only and not filecmp.cmpfiles(
        a, b, difference.common_files, shallow=False)[1]
            and all(same(a / d, b / d) for d in difference.common_dirs))


def fresh():
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()


def check_beside(where, *expected):
    beside = sorted(path.name for path in out.iterdir() if path.name not in expected)
    assert not beside, f"{where}: left {beside}"


def absent(calls, *errors):
    for error in errors:
        for form in FORMS if error == errors[0] else ("tree", "sif"):
            fresh()
            for more in ([], ["--force"]):
                where = f"{form} {more}, {calls} with {error}"
                done = run(deploy(form, "--cache", "cache", *more), calls, f"error={error}")
                assert done.returncode == 0, f"{where}: {done.stderr}"
                assert "warning" not in done.stderr, f"{where}: {done.stderr}"
                assert same(pathlib.Path("plain") / form, out / form), f"{where}: another output"
                check_beside(where, form)
    print(f"{calls}: {' '.join(errors)}")


def calls_by_process(command, calls):
    """Each process's calls, in order, as strace prints them."""
    done = run(command, calls)
    assert done.returncode == 0, done.stderr
    made = {}
    for line in pathlib.Path("log").read_text().splitlines():
        process, _, call = line.partition(" ")
        if re.match(r" *\w+\(", call):
            made.setdefault(process, []).append(call)
    return made.values()


def moments_of(command, calls, place):
    """Numbers of calls that, in whatever process, are for files of that place."""
    made = calls_by_process(command, calls)
    most = max(len(some) for some in made)
    nth = [[some[i] for some in made if i < len(some)] for i in range(most)]
    return [i + 1 for i in range(most) if all(place in call for call in nth[i])]


def evenly(numbers):
    return sorted({numbers[(len(numbers) - 1) * i // (STEPS - 1)] for i in range(STEPS)})


def quota_of_output():
    report = []
    for calls, form in (("write", "oci"), ("close", "tree"), ("mkdir", "tree")):
        fresh()
        assert run(deploy(form, "--no-cache", "--target", "x86-64")).returncode == 0
        shutil.rmtree("old", ignore_errors=True)
        shutil.move(out, "old")
        command = deploy(form, "--no-cache", "--force")
        told = 0
        # Files of the output alone: no program starts whose loader cannot close libraries, and
        # nothing can be said where standard error is full, too.
        moments = evenly(moments_of(command, calls, "/out/" if calls != "mkdir" else ""))
        for moment in moments:
            shutil.rmtree(out, ignore_errors=True)
            shutil.copytree("old", out, symlinks=True)
            step = "+" if calls == "mkdir" else ""
            done = run(command, calls, f"error=EDQUOT:when={moment}{step}")
            where = f"{form}, {calls} from {moment}: ended with {done.returncode}: {done.stderr}"
            assert done.returncode in (0, 1), where
            check_beside(where, form)
            # A layout keeps its other blobs; what its tag leads to is in the index.
            part = "index.json" if form == "oci" else "."
            is_new = same(pathlib.Path("plain") / form / part, out / form / part)
            is_old = same(pathlib.Path("old") / form / part, out / form / part)
            assert is_new if done.returncode == 0 else is_old or is_new, where
            assert done.returncode == 0 or k_quota in done.stderr, where
            told += k_quota in done.stderr
        report.append(f"{calls} {told} of {len(moments)} told")
    print("quota of the output: " + ", ".join(report))


def quota_of_cache():
    report = []
    for calls in ("write", "mkdir"):
        command = deploy("tree", "--cache", "quota")
        fresh()
        shutil.rmtree("quota", ignore_errors=True)
        moments = evenly(moments_of(command, calls, "/quota"))
        for moment in moments:
            fresh()
            shutil.rmtree("quota", ignore_errors=True)
            done = run(command, calls, f"error=EDQUOT:when={moment}")
            where = f"cache, {calls} {moment}: ended with {done.returncode}: {done.stderr}"
            assert done.returncode == 0, where
            assert same(pathlib.Path("plain/tree"), out / "tree"), where
            assert k_quota in done.stderr, where
        report.append(f"{calls} {len(moments)} times")
    print("quota of the cache: " + ", ".join(report))


def main():
    for form in FORMS:
        fresh()
        done = run(deploy(form, "--no-cache"))
        assert done.returncode == 0, done.stderr
        (pathlib.Path("plain")).mkdir(exist_ok=True)
        shutil.move(out / form, pathlib.Path("plain") / form)
    absent("flock", "ENOLCK", "ENOSYS", "EOPNOTSUPP")
    absent("renameat2", "EINVAL", "ENOSYS", "EPERM", "EOPNOTSUPP")
    absent("link,linkat", "EPERM", "EOPNOTSUPP", "ENOSYS")
    absent("copy_file_range", "EXDEV", "EOPNOTSUPP", "ENOSYS")
    absent("flock,link,linkat,renameat2", "ENOSYS")
    quota_of_output()
    quota_of_cache()


main()
