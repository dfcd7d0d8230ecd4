#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""unpack_image.py LAYOUT TAG FOLDER: the layers of the tag's first image, as any tool would."""
import json
import sys
import tarfile
from pathlib import Path


def main():
    layout, tag, folder = sys.argv[1:]

    def document(descriptor):
        return json.loads(blob(descriptor).read_text())

    def blob(descriptor):
        return Path(layout, "blobs", *descriptor["digest"].split(":"))

    index = json.loads(Path(layout, "index.json").read_text())
    entry = next(e for e in index["manifests"]
                 if e.get("annotations", {}).get("org.opencontainers.image.ref.name") == tag)
    while "manifests" in document(entry):
        entry = document(entry)["manifests"][0]
    for layer in document(entry)["layers"]:
        with tarfile.open(blob(layer), "r:gz") as archive:
            archive.extractall(folder)


main()
