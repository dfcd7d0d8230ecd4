#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs one of GROMACS's own test cases with two installations: energies and speed.

Usage: compare.py CASE WORK OURS NATIVE

The energies of both must agree as GROMACS's own test suite demands of a run and its reference
(relative 0.001, absolute 0.05). Then both run it for longer, in alternating pairs; the figures go to
WORK/figures. Exit code 1: the energies differ.
"""
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

PAIRS, STEPS = 7, 6000
case, work, ours, native = (pathlib.Path(word).resolve() for word in sys.argv[1:])
shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)


def gmx(installation, folder, *words):
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([installation / "bin/gmx", "-quiet", "-nobackup", *map(str, words)], cwd=folder,
                          capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{installation}: gmx {words[0]} ended with {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout + done.stderr


def run(installation, folder, *words):
    gmx(installation, folder, "mdrun", "-s", work / "topol.tpr", "-ntmpi", 1, "-ntomp", 2, "-pin", "off", *words)
    return folder


def speed(folder):
    text = (folder / "md.log").read_text(encoding="utf-8", errors="replace")
    return float(re.search(r"^Performance:\s+([0-9.]+)", text, re.M)[1])


gmx(native, work, "grompp", "-f", case / "grompp.mdp", "-c", case / "conf.gro", "-p", case / "topol.top",
    "-o", work / "topol.tpr", "-po", work / "mdout.mdp", "-maxwarn", 10)
for name, installation in (("ours", ours), ("native", native)):
    run(installation, work / name)
verdict = gmx(native, work, "check", "-e", work / "native/ener.edr", "-e2", work / "ours/ener.edr", "-tol", 0.001,
              "-abstol", 0.05, "-lastener", "Potential")
if not re.search(r"^There are [1-9]\d* terms to compare", verdict, re.M):
    sys.exit(f"gmx check compared nothing\n{verdict[-2000:]}")
differences = [line for line in verdict.splitlines() if re.search(r"step\s+\d+:", line)]
speeds = {"ours": [], "native": []}
for pair in range(PAIRS):
    for name, installation in (("ours", ours), ("native", native))[::1 if pair % 2 else -1]:
        folder = run(installation, work / f"{name}-{pair}", "-nsteps", STEPS, "-noconfout", "-g", "md.log")
        speeds[name].append(speed(folder))
ratio = statistics.median(speeds["ours"]) / statistics.median(speeds["native"])
text = (f"energies: {'differ' if differences else 'agree'}\n"
        f"ours   {statistics.median(speeds['ours']):8.2f} ns/day  {sorted(speeds['ours'])}\n"
        f"native {statistics.median(speeds['native']):8.2f} ns/day  {sorted(speeds['native'])}\n"
        f"ours / native: {ratio:.3f}, medians of {PAIRS} alternating pairs\n")
(work / "figures").write_text(text, encoding="utf-8")
print("\n".join(differences[:10]))
sys.exit(1 if differences else 0)
