#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes one image of the images that tell of themselves how they are configured.

several_configurations.py OUT POINTS VALUES=LAYOUT [VALUES=LAYOUT...]
                          [--variant SOURCE ISA FEATURE,... LAYOUT] [--abi-bound SOURCE]

VALUES is a canonical name ("speed=fast"). The first image is the generic one. A variant is the unit of
that source in another image, stored as a difference from the unit that it is of.
"""
import hashlib
import io
import json
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

TAG = "org.opencontainers.image.ref.name"
IR = "org.xaas.ir"


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Image:
    def __init__(self, layout):
        self.layout = pathlib.Path(layout)
        self.index = json.loads((self.layout / "index.json").read_text())
        self.tagged = next(d for d in self.index["manifests"] if d["annotations"][TAG] == "latest")
        self.manifests = self.read(self.tagged)
        entries = self.manifests["manifests"]
        self.ir = next(d for d in entries if IR in d.get("annotations", {}))
        self.generic = next(d for d in entries if d is not self.ir)
        self.ir_manifest = self.read(self.ir)
        self.facts = self.read(self.ir_manifest["config"])

    def path_of(self, digest):
        return self.layout / "blobs/sha256" / digest.removeprefix("sha256:")

    def read(self, descriptor):
        return json.loads(self.path_of(descriptor["digest"]).read_bytes())

    def put(self, data):
        data = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.path_of(digest_of(data)).write_bytes(data)
        return {"digest": digest_of(data), "size": len(data)}

    def content(self, digest):
        for layer in self.ir_manifest["layers"]:
            packed = self.path_of(layer["digest"]).read_bytes()
            plain = subprocess.run(["zstd", "-qdc"], input=packed, stdout=subprocess.PIPE, check=True).stdout
            with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
                name = "blobs/" + digest.removeprefix("sha256:")
                if name in tar.getnames():
                    return tar.extractfile(name).read()
        raise KeyError(digest)

    def add_layer(self, contents):
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for data in contents:
                entry = tarfile.TarInfo("blobs/" + digest_of(data).removeprefix("sha256:"))
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))
        packed = subprocess.run(["zstd", "-qc"], input=raw.getvalue(), stdout=subprocess.PIPE, check=True).stdout
        self.ir_manifest["layers"].append({**self.ir_manifest["layers"][0], **self.put(packed)})
        return len(self.ir_manifest["layers"]) - 1


def values_of(name):
    return dict(part.split("=") for part in name.split(","))


def shifted(other, units, links):
    """Units, links and products of another manifest, with the indices that they get in this one."""
    for link in other["links"]:
        for item in link["items"]:
            if "unit" in item:
                item["unit"] += units
            if "members" in item:
                item["members"] = [member + units for member in item["members"]]
    for product in other["products"]:
        product["link"] += links
    return other


def add_configuration(image, name, other):
    facts = image.facts
    theirs = shifted(other.facts, len(facts["units"]), len(facts["links"]))
    known = {blob["content"] for blob in facts["blobs"]}
    new = [blob for blob in theirs["blobs"] if blob["content"] not in known]
    layer = image.add_layer([other.content(blob["content"]) for blob in new])
    facts["blobs"] += [{**blob, "layer": layer} for blob in new]
    first = len(facts["products"])
    for key in ("units", "links", "products"):
        facts[key] += theirs[key]
    shutil.copytree(other.layout / "blobs", image.layout / "blobs", dirs_exist_ok=True)
    manifest = other.read(other.generic)
    install = {key: theirs[key] for key in ("generic_files", "glibc_floor", "glibc_version")}
    install |= {key: theirs["install"].get(key, []) for key in ("files", "unreached")}
    facts["configurations"].append({
        "name": name, "products": list(range(first, len(facts["products"]))), "values": values_of(name),
        "install": {"image": manifest["config"]["digest"], **install}})
    image.manifests["manifests"].append({
        **other.generic, "platform": {"architecture": "unknown", "os": "unknown"},
        "annotations": {"org.xaas.configuration": name}})


def unit_of(image, source):
    return next(unit for unit in image.facts["units"] if unit["source"] == source)


def add_variant(image, source, isa, needs, other):
    facts = image.facts
    unit, form = unit_of(image, source), unit_of(other, source)
    base = image.content(unit["bitcode"])
    variant = other.content(form["bitcode"])
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("base", base), ("variant", variant)):
            (pathlib.Path(folder) / name).write_bytes(data)
        delta = subprocess.run(["zstd", "-qc", "-19", "--patch-from=base", "variant"], cwd=folder,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    facts["blobs"].append({
        "content": digest_of(variant), "size": len(variant), "layer": image.add_layer([delta]),
        "delta": {"base": digest_of(base), "stored": digest_of(delta), "size": len(delta)}})
    unit.setdefault("variants", []).append(
        {"isa": isa, "needs": needs.split(","), "bitcode": digest_of(variant), "numerics": form["numerics"]})


def main():
    out, points, *rest = sys.argv[1:]
    named = []
    variants = []
    abi_bound = []
    while rest:
        word = rest.pop(0)
        if word == "--variant":
            variants.append((*rest[:3], Image(rest[3])))
            rest = rest[4:]
        elif word == "--abi-bound":
            abi_bound.append(rest.pop(0))
        else:
            named.append(word.rsplit("=", 1) if "=" in word else ("", word))
    shutil.copytree(named[0][1], out)
    image = Image(out)
    facts = image.facts
    for blob in facts["blobs"]:
        blob["layer"] = 0
    facts["points"] = json.loads(points)
    name = named[0][0]
    if name:
        facts["configurations"][0].update(name=name, values=values_of(name))
    for name, layout in named[1:]:
        add_configuration(image, name, Image(layout))
    for variant in variants:
        add_variant(image, *variant)
    for source in abi_bound:
        unit_of(image, source)["abi_bound"] = True
    image.ir_manifest["config"] |= image.put(facts)
    image.ir |= image.put(image.ir_manifest)
    image.tagged |= image.put(image.manifests)
    (image.layout / "index.json").write_text(json.dumps(image.index))


main()
