# SPDX-License-Identifier: Apache-2.0
"""What `specialize` is measured against: ld.lld-22 on the units of an image.

For each link that `xaas-deploy plan` would lower, the recorded options, files and units become a
command line of ld.lld, with the processor, level and number of threads that the plan names. What is
different from the child process of `xaas-deploy`, and would be no part of the linker's work:

 - units go in as they lie in the image: no features or floors are written into them;
 - run paths are the recorded ones, and a library that must be an archive of a name is not packed;
 - links run one after the other, each with all threads;
 - archives are lowered by one `ld.lld -r` over all members without importing between them, which is
   the same back end for each unit, where `xaas-deploy` writes one object file per unit.

Unpacking the image, checking it and writing the deployment are no part of this, and are a part of
`specialize`.
"""
import itertools
import shutil

import measure
from measure import Unmeasurable


class LinkerJobs:
    def __init__(self, layout, plan, folder, threads):
        self._manifest, self._plan = layout.ir_manifest(), plan
        self._folder, self._threads = folder, threads
        self._names = itertools.count()
        shutil.rmtree(folder, ignore_errors=True)
        for name in ("root", "units", "out"):
            (folder / name).mkdir(parents=True)
        layout.unpack_generic(folder / "root")
        layout.unpack_ir(folder)
        self._lines = [self._line(number, link) for number, link in enumerate(plan["links"])
                       if link["lowered_units"] > 0]
        self.archives = sum(self._link(link)["kind"] == "archive" for link in plan["links"])
        self.links = len(self._lines)

    def run(self):
        """All links, one after the other."""
        total = measure.NOTHING
        for number, line in enumerate(self._lines):
            total = total.followed_by(measure.measured(line, self._folder / f"{number}.log"))
        return total

    def _link(self, planned):
        product = next(product for product in self._manifest["products"]
                       if product["path"] == planned["products"][0])
        return self._manifest["links"][product["link"]]

    def _blob(self, digest):
        return str(self._folder / "blobs" / digest.removeprefix("sha256:"))

    def _line(self, number, planned):
        link = self._link(planned)
        self._check_treatments(link, planned)
        line = ["ld.lld-22", "-o", str(self._folder / "out" / str(number))]
        folder = self._folder / "units" / str(number)
        folder.mkdir()
        if link["kind"] == "archive":
            line += ["-r", "-z", "muldefs", "-mllvm", "-import-instr-limit=0"]
            line += [path for path in self._unit_paths(link, folder) if path.endswith(".bc")]
        else:
            line += self._items(link, folder)
        target = self._plan["target"]
        features = ["-mllvm", f"-mattr={','.join(target['mattr'])}"] if target["mattr"] else []
        return line + [f"--lto-O{planned['opt_level']}", f"--plugin-opt=mcpu={target['cpu']}", *features,
                       f"--threads={self._threads}", f"--thinlto-jobs={self._threads}",
                       "--undefined-version", "--build-id=sha1"]

    def _check_treatments(self, link, planned):
        """The rule below, by which a unit is bitcode, must be the plan's."""
        numbers = {number for item in link["items"] for number in units_of(item)}
        ours = sum(self._is_lowered(number) for number in numbers)
        if ours != planned["lowered_units"]:
            raise Unmeasurable(f"the plan lowers {planned['lowered_units']} units of `{link['name']}`, "
                               f"the command line would lower {ours}")

    def _is_lowered(self, number):
        unit = self._manifest["units"][number]
        return bool(unit["bitcode"]) and not unit["reason"]

    def _unit_paths(self, link, folder):
        return [self._unit(number, folder) for item in link["items"] for number in units_of(item)]

    def _unit(self, number, folder):
        """A name for each time that a link names a unit: lld refuses bitcode of the same path twice."""
        unit = self._manifest["units"][number]
        if not self._is_lowered(number):
            return self._blob(unit["machine_code"])
        path = folder / f"{next(self._names):06}.bc"
        path.symlink_to(self._blob(unit["bitcode"]))
        return str(path)

    def _items(self, link, folder):
        libraries = self._folder / "units" / f"{folder.name}-libraries"
        libraries.mkdir()
        words = []
        for item in link["items"]:
            if "option" in item:
                words.append(item["option"])
            elif "file" in item:
                words.append(item["prefix"] + self._blob(item["content"]))
            elif "library" in item:
                words += [f"-L{libraries}", "-l:" + self._library(item, libraries)]
            else:
                paths = [self._unit(number, folder) for number in units_of(item)]
                as_needed = "archive" in item and not item["whole"]
                words += ["--start-lib", *paths, "--end-lib"] if as_needed else paths
        return words

    def _library(self, item, libraries):
        name = libraries / item["library"]
        if not name.is_symlink():
            inside = self._folder / "root" / item["path"].lstrip("/")
            name.symlink_to(inside if item["path"] else self._blob(item["content"]))
        return name.name


def units_of(item):
    return [item["unit"]] if "unit" in item else item.get("members", []) if "archive" in item else []
