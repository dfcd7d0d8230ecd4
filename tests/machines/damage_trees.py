#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""damage_trees.py XAAS-DEPLOY [SEED [NAME...]]: detects machines whose trees get worse and worse.

Whatever is damaged, detection ends soon, with a description and exit code 0. What was done to the
tree is printed when it does not.
"""
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

from make_tree import make_tree

HERE = pathlib.Path(__file__).parent
ROUNDS = 12
DAMAGES_OF_A_ROUND = 4
SECONDS = 20  # many times what it takes on a busy machine


def cut(random_, place):
    data = place.read_bytes()
    place.write_bytes(data[:random_.randrange(len(data) + 1)])


def flip(random_, place):
    data = bytearray(place.read_bytes())
    for _ in range(min(len(data), 8)):
        data[random_.randrange(len(data))] = random_.randrange(256)
    place.write_bytes(data)


def fill(random_, place):
    place.write_bytes(random_.randbytes(random_.choice([1, 17, 4096])))


def repeat(random_, place):
    data = place.read_bytes()
    place.write_bytes(data * min(random_.choice([2, 300]), (1 << 22) // (len(data) + 1) + 1))


def remove(_, place):
    place.unlink() if place.is_file() else shutil.rmtree(place)


def swap(_, place):
    """A folder for a file, a file for a folder."""
    was_file = place.is_file()
    remove(None, place)
    place.mkdir() if was_file else place.write_text("x\n")


def loop(_, place):
    remove(None, place)
    place.symlink_to(place.name)


def climb(_, place):
    """A folder that holds itself."""
    remove(None, place)
    place.symlink_to(".")


def pipe(_, place):
    """Reading waits for whom nobody sends."""
    remove(None, place)
    os.mkfifo(place)


def hole(_, place):
    """8 GiB, of which nothing is stored."""
    with place.open("r+b") as file:
        file.truncate(8 << 30)


def crowd(random_, place):
    """A folder of many names."""
    for n in range(random_.choice([100, 3000])):
        (place / f"{n}{random_.choice(['', '.so.1', '.lua', '.json'])}").write_text("")


def lock(_, place):
    place.chmod(0)


OF_FILES = [cut, cut, cut, flip, flip, fill, repeat, remove, swap, loop, pipe, hole, lock]
OF_FOLDERS = [remove, swap, loop, climb, crowd, lock]


def places_in(root):
    """shape -> places. Files that are called alike but for numbers are one shape, so that those of
    hundreds of processors do not hide all others."""
    shapes = {}
    for folder, folders, files in os.walk(root):
        for name in sorted(folders + files):
            place = pathlib.Path(folder, name)
            is_hole = place.is_file() and place.stat().st_size > 1 << 24  # nothing left to damage
            if not place.is_symlink() and not is_hole and (place.is_dir() or place.is_file()):
                shapes.setdefault(re.sub(r"[0-9a-f]+", "0", str(place)[len(root):]), []).append(place)
    return shapes


def damage(random_, root, done):
    shapes = places_in(root)
    if not shapes:
        return  # all is gone
    place = random_.choice(shapes[random_.choice(sorted(shapes))])
    kind = random_.choice(OF_FILES if place.is_file() else OF_FOLDERS)
    done.append(f"{kind.__name__} {str(place)[len(root):]}")
    kind(random_, place)


def what_is_wrong(program, root):
    """Empty: it did as it should."""
    try:
        run = subprocess.run([program, "detect", "--root", root], capture_output=True,
                             timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"it ran for more than {SECONDS} s"
    if run.returncode != 0:
        return f"it ended with {run.returncode}: {run.stderr.decode(errors='replace')}"
    try:
        target = json.loads(run.stdout)
        return "" if target["schema"] == "xaas.target/1" and "probes" in target else "no description"
    except ValueError as error:
        return f"what it printed is no JSON: {error}"


def main(program, seed, names):
    for machine in names or sorted(tree.stem for tree in HERE.glob("*.tree")):
        random_ = random.Random(f"{seed} {machine}")
        done = []
        with tempfile.TemporaryDirectory() as folder:
            root = os.path.join(folder, "root")  # may be locked, the folder around it not
            make_tree(HERE / f"{machine}.tree", root)
            for _ in range(ROUNDS):
                for _ in range(DAMAGES_OF_A_ROUND):
                    damage(random_, root, done)
                wrong = what_is_wrong(program, root)
                if wrong:
                    print(f"{machine}, seed {seed}: {wrong}", *done, sep="\n  ")
                    return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "1", sys.argv[3:]))
