# SPDX-License-Identifier: Apache-2.0
"""Prints a JSON document with some of its fields changed: edit.py FILE FIELD VALUE ..."""
import json
import sys

document = json.load(open(sys.argv[1]))
for path, value in zip(sys.argv[2::2], sys.argv[3::2]):
    place = document
    *folders, name = path.split(".")
    for folder in folders:
        place = place.setdefault(folder, {})
    place[name] = json.loads(value)
json.dump(document, sys.stdout, indent=2)
