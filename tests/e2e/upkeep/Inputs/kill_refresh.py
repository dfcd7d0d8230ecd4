#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills `xaas-deploy refresh` at many moments, with all that it has started.

    kill_refresh.py PLACE CACHE OLD NEW MOMENTS

OLD is a tree at PLACE that is stale, NEW what a refresh makes of it. After each kill the one or the
other is at PLACE, byte by byte; the next refresh leaves NEW there, OLD as the previous one, and
nothing else.
"""
import collections
import filecmp
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

place, cache, old, new, moments = sys.argv[1:]
place = pathlib.Path(place)
previous = place.with_name(f".{place.name}.xaas-previous")
command = ["xaas-deploy", "refresh", place, "--cache", cache]


def same(a, b):
    difference = filecmp.dircmp(a, b, ignore=[])
    return (not difference.left_only and not difference.right_only
            and not filecmp.cmpfiles(a, b, difference.common_files, shallow=False)[1]
            and all(same(f"{a}/{d}", f"{b}/{d}") for d in difference.common_dirs))


def begin():
    for folder in place.parent.iterdir():
        shutil.rmtree(folder) if folder.is_dir() else folder.unlink()
    shutil.copytree(old, place, symlinks=True)
    return subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


whole = 0
for _ in range(3):
    start = time.monotonic()
    assert begin().wait() == 0
    whole = max(whole, time.monotonic() - start)
# What happens last takes least: on a loaded machine it comes late, and the last run comes to its end.
latest = 1.3 * whole
found = collections.Counter()
for moment in range(int(moments)):
    process = begin()
    try:
        is_last = moment + 1 == int(moments)
        process.wait(timeout=None if is_last else latest * (moment + 0.5) / int(moments))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    which = [name for name, tree in (("old", old), ("new", new)) if same(place, tree)]
    assert which, f"at {moment}: neither the old nor the new tree is there"
    found[which[0]] += 1
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"at {moment}: {done.stdout}{done.stderr}"
    assert same(place, new), f"at {moment}: not the new tree"
    assert same(previous, old), f"at {moment}: not the old tree beside it"
    left = set(place.parent.iterdir()) - {place, previous}
    assert not left, f"at {moment}: left {left}"
print(f"{moments} kills: found {found['old']} old, {found['new']} new")
