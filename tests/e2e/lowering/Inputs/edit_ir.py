# SPDX-License-Identifier: Apache-2.0
"""Edits an image's IR as a later or broken producer might have written it, digests kept right.

edit_ir.py LAYOUT TAG manifest-llvm VERSION    the IR manifest's `llvm`
edit_ir.py LAYOUT TAG bitcode-llvm VERSION     who wrote the units, in the bitcode itself (as long
                                               a version as the one that stands there)
edit_ir.py LAYOUT TAG damage                   the units' bitcode behind its identification
edit_ir.py LAYOUT TAG replace FILE             the only unit's bitcode
"""
import hashlib
import io
import json
import pathlib
import subprocess
import sys
import tarfile

layout, tag, what = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
CHAR6 = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._"


def blob(descriptor):
    return (layout / "blobs" / descriptor["digest"].replace(":", "/")).read_bytes()


def put(descriptor, content):
    digest = hashlib.sha256(content).hexdigest()
    (layout / "blobs/sha256" / digest).write_bytes(content)
    descriptor.update(digest="sha256:" + digest, size=len(content))


def dump(value):
    return json.dumps(value, indent=2).encode()


def bits_of(text):
    return sum(CHAR6.index(char) << (6 * i) for i, char in enumerate(text))


def with_producer(bitcode, old, new):
    """The identification is the first block: an array of six-bit characters, at any bit."""
    assert len(old) == len(new)
    head = int.from_bytes(bitcode[:64], "little")
    mask = (1 << (6 * len(old))) - 1
    for at in range(512):
        if (head >> at) & mask == bits_of(old):
            head ^= (bits_of(old) ^ bits_of(new)) << at
            return head.to_bytes(64, "little") + bitcode[64:]
    raise SystemExit(f"no {old} in the bitcode")


def edited_unit(bitcode, ir):
    if what == "bitcode-llvm":
        bitcode = with_producer(bitcode, "LLVM" + ir["llvm"], "LLVM" + sys.argv[4])
    if what == "replace":
        return pathlib.Path(sys.argv[4]).read_bytes()
    half = len(bitcode) // 2
    return bitcode[:half] + bytes(64) + bitcode[half + 64:] if what == "damage" else bitcode


def edit_layer(ir, layer):
    """Every unit's content changes, so its name and the manifest's references do."""
    raw = subprocess.run(["zstd", "-dc"], input=blob(layer), stdout=subprocess.PIPE, check=True).stdout
    units = {unit["bitcode"].split(":")[1] for unit in ir["units"] if unit["bitcode"]}
    renamed, files = {}, []
    with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
        for member in tar:
            content = tar.extractfile(member).read() if member.isfile() else b""
            name = pathlib.PurePath(member.name).name
            if name in units:
                content = edited_unit(content, ir)
                renamed[name] = hashlib.sha256(content).hexdigest()
                member.name = member.name.replace(name, renamed[name])
                member.size = len(content)
            files.append((member, content))
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for member, content in sorted(files, key=lambda file: file[0].name):
            tar.addfile(member, io.BytesIO(content))
    put(layer, subprocess.run(["zstd", "-qc"], input=out.getvalue(), stdout=subprocess.PIPE, check=True).stdout)
    text = json.dumps(ir)
    for old, new in renamed.items():
        text = text.replace(old, new)
    return json.loads(text)


index = json.loads((layout / "index.json").read_text())
tagged = next(entry for entry in index["manifests"]
              if entry.get("annotations", {}).get("org.opencontainers.image.ref.name") == tag)
nested = json.loads(blob(tagged))
entry = next(entry for entry in nested["manifests"] if "org.xaas.ir" in entry.get("annotations", {}))
manifest = json.loads(blob(entry))
ir = json.loads(blob(manifest["config"]))
if what == "manifest-llvm":
    ir["llvm"] = sys.argv[4]
else:
    for layer in manifest["layers"]:
        ir = edit_layer(ir, layer)
put(manifest["config"], dump(ir))
put(entry, dump(manifest))
put(tagged, dump(nested))
(layout / "index.json").write_bytes(dump(index))
