#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Removes the images of further configurations from a layout, as a copy does that knows no more than the platform."""
import json
import pathlib
import sys

layout = pathlib.Path(sys.argv[1])
index = json.loads((layout / "index.json").read_text())
for tagged in index["manifests"]:
    blob = json.loads((layout / "blobs/sha256" / tagged["digest"].removeprefix("sha256:")).read_text())
    for entry in blob.get("manifests", []):
        if "org.xaas.configuration" in entry.get("annotations", {}):
            (layout / "blobs/sha256" / entry["digest"].removeprefix("sha256:")).unlink(missing_ok=True)
