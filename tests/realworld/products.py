#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks of what a deployment holds, for the scripts of this folder.

accounted MANIFEST RECORD STAGE      every installed ELF file and archive of objects is a product
                                     that was lowered, or is named as generic with its reason
interfaces RECORD STAGE TREE         shared libraries kept soname, versions and strong exports
row NAME KIND MANIFEST RECORD GENERIC SPECIALIZED COMPARISON    a line of the table of packages
"""
import collections
import json
import os
import subprocess
import sys


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def begins_with(path, magic):
    with open(path, "rb") as file:
        return file.read(len(magic)) == magic


def code_files(stage):
    """Paths of installed programs, libraries and archives, as the image names them."""
    for folder, _, names in os.walk(stage):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.islink(path) or not os.path.isfile(path):
                continue
            if begins_with(path, b"\x7fELF") or begins_with(path, b"!<arch>\n"):
                yield "/" + os.path.relpath(path, stage)


def accounted(manifest_path, record_path, stage):
    manifest, record = load(manifest_path), load(record_path)
    lowered = {product["path"] for product in record["targets"][0]["products"] if product["lowered"] > 0}
    generic = {file["path"]: file["reason"] for file in manifest["generic_files"]}
    generic |= {path: "named by the record" for path in record["targets"][0]["generic_products"]}
    installed = sorted(code_files(stage))
    assert installed, "nothing was installed"
    silent = [path for path in installed if path not in lowered and not generic.get(path)]
    assert not silent, f"neither lowered nor named as generic: {silent}"
    assert lowered & set(installed), "nothing was lowered"


def lines(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def interface_of(path):
    """The soname, and the strong symbols that a library defines, with their versions."""
    sonames = [line.split("[")[1] for line in lines("llvm-readelf-22", "-d", path) if "(SONAME)" in line]
    symbols = set()
    for line in lines("nm", "-D", "--defined-only", path):
        _, kind, name = line.rsplit(maxsplit=2)
        if kind not in "WwVvuA":  # weak and unique ones may be inlined everywhere; A: version nodes
            symbols.add(name)
    return sonames, symbols


def interfaces(record_path, stage, tree):
    prefix = "/usr/local/"
    for product in load(record_path)["targets"][0]["products"]:
        if ".so" not in os.path.basename(product["path"]):
            continue
        before = interface_of(stage + product["path"])
        after = interface_of(os.path.join(tree, product["path"].removeprefix(prefix)))
        assert before[1], f"{product['path']} exports nothing"
        assert before[0] == after[0], f"{product['path']}: {before[0]} became {after[0]}"
        lost = sorted(before[1] - after[1])
        assert not lost, f"{product['path']} lost {len(lost)} exports: {lost[:10]}"


def row(name, kind, manifest_path, record_path, generic, specialized, comparison):
    manifest, record = load(manifest_path), load(record_path)
    units = manifest["units"]
    reasons = collections.Counter(
        f"{unit['reason']}" for unit in units if not unit["bitcode"])
    kept = collections.Counter(
        f"{unit['reason']}" for unit in units if unit["bitcode"] and unit["reason"])
    describe = lambda counter: "; ".join(f"{n} {reason}" for reason, n in sorted(counter.items())) or "0"
    ratio = f"{load(comparison)['ratio']:.2f}" if os.path.exists(comparison) else "-"
    lowered = sum(1 for product in record["targets"][0]["products"] if product["lowered"] > 0)
    stay = len(manifest["generic_files"]) + len(record["targets"][0]["generic_products"])
    print(f"| {name} | {kind} | {len(units)} | {describe(reasons)} | {describe(kept)} "
          f"| {lowered} / {stay} | {generic} / {specialized} | {ratio} |")


if __name__ == "__main__":
    {"accounted": accounted, "interfaces": interfaces, "row": row}[sys.argv[1]](*sys.argv[2:])
