#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether both tags of a layout are of one run of two, and whose it is.

    one_image.py LAYOUT RUN RUN

Each RUN has left RUN.code and RUN.out, what it ended with and the digest that it printed.
"""
import json
import pathlib
import sys

layout, *runs = sys.argv[1:]
TAG = "org.opencontainers.image.ref.name"
index = json.loads(pathlib.Path(layout, "index.json").read_text())
tags = {entry["annotations"][TAG]: entry["digest"] for entry in index["manifests"]}
assert len(tags) == len(index["manifests"]) == 2, index
image = json.loads(pathlib.Path(layout, "blobs/sha256",
                                tags["latest"].removeprefix("sha256:")).read_text())
generic = next(entry for entry in image["manifests"] if "org.xaas.ir" not in entry.get("annotations", {}))
assert generic["digest"] == tags["latest-generic"], "the tags are of two runs"

codes = {run: int(pathlib.Path(run + ".code").read_text()) for run in runs}
for run, code in codes.items():
    errors = pathlib.Path(run + ".err").read_text()
    assert code == 0 or (code == 1 and "[output.exists]" in errors), (run, code, errors)
winners = [run for run in runs
           if codes[run] == 0 and pathlib.Path(run + ".out").read_text().strip() == tags["latest"]]
assert len(winners) == 1, (codes, tags)
print(winners[0], "won;", "both ended well" if not any(codes.values()) else "the other was told")
