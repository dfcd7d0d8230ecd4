#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Changes the image `latest` of an OCI layout in one way, with all digests made true again."""
import hashlib
import io
import json
import pathlib
import subprocess
import sys
import tarfile

layout = pathlib.Path(sys.argv[1])
IR = "org.xaas.ir"
TAG = "org.opencontainers.image.ref.name"


def path_of(descriptor):
    return layout / "blobs/sha256" / descriptor["digest"].removeprefix("sha256:")


def read(descriptor):
    return json.loads(path_of(descriptor).read_bytes())


def put(descriptor, document):
    """Stores the document, JSON or bytes, and makes the descriptor point to it."""
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    descriptor["digest"] = "sha256:" + hashlib.sha256(data).hexdigest()
    descriptor["size"] = len(data)
    path_of(descriptor).write_bytes(data)


index_file = layout / "index.json"
index = json.loads(index_file.read_text())
tagged = next(d for d in index["manifests"] if d["annotations"][TAG] == "latest")
image = read(tagged)
generic = next(d for d in image["manifests"] if IR not in d.get("annotations", {}))
ir = next(d for d in image["manifests"] if IR in d.get("annotations", {}))
ir_manifest = read(ir)
ir_layer = ir_manifest["layers"][0]
facts = read(ir_manifest["config"])


def flip():
    data = bytearray(path_of(ir_layer).read_bytes())
    data[len(data) // 2] ^= 1
    path_of(ir_layer).write_bytes(data)


def two_images():
    index["manifests"].append({**generic, "annotations": {TAG: "latest"}})


def nest():
    inner = {"mediaType": tagged["mediaType"]}
    put(inner, image)
    for _ in range(5):
        put(inner, {**image, "manifests": [dict(inner)]})
    image["manifests"] = [inner]


def forget_blob():
    """The manifest names a blob that no layer holds."""
    changed = json.dumps(facts).replace(facts["units"][0]["bitcode"], "sha256:" + "0" * 64)
    facts.update(json.loads(changed))


def option(text):
    """The first link gets one more option."""
    facts["links"][0]["items"].insert(0, {"option": text})


def file(prefix, text):
    """The first link gets one more file: an IR layer of its own holds it."""
    content = text.encode()
    name = hashlib.sha256(content).hexdigest()
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        entry = tarfile.TarInfo("blobs/" + name)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    ir_manifest["layers"].append(dict(ir_layer))
    packed = subprocess.run(["zstd", "-qc"], input=layer.getvalue(), stdout=subprocess.PIPE, check=True).stdout
    put(ir_manifest["layers"][-1], packed)
    digest = "sha256:" + name
    facts["blobs"].append({"content": digest, "size": len(content)})
    facts["links"][0]["items"].insert(0, {"file": "x", "prefix": prefix, "content": digest})


def another_first():
    """What stands first in the index is not the image that the IR is of."""
    other = json.loads(json.dumps(generic))
    manifest = read(other)
    config = read(manifest["config"])
    manifest["layers"] = manifest["layers"][:1]
    config["rootfs"]["diff_ids"] = config["rootfs"]["diff_ids"][:1]
    put(manifest["config"], config)
    put(other, manifest)
    image["manifests"].insert(0, other)


def other_architecture():
    """As if all of it had been packaged on the other kind of machine."""
    other = {"amd64": "arm64", "arm64": "amd64"}[facts["architecture"]]
    manifest = read(generic)
    put(manifest["config"], {**read(manifest["config"]), "architecture": other})
    put(generic, manifest)
    generic["platform"]["architecture"] = facts["architecture"] = other


CHANGES = {
    "nothing": lambda: None,
    "two-images": two_images,
    "another-first": another_first,
    "other-architecture": other_architecture,
    "wrong-digest": lambda: ir_manifest["layers"][0].update(digest="sha256:" + "0" * 64),
    "wrong-size": lambda: ir_manifest["layers"][0].update(size=ir_layer["size"] + 1),
    "flip": flip,
    "empty": lambda: path_of(ir_layer).write_bytes(b""),
    "remove": lambda: path_of(ir_layer).unlink(),
    "no-ir": lambda: image["manifests"].remove(ir),
    "ir-left-behind": lambda: path_of(ir).unlink(),
    "only-ir": lambda: image["manifests"].remove(generic),
    "nest": nest,
    "manifest-list": lambda: put(generic, []),
    "manifest-twice": lambda: put(generic, b'{"schemaVersion": 2, "schemaVersion": 2}'),
    "manifest-field": lambda: put(generic, {**read(generic), "schemaVersion": 1}),
    "ir-schema": lambda: facts.update(schema="xaas.ir/99"),
    "ir-draft": lambda: facts.update(schema="xaas.ir/0"),
    "ir-llvm": lambda: facts.update(llvm="99.1.0"),
    "ir-field": lambda: facts["links"][0].update(kind="thing"),
    "ir-reference": lambda: facts["products"][0].update(link=99),
    "ir-type": lambda: facts["units"][0].update(source=1),
    "ir-no-configuration": lambda: facts.update(configurations=[]),
    "ir-blob": forget_blob,
    "link-option": option,
    "link-file": file,
}
kept = json.dumps([facts, ir_layer])
CHANGES[sys.argv[2]](*sys.argv[3:])
if json.dumps([facts, ir_layer]) != kept:
    put(ir_manifest["config"], facts)
    put(ir, ir_manifest)
put(tagged, image)
index_file.write_text(json.dumps(index))
