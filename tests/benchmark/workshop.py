# SPDX-License-Identifier: Apache-2.0
"""The packages, and what the sections make of them: builds, images, deployments.

Each build of a package is the command in tests/realworld/builds/NAME.sh, with CC, CXX, ... set: by
`xaas-build ir` for the capture, here for plain and native builds. What other sections need again
stays in the work folder with a stamp that names everything that it was made from.
"""
import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import subprocess

import layout
import linker
import measure
from measure import Unmeasurable

HERE = pathlib.Path(__file__).resolve().parent
REALWORLD = HERE.parent / "realworld"
PREFIX = "/usr/local"
# The wrappers link by lld as well.
CLANG = {"CC": "clang-22", "CXX": "clang++-22", "CPP": "clang-22 -E", "LD": "ld.lld-22",
         "AR": "llvm-ar-22", "RANLIB": "llvm-ranlib-22", "LDFLAGS": "-fuse-ld=lld"}
GCC = {"CC": "gcc", "CXX": "g++", "CPP": "gcc -E", "LD": "ld", "AR": "ar", "RANLIB": "ranlib"}
COMPILERS = {"clang": CLANG, "gcc": GCC}
NATIVE = "-O3 -march=native"
OTHERS_SETTINGS = ("MAKEFLAGS", "MFLAGS", "GNUMAKEFLAGS", "MAKELEVEL", "CFLAGS", "CXXFLAGS", "LDFLAGS",
                   "CPPFLAGS", "DESTDIR", "XAAS_CACHE")


@dataclasses.dataclass(frozen=True)
class Package:
    name: str
    pairs: int  # of runs of the tools on it

    def build_command(self):
        return (REALWORLD / "builds" / f"{self.name}.sh").read_text(encoding="utf-8")

    def options(self):
        return (REALWORLD / "builds" / f"{self.name}.options").read_text(encoding="utf-8").split()


PACKAGES = {name: Package(name, pairs) for name, pairs in (("zstd", 3), ("fftw3", 1), ("geos", 1))}


def fresh_folder(path):
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def digest_of(*parts):
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


class Workshop:
    def __init__(self, programs, work, pairs, tool_pairs=None):
        self.programs, self.work = programs.resolve(), work.resolve()
        self.pairs, self.tool_pairs = pairs, tool_pairs  # None: each package's own
        self.threads = len(os.sched_getaffinity(0))
        self.logs = self.work / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.environment = {name: value for name, value in os.environ.items()
                            if name not in OTHERS_SETTINGS} | {"LC_ALL": "C.UTF-8"}
        self.measurements = {}  # (step, package name) -> measurements of this run
        self._deployed = set()
        self._program_digest = hashlib.sha256((self.programs / "xaas-build").read_bytes()).hexdigest()

    def xaas(self, program, *words):
        """What one of the programs prints, as JSON."""
        command = [self.programs / f"xaas-{program}", *words]
        outcome = subprocess.run(command, capture_output=True, text=True, env=self.environment, check=False)
        if outcome.returncode != 0:
            raise Unmeasurable(f"`xaas-{program} {words[0]}` ended with {outcome.returncode}: "
                               f"{outcome.stderr.strip()}")
        return json.loads(outcome.stdout)

    def measured(self, step, name, command, **arguments):
        result = measure.measured([str(word) for word in command], self.logs / f"{step}-{name}.log",
                                  **({"environment": self.environment} | arguments))
        self.measurements.setdefault((step, name), []).append(result)
        return result

    def measurement(self, step, package, make):
        """The last one of this run; made where there is none."""
        if (step, package.name) not in self.measurements:
            make()
        return self.measurements[step, package.name][-1]

    def source(self, name):
        outcome = subprocess.run([REALWORLD / "fetch_source.sh", name], capture_output=True, text=True,
                                 check=False)
        if outcome.returncode != 0:
            raise Unmeasurable(f"the source of {name} cannot be fetched: {outcome.stderr.strip()[-300:]}")
        return outcome.stdout.strip()

    # Captured

    def capture(self, package):
        source = self.source(package.name)  # before the clock runs
        stamp = self.work / f"{package.name}.image-stamp"
        stamp.unlink(missing_ok=True)
        result = self.measured("ir", package.name, [
            self.programs / "xaas-build", "ir", "--source", source,
            "--output", self._reference(package.name), "--force", "-q", *package.options(), "--",
            package.build_command()])
        stamp.write_text(self._image_stamp(package), encoding="utf-8")
        return result

    def image(self, package):
        """The reference of its image, which may be an earlier run's."""
        stamp = self.work / f"{package.name}.image-stamp"
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != self._image_stamp(package):
            self.capture(package)
        return self._reference(package.name)

    def image_layout(self, package):
        self.image(package)
        return layout.ImageLayout(self.work / "images" / package.name, package.name)

    def _image_stamp(self, package):
        return digest_of(self._program_digest, package.build_command(), package.options())

    def _reference(self, name):
        return f"oci:{self.work / 'images' / name}:{name}"

    # Built as ever

    def plain(self, package):
        return self._build("plain", package, "clang", "")

    def native(self, package, compiler):
        return self._build(f"native-{compiler}", package, compiler, NATIVE)

    def plain_folder(self, package):
        return self._kept("plain", package, lambda: self.plain(package))

    def native_folder(self, package, compiler):
        return self._kept(f"native-{compiler}", package, lambda: self.native(package, compiler))

    def _folder(self, step, package):
        return self.work / step / package.name

    def _build_stamp(self, package):
        return digest_of(package.build_command(), COMPILERS, NATIVE)

    def _kept(self, step, package, make):
        folder = self._folder(step, package)
        stamp = folder / "stamp"
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != self._build_stamp(package):
            make()
        return folder

    def _build(self, step, package, compiler, flags):
        source = self.source(package.name)
        folder = fresh_folder(self._folder(step, package))
        shutil.copytree(source, folder / "source", symlinks=True)
        environment = self.environment | COMPILERS[compiler] | {
            "DESTDIR": str(folder / "stage"), "PREFIX": PREFIX, "CCACHE_DISABLE": "1"}
        if flags:
            environment |= {"CFLAGS": flags, "CXXFLAGS": flags}
        result = self.measured(step, package.name, ["sh", "-c", package.build_command()],
                               folder=folder / "source", environment=environment)
        (folder / "stamp").write_text(self._build_stamp(package), encoding="utf-8")
        return result

    # Specialized

    def specialize_cold(self, package):
        shutil.rmtree(self.work / "cache" / package.name, ignore_errors=True)
        return self._specialize("cold", package)

    def specialize_warm(self, package):
        if ("cold", package.name) not in self.measurements:
            self.specialize_cold(package)
        return self._specialize("warm", package)

    def _specialize(self, step, package):
        result = self.measured(step, package.name, [
            self.programs / "xaas-deploy", "specialize", self.image(package),
            "--output", f"tree:{self.work / 'deployed' / package.name}", "--force",
            "--cache", self.work / "cache" / package.name, "-q"])
        self._deployed.add(package.name)
        return result

    def deployment(self, package):
        """The folder of its deployment, made in this run."""
        if package.name not in self._deployed:
            self.specialize_cold(package)
        return self.work / "deployed" / package.name

    def deployment_for_several(self, package):
        """A folder for this machine and two lesser processors."""
        folder = self.work / "deployed" / f"{package.name}-for-several"
        self.xaas("deploy", "specialize", self.image(package), "--target", "x86-64-v2,x86-64-v3,host",
                  "--output", f"tree:{folder}", "--force", "--json")
        return folder

    def linker_jobs(self, package):
        reference = self.image(package)
        return linker.LinkerJobs(self.image_layout(package), self.xaas("deploy", "plan", reference, "--json"),
                                 self.work / "linker" / package.name, self.threads)

    def link(self, package, jobs):
        result = jobs.run()
        self.measurements.setdefault(("ld.lld", package.name), []).append(result)
        return result
