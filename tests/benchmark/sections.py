# SPDX-License-Identifier: Apache-2.0
"""The sections of the benchmark: each gives rows, and a figure that cannot be had is a row too."""
import json
import pathlib
import shutil
import subprocess

import growth
import hpcc
import measure
import report
import workshop
from measure import Unmeasurable
from report import Row, at_least, at_most, compared

EXAMPLES = workshop.HERE.parents[1] / "examples"
MEGABYTE = 1e6
STARTS = 200

CORPUS = ("lib", "programs", "tests", "doc", "zlibWrapper")
FFT_PROBLEMS = {"1d, 4096": "ocf4096", "1d, 1048576": "ocf1048576", "1d real, 65536": "orf65536",
                "2d, 512x512": "icf512x512", "3d, 64x64x64": "ocf64x64x64"}
GEOS_PROGRAMS = ("perf_iterated_buffer", "perf_rectangle_intersects")
RIVALS = (("clang -march=native", at_least(0.98)), ("gcc -march=native", None), ("generic", None))


def guarded(name, make_rows):
    """The rows, or one that says why there are none."""
    try:
        return list(make_rows())
    except (Unmeasurable, OSError, KeyError, ValueError, subprocess.CalledProcessError) as error:
        return [Row(name, problem=f"{type(error).__name__}: {error}")]


def each_package(packages, make_rows):
    return [row for package in packages for row in guarded(package.name, lambda p=package: make_rows(p))]


def walls(measurements):
    return [one.wall for one in measurements]


def processors(measurements):
    return [one.processor for one in measurements]


def capture(shop, packages, _):
    def rows(package):
        runs = measure.alternating({"ir": lambda: shop.capture(package),
                                    "plain": lambda: shop.plain(package)}, shop.tool_pairs or package.pairs)
        yield compared(f"{package.name}: `ir` / plain build, wall", "s",
                       walls(runs["ir"]), walls(runs["plain"]), at_most(1.25))
        yield compared(f"{package.name}: `ir` / plain build, processor", "s",
                       processors(runs["ir"]), processors(runs["plain"]))
    return each_package(packages, rows)


def specialize(shop, packages, _):
    def rows(package):
        shop.image(package)
        jobs = shop.linker_jobs(package)
        runs = measure.alternating({"cold": lambda: shop.specialize_cold(package),
                                    "ld.lld": lambda: shop.link(package, jobs),
                                    "native": lambda: shop.native(package, "clang"),
                                    "warm": lambda: shop.specialize_warm(package)},
                                   shop.tool_pairs or package.pairs)
        lines = f"{jobs.links - jobs.archives} links"
        if jobs.archives:
            lines += f" and {jobs.archives} archives"
        yield compared(f"{package.name}: cold / ld.lld ({lines}), processor", "s",
                       processors(runs["cold"]), processors(runs["ld.lld"]), at_most(1.2))
        for step, bound in (("cold", None), ("warm", at_most(0.05))):
            yield compared(f"{package.name}: {step} / native rebuild, processor", "s",
                           processors(runs[step]), processors(runs["native"]), bound)
            yield compared(f"{package.name}: {step} / native rebuild, wall", "s",
                           walls(runs[step]), walls(runs["native"]))
    return each_package(packages, rows)


def comparison(shop, name, unit, sides, run, metric, bound):
    """One row from `xaas-deploy compare`, which runs both in pairs."""
    words = ["compare", *map(str, sides), "--run", run, "--repeat", str(shop.pairs), "--json"]
    if metric:
        words += ["--metric", metric]
    result = shop.xaas("deploy", *words)
    interval = [result["interval"]["low"], result["interval"]["high"]] if shop.pairs > 1 else None
    return Row(name, unit, result["a"]["samples"], result["b"]["samples"], result["ratio"], interval, bound)


def rival_rows(shop, what, unit, deployed, rivals, run, metric):
    """Against each rival; one that cannot be had does not take the others along."""
    rows = []
    for name, bound in RIVALS:
        title = f"{what}: specialized / {name}"
        rows += guarded(title, lambda: [comparison(
            shop, title, unit, (deployed, rivals[name]()), run, metric, bound)])
    return rows


def rivals_of(shop, package, program):
    return {"clang -march=native": lambda: shop.native_folder(package, "clang") / program,
            "gcc -march=native": lambda: shop.native_folder(package, "gcc") / program,
            "generic": lambda: shop.image(package)}


def zstd_programs(shop, package):
    corpus = shop.work / "corpus"
    subprocess.run(["tar", "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner",
                    "-cf", corpus, "-C", shop.source("zstd"), *CORPUS], check=True)
    deployed = shop.deployment(package)
    rivals = rivals_of(shop, package, "source/programs/zstd")
    for what, metric in (("compress", r"\) +([0-9.]+) MB/s"), ("decompress", r"MB/s +([0-9.]+) MB/s")):
        yield from rival_rows(shop, f"zstd -3, {what}", "MB/s", deployed, rivals,
                              f"zstd -q -b3 -i1 {corpus}", metric)


def fftw3_programs(shop, package):
    deployed = shop.deployment(package)
    rivals = rivals_of(shop, package, "source/tests/bench")
    for what, problem in FFT_PROBLEMS.items():
        yield from rival_rows(shop, f"fftw3, {what}", "Mflop/s", deployed, rivals,
                              f"bench -oestimate -s {problem}", "mflops'': ([0-9.]+)")


def geos_programs(shop, package):
    deployed = shop.deployment(package)
    for program in GEOS_PROGRAMS:
        yield from rival_rows(shop, f"geos, {program}", "s", deployed,
                              rivals_of(shop, package, f"source/build/bin/{program}"), program, "")


def example_image(shop, name):
    reference = f"oci:{shop.work / 'images' / name}:{name}"
    shop.measured("ir", name, [shop.programs / "xaas-build", "ir", "--source", EXAMPLES / name,
                               "--output", reference, "--force", "-q"])
    return reference


def heat_programs(shop):
    source = EXAMPLES / "heat"
    reference, deployed = example_image(shop, "heat"), shop.work / "deployed" / "heat"
    shop.measured("cold", "heat", [shop.programs / "xaas-deploy", "specialize", reference,
                                   "--output", f"tree:{deployed}", "--force", "--no-cache", "-q"])

    def native(compiler):
        folder = workshop.fresh_folder(shop.work / f"native-{compiler}" / "heat")
        shop.measured(f"native-{compiler}", "heat", ["sh", "-c", (
            f"cmake -S {source} -B {folder} -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS=-march=native "
            f"-DCMAKE_CXX_COMPILER={workshop.COMPILERS[compiler]['CXX']} && cmake --build {folder}")])
        return folder / "heat"

    rivals = {"clang -march=native": lambda: native("clang"), "gcc -march=native": lambda: native("gcc"),
              "generic": lambda: reference}
    yield from rival_rows(shop, "heat", "Mcell/s", deployed, rivals, "heat", "rate: ([0-9.]+)")


def numerics_rows(shop, name, reference, runs):
    """`runs`: what -> command, metric and unit. Both sides are images: trees have another C library."""
    sides = []
    for mode in ("generic", "native"):
        deployed = f"oci:{shop.work / 'deployed' / 'numerics'}:{name}-{mode}"
        shop.measured(f"numerics-{mode}", name, [
            shop.programs / "xaas-deploy", "specialize", reference, "--numerics", mode,
            "--output", deployed, "--force", "-q", "--cache", shop.work / "cache" / "numerics"])
        sides.append(deployed)
    for what, (run, metric, unit) in runs.items():
        yield comparison(shop, f"{what}: generic / native", unit, sides, run, metric, None)


def numerics(shop, packages, _):
    examples = {"heat": {"heat": ("heat", "rate: ([0-9.]+)", "Mcell/s")},
                "nbody": {"nbody, a unit with fast-math": ("nbody", "rate: ([0-9.]+)", "Mpair/s")}}
    rows = [row for name, runs in examples.items() for row in guarded(
        name, lambda n=name, r=runs: numerics_rows(shop, n, example_image(shop, n), r))]
    ffts = {f"fftw3, {what}": (f"bench -oestimate -s {problem}", "mflops'': ([0-9.]+)", "Mflop/s")
            for what, problem in FFT_PROBLEMS.items()}
    runs = {"fftw3": ffts, "geos": {f"geos, {program}": (program, "", "s") for program in GEOS_PROGRAMS}}
    return rows + each_package([one for one in packages if one.name in runs], lambda package: numerics_rows(
        shop, package.name, shop.image(package), runs[package.name]))


PROGRAMS = {"zstd": zstd_programs, "fftw3": fftw3_programs, "geos": geos_programs}


def programs(shop, packages, _):
    rows = guarded("heat", lambda: heat_programs(shop))
    return rows + each_package(packages, lambda package: PROGRAMS[package.name](shop, package))


def libraries(shop, _, __):
    return guarded("hpcc", lambda: hpcc.rows(shop))


def memory(shop, packages, _):
    def rows(package):
        runs = {"ir": shop.measurement("ir", package, lambda: shop.capture(package)),
                "plain build": shop.measurement("plain", package, lambda: shop.plain(package)),
                "cold": shop.measurement("cold", package, lambda: shop.specialize_cold(package))}
        runs["ld.lld"] = shop.measurement(
            "ld.lld", package, lambda: shop.link(package, shop.linker_jobs(package)))
        for a, b in (("ir", "plain build"), ("cold", "ld.lld")):
            yield compared(f"{package.name}: {a} / {b}, largest process", "MB",
                           [runs[a].process_bytes / MEGABYTE], [runs[b].process_bytes / MEGABYTE])
            yield compared(f"{package.name}: {a} / {b}, all processes", "MB",
                           [runs[a].tree_bytes / MEGABYTE], [runs[b].tree_bytes / MEGABYTE])
    return each_package(packages, rows)


def size(shop, packages, _):
    def rows(package):
        image = shop.image_layout(package)
        ours, application = image.ir_bytes() / MEGABYTE, image.application_bytes() / MEGABYTE
        base = image.base_bytes() / MEGABYTE
        yield report.exact(f"{package.name}: IR / application layer", "MB", ours, application)
        yield report.exact(f"{package.name}: IR / base layer", "MB", ours, base)
        yield report.exact(f"{package.name}: IR / both layers", "MB", ours, application + base)
    return each_package(packages, rows)


def startup(shop, _, __):
    package = workshop.PACKAGES["zstd"]

    def rows():
        deployed = [str(shop.deployment(package) / "bin/zstd"), "--version"]
        plain = [str(shop.plain_folder(package) / "stage/usr/local/bin/zstd"), "--version"]
        several = [str(shop.deployment_for_several(package) / "bin/zstd"), "--version"]
        contenders = {"deployed": lambda: measure.seconds_to_run(deployed) * 1e3,
                      "several": lambda: measure.seconds_to_run(several) * 1e3,
                      "plain": lambda: measure.seconds_to_run(plain) * 1e3}
        measure.alternating(contenders, 5)  # into the page cache
        runs = measure.alternating(contenders, STARTS)
        yield compared("`zstd --version`: deployed / plain build, wall", "ms", runs["deployed"], runs["plain"])
        yield compared("`zstd --version`: in a tree for three targets / for one, wall", "ms", runs["several"],
                       runs["deployed"])
    return guarded("zstd --version", rows)


def growth_rows(units, first, now):
    """Each figure per unit, next to the smallest project's."""
    figures = (("wall", "ms", lambda one: one.wall * 1e3),
               ("processor", "ms", lambda one: one.processor * 1e3),
               ("largest process", "kB", lambda one: one.process_bytes / 1e3),
               ("all processes", "kB", lambda one: one.tree_bytes / 1e3))
    for step in ("ir", "ir of two", "cold"):
        for what, unit, of in figures:
            name, here = f"{step}, {what} per unit", [of(now[step]) / units]
            if units == first[0]:
                yield Row(f"{units} units: {name}", unit, here)
            else:
                yield compared(f"{units} units / {first[0]} units: {name}", unit, here,
                               [of(first[1][step]) / first[0]])


def grown(shop, units):
    name = f"grown-{units}"
    reference = f"oci:{shop.work / 'images' / name}:{name}"
    cache = workshop.fresh_folder(shop.work / "cache" / name)
    growth.generate(shop.work / name, units)
    build = shop.measured("ir", name, [shop.programs / "xaas-build", "ir", "--source", shop.work / name,
                                       "--output", reference, "--force", "-q"])
    deploy = shop.measured("cold", name, [
        shop.programs / "xaas-deploy", "specialize", reference, "--force", "-q",
        "--output", f"tree:{shop.work / 'deployed' / name}", "--cache", cache])
    # Another text for each unit, and the same but for its markers: all is compiled once.
    write_points(shop.work / name, {"one": [], "two": ["CPPFLAGS=-DXAAS_UNUSED"]})
    both = shop.measured("ir-of-two", name, [
        shop.programs / "xaas-build", "ir", "--source", shop.work / name, "--force", "-q",
        "--output", f"oci:{shop.work / 'images' / name}:two"])
    shutil.rmtree(shop.work / name)
    return {"ir": build, "ir of two": both, "cold": deploy}


def growth_section(shop, _, sizes):
    rows, first = [], None
    for units in sizes:
        def more(units=units):
            nonlocal first
            now = grown(shop, units)
            first = first or (units, now)
            yield from growth_rows(units, first, now)
        rows += guarded(f"{units} units", more)
    return rows


def capture_report(shop, name, source, words=()):
    """What `ir --json` says of a capture of the source."""
    return shop.xaas("build", "ir", "--source", source, "--output", f"oci:{shop.work / 'images' / name}:{name}",
                     "--force", "--json", *words)


def compile_seconds(report):
    return [configuration["compile_seconds"] for configuration in report["configurations"]]


def write_points(source, values):
    """A specialization file of one point; value -> what it adds to make."""
    listed = [{"name": name, "build": {"make": words}} for name, words in values.items()]
    (source / "xaas.json").write_text(json.dumps({
        "schema": "xaas.specialization/1",
        "points": [{"name": "variant", "kind": "option", "values": listed}]}), encoding="utf-8")


def ir_of_image(name, captured):
    """The IR of all configurations against the generic image, which is of one."""
    sizes = captured["bytes"]
    return report.exact(f"{name}: IR / generic image", "MB", sizes["ir_layers"] / MEGABYTE,
                        sizes["image_layers"] / MEGABYTE, at_most(1.0))


def sharing_rows(shop, name, source, macro_words):
    """One configuration, one that is the same, and one with a macro that nothing uses."""
    write_points(source, {"first": [], "same": [], "macro": macro_words})
    reports = [capture_report(shop, "sharing", source, ["--isa", "none"])
               for _ in range(shop.tool_pairs or 3)]
    first, same, macro = zip(*map(compile_seconds, reports))
    yield compared(f"{name}: a configuration of the same files / the first, compile time", "s", same, first,
                   at_most(0.25))
    yield compared(f"{name}: a configuration of the same texts / the first, compile time", "s", macro, first,
                   at_most(0.25))
    units = reports[0]["units"]
    yield report.exact(f"{name}: units kept / distinct modules", "", units["total"], units["distinct"], at_most(1.02))
    yield ir_of_image(f"{name}, three configurations", reports[0])


def kernel_flags(shop):
    """The third example as five configurations of processor flags, against one of them."""
    source = shop.work / "kernels"
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(EXAMPLES / "kernels", source)
    flags = {"none": "", "sse4": "-msse4.2", "avx": "-mavx", "avx2": "-mavx2 -mfma", "avx512":
             "-mavx512f -mavx512bw -mavx512vl -mavx512dq -mfma"}
    write_points(source, {name: [f"CFLAGS=-O3 {words}"] for name, words in flags.items()})
    five = capture_report(shop, "kernels-five", source, ["--isa", "none"])
    one = capture_report(shop, "kernels-one", source, ["--isa", "none", "--set", "variant=none"])
    yield report.exact("kernels: IR of five configurations of processor flags / of one", "kB",
                       five["bytes"]["ir_layers"] / 1e3, one["bytes"]["ir_layers"] / 1e3, at_most(1.35))
    yield ir_of_image("kernels, five configurations", five)


def isa_rows(shop, units, bound):
    """What variants of a library of kernels cost besides their own compiles."""
    source, kernels = shop.work / "isa", EXAMPLES / "kernels" / "src"
    growth.multiply(source, kernels / "dot.c", [kernels / "dot.h", kernels / "blocks.h"],
                    ["dot_kernel", "dot_4_8", "dot_8_8"], units)
    images = shop.work / "images" / "isa"
    capture = [shop.programs / "xaas-build", "ir", "--source", source, "--force", "-q"]
    runs = measure.alternating(
        {"with": lambda: shop.measured("isa", "kernels", capture + ["--output", f"oci:{images}:isa"]),
         "without": lambda: shop.measured("isa-none", "kernels", capture + [
             "--isa", "none", "--output", f"oci:{images}:none"]),
         "compiles": lambda: shop.measured("isa-compiles", "kernels", ["sh", "-c", (
             f"for unit in {source}/*.c; do for level in x86-64-v3 x86-64-v4; do "
             "clang-22 -std=c11 -march=$level -O3 -fPIC -flto=thin -c $unit -o /dev/null || exit 1; done; done")])},
        shop.tool_pairs or 5)
    extra = [a - b for a, b in zip(processors(runs["with"]), processors(runs["without"]))]
    yield compared(f"{units} of the kernels' units: what variants cost / their own compiles, processor", "s", extra,
                   processors(runs["compiles"]), bound)


def kernel_programs(shop):
    """The third example, for this machine, against clang's native build and what the baseline gives."""
    reference = f"oci:{shop.work / 'images' / 'kernels'}:kernels"
    deployed = shop.work / "deployed" / "kernels"
    shop.measured("ir", "kernels", [shop.programs / "xaas-build", "ir", "--source", EXAMPLES / "kernels", "--isa",
                                    "x86-64-v3,x86-64-v4,znver4", "--output", reference, "--force", "-q"])
    shop.measured("cold", "kernels", [shop.programs / "xaas-deploy", "specialize", reference,
                                      "--output", f"tree:{deployed}", "--force", "--no-cache", "-q"])

    def native(compiler):
        folder = workshop.fresh_folder(shop.work / f"native-{compiler}" / "kernels")
        shutil.copytree(EXAMPLES / "kernels", folder, dirs_exist_ok=True)
        shop.measured(f"native-{compiler}", "kernels", [
            "make", "-C", folder, f"CC={workshop.COMPILERS[compiler]['CC']}", "CFLAGS=-O3 -march=native"])
        return folder / "matvec"

    rivals = {"clang -march=native": lambda: native("clang"), "gcc -march=native": lambda: native("gcc"),
              "generic": lambda: reference}
    for what in ("4 bits", "8 bits"):
        yield from rival_rows(shop, f"kernels, {what}", "G/s", deployed, rivals, "matvec 1024 4096 200",
                              what + r": error [0-9.]+, ([0-9.]+)")


def sharing(shop, packages, _):
    def package_rows(package):
        source = shop.work / "sharing" / package.name
        shutil.rmtree(source, ignore_errors=True)
        shutil.copytree(pathlib.Path(shop.source("zstd")) / "lib", source, symlinks=True)
        yield from sharing_rows(shop, "zstd's library", source, ["MOREFLAGS=-DXAAS_UNUSED"])

    rows = each_package([one for one in packages if one.name == "zstd"], package_rows)
    for more in (kernel_flags, lambda here: isa_rows(here, 20, at_most(1.1)), lambda here: isa_rows(here, 1, None),
                 kernel_programs):
        rows += guarded("kernels", lambda more=more: more(shop))
    return rows


NOTES = {
    "sharing": (sharing, "Compile time is that of the build's compiling steps, as `ir --json` tells it: configuring "
                         "and installing are apart. The variants of `kernels` are x86-64-v3 and v4."),
    "capture": (capture, "The build command is the same; the plain build is clang's and lld's, with the "
                         "build's own `-O3`. `ir` also copies the sources and packs the image."),
    "specialize": (specialize, "ld.lld-22 gets the units of the image and the recorded command lines; an "
                               "archive is one `ld.lld -r` without importing. `specialize` also unpacks, "
                               "checks and writes. The native rebuild is the whole build command, with "
                               "configuration, by clang `-O3 -march=native`."),
    "programs": (programs, "Medians that `xaas-deploy compare` found; a ratio above 1: A is faster, so for "
                           "seconds it is B / A."),
    "libraries": (libraries, "HPC Challenge on two ranks with MPICH, one thread each; of ping-pongs, times, A and B "
                             "have changed places, so that a ratio above 1 says that the specialized one is faster."),
    "numerics": (numerics, "Deployed images for this machine, `--numerics generic` against native; a ratio below 1 is "
                           "the price of the generic image's bits. Units with fast-math keep the generic machine code."),
    "memory": (memory, "Resident memory; the sum over all processes is sampled every 50 ms and counts "
                       "shared pages in each."),
    "size": (size, "Compressed bytes of layers in the image's manifests: IR by zstd, the others by gzip."),
    "startup": (startup, f"{STARTS} alternating runs, without a cold page cache."),
    "growth": (growth_section, "A is the project named first, B the smallest one: a ratio below 1 is less "
                               "per unit."),
}
