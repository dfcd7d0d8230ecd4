# SPDX-License-Identifier: Apache-2.0
"""HPC Challenge on two ranks: linked with the machine's MPI and BLAS, against builds by hand and
against what a portable image has.

All run with MPICH, in alternating rounds, each rank with one thread. The generic program has the
reference BLAS and the image's own MPI; those that are built by hand have OpenBLAS.
"""
import re
import shutil
import subprocess

import layout
import workshop
from measure import Unmeasurable, alternating
from report import at_least, at_most, compared

SETTINGS = ["--set", "mpi=mpich", "--set", "blas=standard", "--set", "fft=powers-of-2",
            "--set", "randomaccess=standard"]
# Names of hpccoutf.txt. A ping-pong is a time, of which less is better.
METRICS = {"DGEMM": ("StarDGEMM_Gflops", "Gflop/s"), "FFT": ("StarFFT_Gflops", "Gflop/s"),
           "STREAM triad": ("StarSTREAM_Triad", "GB/s"), "HPL": ("HPL_Tflops", "Tflop/s"),
           "ping-pong of 8 bytes": ("MinPingPongLatency_usec", "us")}
INPUT = {6: "1600", 8: "64", 11: "1", 12: "2"}  # line: value; order, block, grid of two ranks
RIVALS = {"clang -march=native": at_least(0.98), "gcc -march=native": None, "generic": None}


class Hpcc:
    def __init__(self, shop):
        self._shop, self._source = shop, workshop.pathlib.Path(shop.source("hpcc"))
        self._reference = f"oci:{shop.work / 'images' / 'hpcc'}:hpcc"
        specification = workshop.HERE.parents[1] / "specializations/applications/hpcc.json"
        shop.measured("ir", "hpcc", [
            shop.programs / "xaas-build", "ir", "--source", self._source, "--output", self._reference,
            "--force", "-q", "--spec", specification, "--product", "hpcc", *SETTINGS])

    def specialize(self, step, *words):
        folder = self._shop.work / "deployed" / f"hpcc-{step}"
        return folder / "bin/hpcc", self._shop.measured(step, "hpcc", [
            self._shop.programs / "xaas-deploy", "specialize", self._reference, "--output", f"tree:{folder}",
            "--force", "-q", *words])

    def from_cache(self, step, blas):
        return self.specialize(step, "--library", f"blas={blas}", "--cache", self._shop.work / "cache" / "hpcc")

    def native(self, compiler):
        folder = workshop.fresh_folder(self._shop.work / f"native-{compiler}" / "hpcc")
        shutil.copytree(self._source, folder, dirs_exist_ok=True)
        shutil.copy(folder / "hpl/setup/Make.Linux_PII_CBLAS", folder / "hpl/Make.native")
        environment = self._shop.environment | {"MPICH_CC": workshop.COMPILERS[compiler]["CC"]}
        self._shop.measured(f"native-{compiler}", "hpcc", [
            "make", "-C", folder, "arch=native", "CC=mpicc.mpich", "LINKER=mpicc.mpich", "MPinc=", "MPlib=",
            "HPL_OPTS=-DHPL_CALL_CBLAS", "LAlib=-l:libopenblas.so.0",
            f"CCFLAGS=$(HPL_DEFS) -fomit-frame-pointer -funroll-loops {workshop.NATIVE}"],
                            environment=environment)
        return folder / "hpcc"

    def generic(self):
        folder = workshop.fresh_folder(self._shop.work / "hpcc" / "generic")
        layout.ImageLayout(self._shop.work / "images" / "hpcc", "hpcc").unpack_generic(folder)
        return folder / "usr/local/bin/hpcc"

    def figures(self, name, program, libraries=None):
        """What one run of it says; in the order of METRICS."""
        folder = workshop.fresh_folder(self._shop.work / "hpcc" / name)
        lines = (self._source / "_hpccinf.txt").read_text(encoding="utf-8").splitlines()
        for number, value in INPUT.items():
            lines[number - 1] = re.sub(r"^\S+", value, lines[number - 1])
        (folder / "hpccinf.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        environment = self._shop.environment | {"OPENBLAS_NUM_THREADS": "1"}
        if libraries:
            environment["LD_LIBRARY_PATH"] = str(libraries)
        subprocess.run(["mpiexec.mpich", "-n", "2", str(program)], cwd=folder, env=environment, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)
        output = (folder / "hpccoutf.txt").read_text(encoding="utf-8")
        if "Success=1" not in output.splitlines():
            raise Unmeasurable(f"hpcc's own checks failed for {name}: {folder}/hpccoutf.txt")
        return [float(re.search(rf"^{key}=(\S+)$", output, re.MULTILINE)[1]) for key, _ in METRICS.values()]


def reference_blas():
    found = list(workshop.pathlib.Path("/usr/lib").glob("*-linux-gnu/blas/libblas.so.3"))
    if not found:
        raise Unmeasurable("the reference BLAS, Debian's libblas3, is not there")
    return found[0].parent


def rows(shop):
    hpcc = Hpcc(shop)
    specialized, _ = hpcc.from_cache("specialized", "openblas")
    native = {compiler: hpcc.native(compiler) for compiler in ("clang", "gcc")}
    generic = hpcc.generic()
    runs = alternating({
        "specialized": lambda: hpcc.figures("specialized", specialized),
        "clang -march=native": lambda: hpcc.figures("clang", native["clang"]),
        "gcc -march=native": lambda: hpcc.figures("gcc", native["gcc"]),
        "generic": lambda: hpcc.figures("plain", generic, reference_blas())}, shop.pairs)
    for index, (what, (_, unit)) in enumerate(METRICS.items()):
        for rival, bound in RIVALS.items():
            a, b = ([figures[index] for figures in runs[name]] for name in ("specialized", rival))
            yield compared(f"hpcc, {what}: specialized / {rival}", unit,
                           *((b, a) if unit == "us" else (a, b)), bound)
    # Another BLAS, and nothing else, than in the deployment that filled the cache.
    seconds = alternating({
        "relinked": lambda: hpcc.from_cache("relinked", "blis")[1].wall,
        "first": lambda: hpcc.specialize("first", "--library", "blas=blis", "--no-cache")[1].wall}, shop.pairs)
    yield compared("hpcc, linked with another BLAS: from the cache / without one, wall", "s",
                   seconds["relinked"], seconds["first"], at_most(1))
