#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make_tree.py FILE.tree FOLDER: writes the /proc, /sys and /etc that the file describes.

A machine's tree has thousands of files, which repeat themselves; its description says each thing once.
Lines before the first section are remarks. A section begins with `== ` and one of:

  /PATH                      a file, as it stands below
  /PATH for <n> in 0-3,8     one for each number: <n> in the path and the text is the number
  /PATH for each processor   the texts of all, one after the other: <cpu>, <package>, <core>,
                             <siblings> (processors of the package), <cores> (of the package)
  links                      PATH -> TARGET, one a line
  empty files                PATHs; a name may have one range of numbers: /dev/nvidia[0-3]
  environment                NAME=VALUE, one a line: /proc/self/environ
  loaded modules             NAME FILE, one a line: LOADEDMODULES, _LMFILES_ and the files, as far as
                             no other section has them
  auxiliary vector           NUMBER VALUE, one a line: /proc/self/auxv
  loader cache               PATHs of libraries: /etc/ld.so.cache
  pci                        ADDRESS KEY=VALUE...: a device; `id` is its vendor and device, other
                             keys but `driver` are files of it
  processors                 the topology, below
  library PATH               a shared library, below

The topology is of lines `KEY VALUE`:

  numbering together|apart   threads of a core have numbers one after the other, or the second
                             threads come after all first ones
  packages N, nodes N        sockets, and NUMA nodes that have processors
  memory SIZE                of such a node, in kB; `memory-only NODE SIZE` is one without processors
  line SIZE                  of a cache, in bytes
  core COUNT THREADS CACHE...  so many cores of each package. A cache is `l1d=48K/2`: its size, and
                             how many processors use one

A library is of lines `exports NAME...` (functions), `data NAME VALUE` (a string by that name),
`text STRING`, `soname NAME`, `needs SONAME...` and `defines VERSION` (which the exports then have).
"""
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

PROCESSORS = "/sys/devices/system/cpu"
NODES = "/sys/devices/system/node"


def numbers(text):
    """[0, 1, 2, 8] of "0-2,8"."""
    found = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def ranges(values):
    """The kernel's way to write a list of processors: "0-2,8"."""
    parts, values = [], sorted(values)
    for value in values:
        if parts and parts[-1][1] == value - 1:
            parts[-1][1] = value
        else:
            parts.append([value, value])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)


def read_sections(text):
    """[(heading, [line])], without remarks before the first."""
    sections = []
    for line in text.splitlines():
        if line.startswith("== "):
            sections.append((line[3:].strip(), []))
        elif sections:
            sections[-1][1].append(line)
    for _, lines in sections:
        while lines and not lines[-1]:
            lines.pop()
    return sections


class Core:
    def __init__(self, package, number, threads, caches):
        self.package, self.number, self.threads, self.caches = package, number, threads, caches
        self.cpus = []


class Topology:
    def __init__(self, lines):
        self.settings, self.kinds, self.memory_only = {}, [], {}
        for line in lines:
            key, *values = line.split("#")[0].split()
            if key == "core":
                self.kinds.append((int(values[0]), int(values[1]),
                                   [cache.split("=") for cache in values[2:]]))
            elif key == "memory-only":
                self.memory_only[int(values[0])] = int(values[1])
            else:
                self.settings[key] = values[0]
        packages = int(self.settings["packages"])
        self.cores = []
        for package in range(packages):
            number = 0
            for count, threads, caches in self.kinds:
                for _ in range(count):
                    self.cores.append(Core(package, number, threads, caches))
                    number += 1
        self.number_processors()

    def number_processors(self):
        if self.settings["numbering"] == "together":
            order = [core for core in self.cores for _ in range(core.threads)]
        else:
            most = max(core.threads for core in self.cores)
            order = [core for nth in range(most) for core in self.cores if nth < core.threads]
        for cpu, core in enumerate(order):
            core.cpus.append(cpu)
        self.of_cpu = dict(enumerate(order))

    def package(self, number):
        return [cpu for core in self.cores if core.package == number for cpu in core.cpus]

    def sharers(self, core, count):
        """Processors that use one cache with this core: `count` of cores that are neighbours."""
        neighbours = [other for other in self.cores if other.package == core.package]
        alike = [other for other in neighbours if other.caches is core.caches]
        if count > sum(len(other.cpus) for other in alike):
            alike = neighbours  # the last level, of unlike cores
        block = max(count // len(core.cpus), 1)
        first = alike.index(core) // block * block
        if count >= sum(len(other.cpus) for other in alike):
            return [cpu for other in alike for cpu in other.cpus]
        return [cpu for other in alike[first:first + block] for cpu in other.cpus]

    def nodes(self):
        """node -> its processors."""
        count = int(self.settings["nodes"])
        share = len(self.cores) // count
        result = {n: [cpu for core in self.cores[n * share:(n + 1) * share] for cpu in core.cpus]
                  for n in range(count)}
        return {**result, **{n: [] for n in self.memory_only}}


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.topology = None
        self.machine = "x86_64"
        self.libraries = []
        self.environment = []

    def place(self, path):
        return self.root / path.lstrip("/")

    def write(self, path, data):
        place = self.place(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data if isinstance(data, bytes) else data.encode())

    def link(self, path, target):
        place = self.place(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)

    def add_text(self, heading, lines):
        text = "".join(line + "\n" for line in lines)
        loop = re.fullmatch(r"(\S+) for <n> in (\S+)", heading)
        if loop:
            for n in numbers(loop[2]):
                self.write(loop[1].replace("<n>", str(n)), text.replace("<n>", str(n)))
        elif heading.endswith(" for each processor"):
            self.write(heading.split()[0], "".join(self.of_processors(text)))
        else:
            self.write(heading, text)
            if heading == "/proc/cpuinfo" and "CPU implementer" in text:
                self.machine = "aarch64"

    def of_processors(self, text):
        if "CPU implementer" in text:
            self.machine = "aarch64"
        for cpu, core in self.topology.of_cpu.items():
            package = self.topology.package(core.package)
            values = {"cpu": cpu, "package": core.package, "core": core.number,
                      "siblings": len(package),
                      "cores": sum(c.package == core.package for c in self.topology.cores)}
            yield re.sub(r"<(\w+)>", lambda found: str(values[found[1]]), text) + "\n"

    def add_links(self, _, lines):
        for line in filter(None, lines):
            path, target = line.split(" -> ")
            self.link(path, target)

    def add_empty_files(self, _, lines):
        for line in filter(None, lines):
            many = re.fullmatch(r"(.*)\[(.*)\](.*)", line)
            for path in [f"{many[1]}{n}{many[3]}" for n in numbers(many[2])] if many else [line]:
                self.write(path, "")
                self.place(path).chmod(0o755)  # as a program, should it be one

    def add_environment(self, _, lines):
        self.environment += filter(None, lines)
        self.write("/proc/self/environ", "".join(line + "\0" for line in self.environment))

    def add_loaded_modules(self, _, lines):
        names, files = zip(*(line.split() for line in lines if line))
        self.add_environment("", ["LOADEDMODULES=" + ":".join(names), "_LMFILES_=" + ":".join(files)])
        for file in files:
            if not self.place(file).exists():
                self.write(file, "-- nothing\n" if file.endswith(".lua") else "#%Module\n")

    def add_auxiliary_vector(self, _, lines):
        pairs = [tuple(int(word, 0) for word in line.split("#")[0].split()) for line in lines]
        self.write("/proc/self/auxv", b"".join(struct.pack("<QQ", *pair) for pair in [*pairs, (0, 0)]))

    def add_loader_cache(self, _, lines):
        """glibc's sysdeps/generic/dl-cache.h, `struct cache_file_new`."""
        header, entry = 48, 24
        strings, entries = b"", b""
        base = header + entry * len(lines)
        for path in lines:
            key = base + len(strings)
            strings += os.path.basename(path).encode() + b"\0"
            value = base + len(strings)
            strings += path.encode() + b"\0"
            entries += struct.pack("<iIIIQ", 0x303, key, value, 0, 0)
        self.write("/etc/ld.so.cache", b"glibc-ld.so.cache1.1" +
                   struct.pack("<II", len(lines), len(strings)) + bytes(20) + entries + strings)

    def add_pci(self, _, lines):
        for line in filter(None, lines):
            address, *settings = line.split("#")[0].split()
            values = dict(setting.split("=", 1) for setting in settings)
            folder = f"/sys/devices/pci{address[:7]}/{address}"
            vendor, device = values.pop("id").split(":")
            driver = values.pop("driver", None)
            files = {"vendor": "0x" + vendor, "device": "0x" + device, "numa_node": "-1", **values}
            for name, value in files.items():
                self.write(f"{folder}/{name}", value + "\n")
            self.link(f"/sys/bus/pci/devices/{address}", f"../../..{folder[4:]}")
            if driver:
                self.link(f"{folder}/driver", f"../../../bus/pci/drivers/{driver}")
                self.place(f"/sys/bus/pci/drivers/{driver}").mkdir(parents=True, exist_ok=True)

    def add_processors(self, _, lines):
        self.topology = topology = Topology(lines)
        everyone = ranges(topology.of_cpu)
        for name in ("online", "possible", "present"):
            self.write(f"{PROCESSORS}/{name}", everyone + "\n")
        packages = {n: topology.package(n) for n in {core.package for core in topology.cores}}
        for cpu, core in topology.of_cpu.items():
            self.add_processor(cpu, core, packages[core.package])
        self.add_nodes(topology)

    def add_processor(self, cpu, core, package):
        folder = f"{PROCESSORS}/cpu{cpu}"
        self.write_all(f"{folder}/topology", {
            "physical_package_id": core.package, "core_id": core.number,
            "thread_siblings_list": ranges(core.cpus), "core_cpus_list": ranges(core.cpus),
            "core_siblings_list": ranges(package), "package_cpus_list": ranges(package)})
        kinds = {"i": "Instruction", "d": "Data", "": "Unified"}
        for index, (name, value) in enumerate(core.caches):
            size, shared_by = value.split("/")
            self.write_all(f"{folder}/cache/index{index}", {
                "level": name[1], "type": kinds[name[2:]], "size": size,
                "coherency_line_size": self.topology.settings["line"],
                "shared_cpu_list": ranges(self.topology.sharers(core, int(shared_by)))})

    def add_nodes(self, topology):
        nodes = topology.nodes()
        self.write(f"{NODES}/online", ranges(nodes) + "\n")
        self.write(f"{NODES}/has_cpu", ranges(n for n in nodes if nodes[n]) + "\n")
        for node, cpus in nodes.items():
            size = topology.memory_only.get(node, topology.settings["memory"])
            self.write(f"{NODES}/node{node}/cpulist", ranges(cpus) + "\n")
            self.write(f"{NODES}/node{node}/meminfo", f"Node {node} MemTotal:       {size} kB\n")

    def write_all(self, folder, values):
        place = self.place(folder)
        place.mkdir(parents=True)
        for name, value in values.items():
            (place / name).write_text(f"{value}\n")

    def add_library(self, heading, lines):
        path = heading.split()[1]
        self.libraries.append((path, [line.split(None, 1) for line in lines if line]))

    def make_libraries(self):
        """At the end, when the architecture is known."""
        with tempfile.TemporaryDirectory() as folder:
            for path, facts in self.libraries:
                self.place(path).parent.mkdir(parents=True, exist_ok=True)
                make_library(self.place(path), self.machine, facts, pathlib.Path(folder))


def make_library(path, machine, facts, scratch):
    source, options = [], ["-soname=" + path.name]
    names = []
    for key, value in facts:
        if key == "exports":
            for name in value.split():
                names.append(name)
                source += [f".text; .globl {name}; .type {name},%function; {name}: ret"]
        elif key == "data":
            name, text = value.split(None, 1)
            names.append(name)
            source += [f".data; .globl {name}; .type {name},%object; {name}: .asciz {quoted(text)}",
                       f".size {name}, .-{name}"]
        elif key == "text":
            source += [f".section .rodata; .asciz {quoted(value)}"]
        elif key == "soname":
            options.append("-soname=" + value)
        elif key == "defines":
            script = scratch / "versions"
            script.write_text(f"{value} {{ {''.join(name + '; ' for name in names)} }};")
            options.append(f"--version-script={script}")
        elif key == "needs":
            for name in value.split():
                assemble_and_link(scratch / name, machine, [], ["-soname=" + name], scratch)
                options += ["--no-as-needed", str(scratch / name)]
        else:
            raise SystemExit(f"{path}: `{key}` is nothing of a library")
    assemble_and_link(path, machine, source, options, scratch)


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def assemble_and_link(path, machine, source, options, scratch):
    (scratch / "library.s").write_text("\n".join(source) + "\n")
    subprocess.run(["llvm-mc-22", "-filetype=obj", f"-triple={machine}-linux-gnu", "-o",
                    scratch / "library.o", scratch / "library.s"], check=True)
    # The pages of a real one, so that the file is as small on every architecture.
    subprocess.run(["ld.lld-22", "-shared", "-z", "max-page-size=4096", "-o", path, *options,
                    scratch / "library.o"], check=True)


def make_tree(description, root):
    tree = Tree(root)
    kinds = {"links": tree.add_links, "empty files": tree.add_empty_files,
             "environment": tree.add_environment, "loaded modules": tree.add_loaded_modules,
             "auxiliary vector": tree.add_auxiliary_vector,
             "loader cache": tree.add_loader_cache, "pci": tree.add_pci,
             "processors": tree.add_processors}
    for heading, lines in read_sections(pathlib.Path(description).read_text()):
        if heading.startswith("/"):
            tree.add_text(heading, lines)
        elif heading.startswith("library /"):
            tree.add_library(heading, lines)
        elif heading in kinds:
            kinds[heading](heading, lines)
        else:
            raise SystemExit(f"{description}: nothing is known of sections `{heading}`")
    tree.make_libraries()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    make_tree(sys.argv[1], sys.argv[2])
