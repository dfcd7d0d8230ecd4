#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_machines.py XAAS-DEPLOY [NAME...]: detects each machine and compares with NAME.json.

With XAAS_UPDATE_GOLDEN=1 the descriptions are written anew, to be reviewed by their difference.
"""
import difflib
import os
import pathlib
import subprocess
import sys
import tempfile

from make_tree import make_tree

HERE = pathlib.Path(__file__).parent


def detected(program, machine):
    with tempfile.TemporaryDirectory() as root:
        make_tree(HERE / f"{machine}.tree", root)
        return subprocess.run([program, "detect", "--root", root, "--name", machine], check=True,
                              stdout=subprocess.PIPE, text=True).stdout


def main(program, names):
    failed = False
    for machine in names or sorted(tree.stem for tree in HERE.glob("*.tree")):
        golden = HERE / f"{machine}.json"
        found = detected(program, machine)
        if os.environ.get("XAAS_UPDATE_GOLDEN"):
            golden.write_text(found)
        difference = list(difflib.unified_diff(
            golden.read_text().splitlines(True), found.splitlines(True), golden.name, "detected"))
        sys.stdout.writelines(difference)
        failed = failed or bool(difference)
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
