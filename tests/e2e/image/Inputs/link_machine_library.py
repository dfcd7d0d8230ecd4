#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lets the record of a deployed image say that it was linked with libraries of the machine.

link_machine_library.py LAYOUT TAG INTERFACE ABI PATH...
"""
import hashlib
import io
import json
import pathlib
import sys
import tarfile

RECORD = ".xaas/deployment.json"


def put(layout, content, media_type):
    digest = hashlib.sha256(content).hexdigest()
    (layout / "blobs/sha256" / digest).write_bytes(content)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}


def get(layout, descriptor):
    return (layout / "blobs/sha256" / descriptor["digest"].split(":")[1]).read_bytes()


def record_in(layout, manifest):
    for layer in reversed(manifest["layers"]):
        with tarfile.open(fileobj=io.BytesIO(get(layout, layer))) as tar:
            if RECORD in tar.getnames():
                return json.load(tar.extractfile(RECORD))
    sys.exit("no record")


def layer_with(record):
    text = json.dumps(record).encode()
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        entry = tarfile.TarInfo(RECORD)
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text))
    return layer.getvalue()


def library(interface, abi, path):
    name = pathlib.PurePath(path).name
    return {"interface": interface, "implementation": "test", "abi": abi, "soname": name, "path": path,
            "content": "sha256:" + hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest(),
            "stands_for": [name]}


def main():
    layout, tag, interface, abi = pathlib.Path(sys.argv[1]), *sys.argv[2:5]
    index = json.loads((layout / "index.json").read_text())
    entry = next(m for m in index["manifests"]
                 if m["annotations"]["org.opencontainers.image.ref.name"] == tag)
    manifest = json.loads(get(layout, entry))
    record = record_in(layout, manifest)
    record["targets"][0]["libraries"] = [library(interface, abi, path) for path in sys.argv[5:]]
    layer = layer_with(record)
    config = json.loads(get(layout, manifest["config"]))
    config["rootfs"]["diff_ids"].append("sha256:" + hashlib.sha256(layer).hexdigest())
    config["history"].append({"created_by": "a test"})
    manifest["config"] = put(layout, json.dumps(config).encode(), manifest["config"]["mediaType"])
    manifest["layers"].append(put(layout, layer, "application/vnd.oci.image.layer.v1.tar"))
    entry.update(put(layout, json.dumps(manifest).encode(), entry["mediaType"]))
    (layout / "index.json").write_text(json.dumps(index))


main()
