# SPDX-License-Identifier: Apache-2.0
"""Runs what LAMMPS's own tests of force styles describe (unittest/force-styles/tests/*.yaml) with a program, as far as it has the styles,
and compares each atom's force with theirs: to ten digits of the largest one, or to the test's own precision where that is less. All of
them are one input, in which each test begins with `clear`. Potentials
are looked for in the current folder. Usage: lammps_forces.py FOLDER-OF-TESTS LEAST LAUNCHER... PROGRAM"""
import math
import pathlib
import re
import subprocess
import sys

tests, least, *command = sys.argv[1:]
folder = pathlib.Path(tests)
KINDS = ("kspace", "mol-pair", "manybody-pair")
# What the inputs define unless somebody has.
VARIABLES = ("newton_pair newton_bond bond_factor angle_factor dihedral_factor units input_dir data_file pair_style bond_style "
             "angle_style dihedral_style improper_style t_target").split()


def read(path):
    """Fields of a file: a text, or the lines of a block."""
    fields, key = {}, ""
    for line in path.read_text().splitlines():
        if named := re.match(r"([a-z_]+): *(?:! *)?(.*)$", line):
            key, value = named.groups()
            fields[key] = [] if value.startswith("|") else value.strip('"')
        elif line.startswith(" ") and isinstance(fields.get(key), list):
            fields[key].append(line.strip())
    return fields


def styles_of(words):
    """What `-help` lists: kind of style -> names. Those of other packages are not in it."""
    text = subprocess.run([*words, "-help"], capture_output=True, text=True, timeout=60, check=True).stdout
    found, kind = {}, ""
    for line in text.splitlines():
        if heading := re.match(r"\* (\w+) styles", line):
            kind = heading.group(1).lower()
        elif kind and not line.startswith("*"):
            found.setdefault(kind, set()).update(line.split())
    return found


def input_of(name, test):
    pre, post, coefficients = (test[key] or [] for key in ("pre_commands", "post_commands", "pair_coeff"))
    return ["clear", *(f"variable {one} delete" for one in VARIABLES), "variable newton_pair index on",
            f"variable input_dir index {folder}", *pre, f"include {folder}/{test['input_file']}",
            f"pair_style {test['pair_style']}", *(f"pair_coeff {one}" for one in coefficients),
            "pair_modify table 0", "pair_modify table/disp 0", *post,
            f"dump forces all custom 1 {name}.forces id fx fy fz", "dump_modify forces sort id format float %.17g",
            "run 0 post no", "undump forces"]


def numbers(lines):
    return {int(words[0]): [float(word) for word in words[1:]] for words in map(str.split, lines)}


def largest_difference(name, test):
    """Of the largest force."""
    expected = numbers(test["init_forces"])
    text = pathlib.Path(f"{name}.forces").read_text()
    seen = numbers(text.split("ITEM: ATOMS id fx fy fz\n")[1].splitlines())
    assert seen.keys() == expected.keys(), f"{name}: other atoms"
    pairs = [pair for atom in expected for pair in zip(expected[atom], seen[atom])]
    assert all(math.isfinite(value) for _, value in pairs), f"{name}: no numbers"
    scale = max(abs(value) for value, _ in pairs) or 1
    return max(abs(a - b) for a, b in pairs) / scale


styles = styles_of(command[-1:])
selected = {}
for path in sorted(path for kind in KINDS for path in folder.glob(f"{kind}-*.yaml")):
    test = read(path)
    needed = [line.split() for line in test["prerequisites"] or []]
    if all(name in styles.get(kind, ()) for kind, name in needed):
        selected[path.stem] = test
pathlib.Path("in.forces").write_text("".join(line + "\n" for name, test in selected.items() for line in input_of(name, test)))
run = subprocess.run([*command, "-in", "in.forces", "-log", "none", "-nocite"], capture_output=True, text=True, timeout=400, check=False)
assert run.returncode == 0, run.stdout[-1500:] + run.stderr[-1500:]
wrong = []
for name, test in selected.items():
    difference = largest_difference(name, test)
    if difference > max(1e-10, float(test["epsilon"])):
        wrong.append(f"{name}: {difference:.1e}")
print(f"{len(selected)} tests of force styles, {len(wrong)} wrong")
assert not wrong, wrong
assert len(selected) >= int(least), selected.keys()
