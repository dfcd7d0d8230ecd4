#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when a component includes a header from a component it must not know, or when two headers
define types of one name: all are in one namespace, and linkers take one of two for both.

The table below is the architecture. A new edge is a design decision: change it in the same commit
as docs/architecture.md.
"""
import pathlib
import re
import sys

ALLOWED = {
    "support": {"freestanding"},
    "freestanding": set(),
    "specializations": {"support"},
    "targets": {"support", "elf"},
    "oci": {"support"},
    "rootfs": {"support", "oci"},
    "elf": {"support"},
    "ir": {"support", "specializations"},
    "image": {"support", "oci", "ir"},
    "planning": {"support", "specializations", "targets", "ir"},
    "capture": {"support", "elf", "ir", "specializations", "targets"},
    "frontend": {"support", "elf", "ir", "specializations", "targets"},
    "registry": {"support", "oci"},
    "lowering": {"support", "elf", "freestanding", "ir", "targets", "planning"},
    "verify": {"support", "elf", "targets", "oci"},
    "build": {"support", "elf", "image", "specializations", "targets", "ir", "oci", "registry", "capture",
              "frontend", "planning"},
    "deploy": {"support", "elf", "image", "specializations", "targets", "ir", "oci", "registry", "planning",
               "lowering", "rootfs", "verify"},
}
# Where a component's own files live; everything else is src/<component>.
HOMES = {"specializations": "specializations", "targets": "targets", "ir": "ir",
         "build": "xaas-build", "deploy": "xaas-deploy"}
# Components whose .cpp files may see a heavy library; no public header ever may.
# `support` is there for llvm/Support/SHA256.h, `targets` for llvm/TargetParser/Host.h.
LIBRARY_USERS = {"clang": {"frontend"}, "lld": {"lowering"}, "archive": {"oci"}, "sqfs": {"rootfs"}, "zstd": {"image"},
                 "llvm": {"support", "elf", "targets", "frontend", "lowering", "verify"}}
# Cheap enough for any .cpp, too dear for a public header.
PRIVATE_ONLY = {"nlohmann/json.hpp", "CLI/CLI.hpp"}

TYPE = re.compile(r"^(?:struct|class|enum class)\s+(?:\[\[\w+\]\]\s+)?(\w+)\b(?!<)[^;]*$")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def component_files(root, name):
    for folder in (root / "include/xaas" / name, root / HOMES.get(name, f"src/{name}")):
        yield from sorted(p for p in folder.rglob("*") if p.suffix in {".hpp", ".cpp"})


def twins(root):
    """Types of one name in several headers."""
    places = {}
    for name in ALLOWED:
        for path in component_files(root, name):
            if path.suffix != ".hpp":
                continue
            for number, line in enumerate(path.read_text().splitlines(), 1):
                match = TYPE.match(line)
                if match:
                    places.setdefault(match[1], []).append(f"{path.relative_to(root)}:{number}")
    for name, where in sorted(places.items()):
        if len(where) > 1:
            yield f"{where[1]}: error: `{name}` is defined in {where[0]}, too"


def violations(root):
    yield from twins(root)
    for folder in sorted([*(root / "include/xaas").glob("*/"), *(root / "src").glob("*/")]):
        if folder.name not in ALLOWED:
            yield f"{folder.relative_to(root)}: error: component missing from the layer table"
    for name, allowed in ALLOWED.items():
        for path in component_files(root, name):
            public = "include" in path.relative_to(root).parts[:1]
            for number, line in enumerate(path.read_text().splitlines(), 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                where = f"{path.relative_to(root)}:{number}"
                parts = match[2].split("/")
                if ".." in parts:
                    yield f"{where}: error: relative include leaves its folder"
                if parts[0] == "xaas" and parts[1] not in allowed | {name}:
                    yield f"{where}: error: `{name}` includes `{parts[1]}`"
                if public and match[2] in PRIVATE_ONLY:
                    yield f"{where}: error: {match[2]} in a public header"
                library = parts[0].split("_")[0].removesuffix(".h")
                if library in LIBRARY_USERS and (public or name not in LIBRARY_USERS[library]):
                    yield f"{where}: error: {library} header outside its component's sources"


def main():
    root = pathlib.Path(sys.argv[1])
    found = list(violations(root))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
