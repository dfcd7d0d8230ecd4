#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Random pairs of compiles over real files: what is shared behaves as separate compiles do.

Usage: tests/realworld/random_pairs.py FOLDER-OF-PROGRAMS [WORK-FOLDER] [--variants N]

Makes N variants (default 46) of ten files of zstd: random flags in random order, macros, headers with
other comments, blank lines, macros or values, headers that turn up in front of others. All variants
are captured together, and each alone. A *wrong merge* is a compile whose unit or machine code in the
capture of all is another one than in the capture alone (bitcode before it is canonical tells where
inline assembly stood in the text, and may differ); a *missed merge* is an object that was compiled
though an earlier variant had the same. Prints both, and the number of pairs; exit code 1 on a wrong
merge. The same every time: all is drawn from one seed.
"""
import argparse
import hashlib
import itertools
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

SEED = 20
HERE = pathlib.Path(__file__).resolve().parent
FILES = ["lib/common/entropy_common.c", "lib/common/fse_decompress.c", "lib/common/error_private.c",
         "lib/common/pool.c", "lib/common/xxhash.c", "lib/compress/fse_compress.c",
         "lib/compress/hist.c", "lib/compress/zstd_compress_literals.c",
         "lib/compress/zstd_compress_sequences.c", "lib/decompress/zstd_ddict.c"]
HEADERS = ["lib/common/bitstream.h", "lib/common/mem.h", "lib/common/error_private.h", "lib/common/fse.h",
           "lib/common/compiler.h", "lib/common/huf.h"]
LEVELS = ["-O1", "-O2", "-O3", "-Os"]
FLAGS = ["-fPIC", "-fwrapv", "-fno-strict-aliasing", "-ffp-contract=off", "-mavx2", "-msse4.1", "-mno-avx2",
         "-mbmi2", "-fno-builtin", "-fvisibility=hidden", "-fno-common", "-fomit-frame-pointer",
         "-fno-omit-frame-pointer", "-funsigned-char", "-fstack-protector-strong", "-ffunction-sections",
         "-fno-inline", "-fexceptions", "-std=gnu99", "-std=gnu11", "-Wall", "-Wextra", "-w", "-Wno-unused-parameter",
         "-Wno-unused-function", "-pthread", "-g",
         "-fno-vectorize", "-fcf-protection=none"]
MACROS = ["-DNDEBUG", "-DDEBUGLEVEL=0", "-DDEBUGLEVEL=1", "-DMEM_FORCE_MEMORY_ACCESS=0",
          "-DMEM_FORCE_MEMORY_ACCESS=1", "-DXXH_NAMESPACE=ZSTD_", "-DZSTD_MULTITHREAD", "-DUNUSED",
          "-DUNUSED=2", "-DFSE_MAX_MEMORY_USAGE=13", "-DDYNAMIC_BMI2=0", "-DDYNAMIC_BMI2=1",
          "-UNOTHING", "-DZSTD_NO_INTRINSICS", "-D__ASSEMBLY_IS_NOT_ASKED_FOR"]
FOLDERS = ["-Iempty", "-Ishadow", "-isystem shadow", "-iquote shadow", "-Ilib/common", "-Ilib"]
EDITS = ["// a comment\n", "\n\n\n", "#define NOBODY_ASKS_FOR_THIS 1\n", "static int nobody_calls_this;\n",
         "#ifdef UNUSED\n#define DEBUGLEVEL 1\n#endif\n", "#undef NDEBUG\n"]
BUILD = """set -e
cp -R variants/$VARIANT/. .
mkdir -p objects empty
while read file; do echo $file; done < files | xargs -P 2 -I{} sh -c '
  $CC @flags/$(basename {}).rsp -c {} -o objects/$(basename {} .c).o'
ar rc libpairs.a objects/*.o
install -D libpairs.a $DESTDIR$PREFIX/lib/libpairs.a
"""


def draw_bases(draws):
    """Flags that variants have in common, so that there is something to share."""
    return [[draws.choice(LEVELS), *draws.sample(FLAGS, draws.choice([0, 1, 2, 3]))] for _ in range(4)]


def draw_flags(draws, bases):
    words = list(draws.choice(bases))
    words += draws.sample(MACROS, draws.choice([0, 0, 1, 2]))
    words += draws.sample(FOLDERS, draws.choice([0, 0, 1, 2]))
    if draws.random() < 0.3:
        draws.shuffle(words)
    return words


def write_variant(folder, source, draws, bases):
    """Flags of each file, and the files that the variant has otherwise."""
    (folder / "flags").mkdir(parents=True)
    common = draw_flags(draws, bases)
    for file in FILES:
        # Mostly the same for all files, as builds have it.
        words = common if draws.random() < 0.7 else draw_flags(draws, bases)
        (folder / "flags" / (pathlib.Path(file).name + ".rsp")).write_text("\n".join(words) + "\n")
    for header in draws.sample(HEADERS, draws.choice([0, 0, 1, 2])):
        text = (source / header).read_text()
        edit = draws.choice(EDITS)
        to = folder / header
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(edit + text if draws.random() < 0.5 else text + edit)
    if draws.random() < 0.4:
        # Found before the one in lib/common, where a flag says so; often it is the same.
        header = draws.choice(HEADERS)
        text = (source / header).read_text()
        (folder / "shadow").mkdir(exist_ok=True)
        edit = draws.choice(["", *EDITS])
        (folder / "shadow" / pathlib.Path(header).name).write_text(text + edit)


def make_tree(source, tree, variants):
    draws = random.Random(SEED)
    bases = draw_bases(draws)
    shutil.copytree(source / "lib", tree / "lib")
    for number in range(variants):
        write_variant(tree / "variants" / str(number), source, draws, bases)
    values = [{"name": str(number), "build": {"env": {"VARIANT": str(number)}}} for number in range(variants)]
    (tree / "xaas.json").write_text(json.dumps({
        "schema": "xaas.specialization/1", "application": "pairs",
        "points": [{"name": "variant", "kind": "option", "values": values}]}, indent=1))
    (tree / "build.sh").write_text(BUILD)
    (tree / "files").write_text("\n".join(FILES) + "\n")


def machine_code_of_object(path, digest, known={}):
    """Digest of an object without its bitcode; `digest`: with it."""
    if digest not in known:
        with tempfile.NamedTemporaryFile() as plain:
            subprocess.run(["llvm-objcopy-22", "--remove-section=.llvm.lto", path, plain.name], check=True)
            content = pathlib.Path(plain.name).read_bytes()
        assert content.startswith(b"\x7fELF") and b".llvm.lto" not in content, path
        known[digest] = hashlib.sha256(content).hexdigest()
    return known[digest]


def units_of(programs, work):
    """Variant -> file -> what the image holds of it."""
    done = subprocess.run([programs / "xaas-build", "inspect", f"oci:{work}/image", "--json"], check=True,
                          capture_output=True, text=True)
    manifest = json.loads(done.stdout)
    units = {}
    for configuration in manifest["configurations"]:
        of_variant = units.setdefault(int(configuration["values"]["variant"]), {})
        for product in configuration["products"]:
            for item in manifest["links"][manifest["products"][product]["link"]]["items"]:
                unit = manifest["units"][item["unit"]]
                of_variant[pathlib.Path(unit["source"]).name] = [unit[key] for key in (
                    "language", "bitcode", "machine_code", "reason", "pipeline_flags", "floor", "numerics")]
    return units


def capture(programs, tree, work, *settings):
    """Variant -> file -> its object, how that came about, its machine code and its unit."""
    command = [programs / "xaas-build", "ir", "--source", tree, "--output", f"oci:{work}/image", "--keep",
               work / "kept", "--isa", "none", "-q", *settings, "--", "sh", "build.sh"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    units = units_of(programs, work)
    compiles = {}
    for folder in (work / "kept/configurations").iterdir():
        variant = int(folder.name.split("=")[1])
        for file in (folder / "capture/log").glob("compile-*.json"):
            record = json.loads(file.read_text())
            name = pathlib.Path(record["source"]).name
            made = folder / "source/objects" / (pathlib.Path(name).stem + ".o")
            compiles.setdefault(variant, {})[name] = {
                "object": record["object"], "reuse": record["reuse"], "unit": units[variant][name],
                "machine_code": machine_code_of_object(made, record["object"])}
    return compiles


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path, nargs="?", default=HERE.parents[1] / "build/realworld/pairs")
    parser.add_argument("--variants", type=int, default=46)
    options = parser.parse_args()
    programs, work = options.programs.resolve(), options.work.resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    source = pathlib.Path(subprocess.run([HERE / "fetch_source.sh", "zstd"], check=True, capture_output=True,
                                         text=True).stdout.strip())
    tree = work / "tree"
    make_tree(source, tree, options.variants)
    together = capture(programs, tree, work / "together")
    alone = {}
    for number in range(options.variants):
        alone |= capture(programs, tree, work / f"alone-{number}", "--set", f"variant={number}")
        shutil.rmtree(work / f"alone-{number}")
    wrong, missed, reused, done = [], 0, 0, 0
    seen = {}
    for number, file in itertools.product(range(options.variants), [pathlib.Path(f).name for f in FILES]):
        here, apart = together[number][file], alone[number][file]
        if (here["unit"], here["machine_code"]) != (apart["unit"], apart["machine_code"]):
            wrong.append((number, file, here["reuse"]))
        known = seen.setdefault(file, set())
        if here["reuse"] == "compiled":
            done += 1
            missed += apart["object"] in known
        else:
            reused += 1
        known.add(apart["object"])
    pairs = len(FILES) * options.variants * (options.variants - 1) // 2
    distinct = sum(len(objects) for objects in seen.values())
    print(f"{pairs} pairs of compiles, {done + reused} compiles: {done} done, {reused} reused, {distinct} distinct "
          f"objects; {len(wrong)} wrong merges, {missed} missed merges")
    for number, file, reuse in wrong:
        print(f"wrong: {file} of variant {number}, {reuse}")
    sys.exit(1 if wrong or reused == 0 else 0)


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C.UTF-8"
    main()
