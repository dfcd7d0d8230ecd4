#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs commands side by side, again and again, and looks at what they leave.

    at_once.py ROUNDS OUTPUT EXPECTED... -- COMMAND -- COMMAND...

OUTPUT, which each round begins without, must afterwards be byte by byte one of the EXPECTED. A
command either ends with 0, or with 1 and the code `output.exists`; at least one ends with 0.
"""
import filecmp
import itertools
import pathlib
import shutil
import subprocess
import sys

words = sys.argv[1:]
groups = [list(group) for is_dash, group in itertools.groupby(words, lambda word: word == "--")
          if not is_dash]
rounds, output, *expected = groups[0]
commands = [[word.replace("@@", "--") for word in command] for command in groups[1:]]


def same(a, b):
    difference = filecmp.dircmp(a, b, ignore=[".xaas-lock"])
    files = difference.common_files
    return (not difference.left_only and not difference.right_only
            and not filecmp.cmpfiles(a, b, files, shallow=False)[1]
            and all(same(f"{a}/{d}", f"{b}/{d}") for d in difference.common_dirs))


won = [0] * len(commands)
refused = 0
for number in range(int(rounds)):
    shutil.rmtree(output, ignore_errors=True)
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                text=True) for command in commands]
    ends = [(process.communicate()[1], process.returncode) for process in running]
    for errors, code in ends:
        if code != 0 and (code != 1 or "[output.exists]" not in errors):
            sys.exit(f"round {number}: ended with {code}: {errors}")
    refused += sum(code == 1 for _, code in ends)
    if all(code == 1 for _, code in ends):
        sys.exit(f"round {number}: nobody wrote {output}")
    winner = [i for i, wanted in enumerate(expected) if same(wanted, output)]
    if not winner:
        sys.exit(f"round {number}: {output} is none of {expected}")
    won[winner[0]] += 1
    beside = [p.name for p in pathlib.Path(output).resolve().parent.glob(".xaas-*")]
    if beside:
        sys.exit(f"round {number}: left {beside}")
print(f"{rounds} rounds: won {won[:len(expected)]}, refused {refused}")
