#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a tree's record says, and what a test makes it say.

    record.py set TREE FIELD JSON     `targets.0.libraries` is a field
    record.py library TREE FILE       as if it had been linked with this file of the machine
    record.py same TREE TREE [FIELD]  but for these fields, top level, both say the same
"""
import hashlib
import json
import pathlib
import sys


def read(tree):
    return json.loads((pathlib.Path(tree) / ".xaas/deployment.json").read_text())


def change(tree, field, value):
    record = read(tree)
    *way, last = [int(word) if word.isdigit() else word for word in field.split(".")]
    place = record
    for word in way:
        place = place[word]
    place[last] = value
    (pathlib.Path(tree) / ".xaas/deployment.json").write_text(json.dumps(record))


action, tree, *rest = sys.argv[1:]
if action == "set":
    change(tree, rest[0], json.loads(rest[1]))
elif action == "library":
    path = pathlib.Path(rest[0]).absolute()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    change(tree, "targets.0.libraries", [{
        "interface": "blas", "implementation": "openblas", "version": "0.3.21", "abi": "",
        "soname": path.name, "path": str(path), "content": "sha256:" + digest,
        "stands_for": ["libblas.so.3"], "module": "", "reason": "a test says so"}])
else:
    a, b = read(tree), read(rest[0])
    different = [key for key in {**a, **b} if a.get(key) != b.get(key) and key not in rest[1:]]
    if different:
        sys.exit(f"{tree} and {rest[0]} differ in {different}")
