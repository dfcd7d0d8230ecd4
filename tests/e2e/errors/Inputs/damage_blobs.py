#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Damages each blob of an image in turn and runs each command on it.

    damage_blobs.py LAYOUT

A command that reads the blob must end with code 1 and name its digest; one that does not read it
must do what it does with the whole image. Which command reads what is the table below: a line is
printed for each blob and command, and the test reads them.
"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

good = pathlib.Path(sys.argv[1]).resolve()
work = good.parent
bad = work / "damaged"
seed = int(os.environ.get("XAAS_DAMAGE_SEED") or random.randrange(1 << 32))
chance = random.Random(seed)

DOCUMENTS = {"index", "generic manifest", "generic config", "IR manifest", "IR config"}
GENERIC = {"index", "generic manifest", "generic config", "generic layer 0", "generic layer 1"}
EVERYTHING = DOCUMENTS | GENERIC | {"IR layer 0"}
# `plan` and `inspect` open the image; `run` unpacks what any container runtime would.
READS = {"inspect": DOCUMENTS, "plan": DOCUMENTS, "run": GENERIC, "tree": EVERYTHING,
         "oci": EVERYTHING}


def blob(descriptor, layout=good):
    return layout / "blobs/sha256" / descriptor["digest"].removeprefix("sha256:")


def blobs_of_image():
    index_file = json.loads((good / "index.json").read_text())
    tag = "org.opencontainers.image.ref.name"
    index = next(d for d in index_file["manifests"] if d["annotations"][tag] == "latest")
    found = {"index": index}
    for entry in json.loads(blob(index).read_text())["manifests"]:
        kind = "IR" if "org.xaas.ir" in entry.get("annotations", {}) else "generic"
        manifest = json.loads(blob(entry).read_text())
        found |= {f"{kind} manifest": entry, f"{kind} config": manifest["config"]}
        found |= {f"{kind} layer {i}": layer for i, layer in enumerate(manifest["layers"])}
    return found


def run(command, layout):
    temporary = work / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    for gone in ("tree", "deployed"):
        shutil.rmtree(work / gone, ignore_errors=True)
    temporary.mkdir()
    image = f"oci:{layout}"
    deploy = ["xaas-deploy", "specialize", image, "--no-cache", "-q", "--output"]
    line = {"inspect": ["xaas-build", "inspect", image], "plan": ["xaas-deploy", "plan", image],
            "run": ["xaas-deploy", "run", image], "tree": [*deploy, f"tree:{work}/tree"],
            "oci": [*deploy, f"oci:{work}/deployed"]}[command]
    done = subprocess.run(line, env={**os.environ, "TMPDIR": str(temporary)}, timeout=120,
                          capture_output=True, check=False)
    output = done.stdout.decode(errors="replace").replace(str(layout), "LAYOUT")
    return done.returncode, output, done.stderr.decode(errors="replace")


def flipped(data):
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1:]


DAMAGES = {
    "flipped": flipped,
    "first byte": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "last byte": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "truncated": lambda data: data[:len(data) // 2],
    "longer": lambda data: data + b"\0",
}


def check(command, name, descriptor, damage, expected):
    code, output, errors = run(command, bad)
    reads = name in READS[command]
    wanted = (1, True) if reads else (expected[0], False)
    told = descriptor["digest"] in errors and "[blob.corrupt]" in errors
    if (code, told) != wanted or (not reads and output != expected[1]):
        sys.exit(f"{command}, {name}, {damage}: ended with {code}\n{output}{errors}")
    for wrote in ("tree", "deployed/index.json"):
        text = work / wrote
        if reads and text.exists() and "digest" in (text.read_text() if text.is_file() else "digest"):
            sys.exit(f"{command}, {name}, {damage}: left {text}")


def main():
    print(f"seed {seed}: XAAS_DAMAGE_SEED={seed} repeats it", flush=True)
    blobs = blobs_of_image()
    assert set(blobs) == EVERYTHING, set(blobs) ^ EVERYTHING
    for command in READS:
        expected = run(command, good)
        assert expected[0] == (9 if command == "run" else 0), expected
        for name, descriptor in blobs.items():
            # The rest of the list differs only for the reader of blobs, whom all commands share.
            damages = DAMAGES if command == "inspect" else ("flipped", "truncated")
            for damage in damages:
                shutil.rmtree(bad, ignore_errors=True)
                shutil.copytree(good, bad)
                place = blob(descriptor, bad)
                place.write_bytes(DAMAGES[damage](place.read_bytes()))
                check(command, name, descriptor, damage, expected)
            print(f"{command}: {name}: {'refused' if name in READS[command] else 'not read'}")


def damage_index():
    """index.json has no digest: any byte of it may be wrong, and nothing worse than an error may
    come of it."""
    expected = run("inspect", good)
    data = (good / "index.json").read_bytes()
    shutil.rmtree(bad, ignore_errors=True)
    shutil.copytree(good, bad)
    counts = {0: 0, 1: 0}
    for at in range(chance.randrange(4), len(data), 4):
        (bad / "index.json").write_bytes(
            data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1:])
        code, output, errors = run("inspect", bad)
        if (code, output) != expected[:2] and (code != 1 or "error: " not in errors):
            sys.exit(f"byte {at}: ended with {code}\n{output}{errors}")
        counts[code] += 1
    print(f"index.json: {counts[1]} refused, {counts[0]} without effect")


main()
damage_index()
