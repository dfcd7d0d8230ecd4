#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command whose cache is purged, and compares its tree with one made without a cache.

    purge.py PLAIN CACHE -- COMMAND

Between runs a third of the cache's files is removed, by a fixed seed; during runs files, and then
whole folders, are removed all the time. COMMAND writes `tree`.
"""
import filecmp
import os
import pathlib
import random
import shutil
import subprocess
import sys
import threading

plain, cache = (pathlib.Path(word) for word in sys.argv[1:3])
command = sys.argv[4:]
RUNS = 8
choice = random.Random(4)


def same(a, b):
    difference = filecmp.dircmp(a, b)
    return (not difference.left_only and not difference.right_only and not filecmp.cmpfiles(
        a, b, difference.common_files, shallow=False)[1]
            and all(same(a / d, b / d) for d in difference.common_dirs))


def run(what):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{what}: ended with {done.returncode}: {done.stderr}"
    assert "error" not in done.stderr, f"{what}: {done.stderr}"
    assert same(plain, pathlib.Path("tree")), f"{what}: another tree"
    return done.stderr


def files():
    return sorted(path for path in cache.rglob("*") if path.is_file())


def between():
    purged = 0
    for _ in range(RUNS):
        some = files()
        for path in choice.sample(some, len(some) // 3):
            path.unlink()
            purged += 1
        said = run("between runs")
        assert not said, said
    return purged


def during(remove):
    """`remove` gets a folder of the cache, over and over."""
    purged = 0
    for _ in range(RUNS):
        stop = threading.Event()
        counts = []

        def purge():
            count = 0
            while not stop.is_set():
                for part in ("thinlto", "census"):
                    count += remove(cache / part)
            counts.append(count)

        purger = threading.Thread(target=purge)
        purger.start()
        try:
            run("during runs")
        finally:
            stop.set()
            purger.join()
        purged += sum(counts)
    return purged


def remove_some(folder):
    try:
        some = os.listdir(folder)
    except OSError:
        return 0
    count = 0
    for name in some:
        if choice.random() < 1 / 3:
            try:
                os.unlink(folder / name)
                count += 1
            except OSError:
                pass
    return count


def remove_folder(folder):
    try:
        count = len(os.listdir(folder))
    except OSError:
        return 0
    shutil.rmtree(folder, ignore_errors=True)
    return count


def main():
    run("first")
    assert len(files()) > 9, files()
    print(f"between runs: {RUNS} runs, {between()} files purged")
    print(f"during runs: {RUNS} runs, {during(remove_some)} files purged")
    print(f"folders during runs: {RUNS} runs, {during(remove_folder)} files purged")


main()
