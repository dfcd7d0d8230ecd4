# SPDX-License-Identifier: Apache-2.0
"""The MPIs of descriptions, one a line, in their order; and libfabric, where it is."""
import json
import pathlib
import sys

for name in sys.argv[1:]:
    target = json.loads(pathlib.Path(name).read_text())
    for mpi in target["mpi"]:
        launcher = pathlib.Path(mpi.get("launcher", "")).name
        print(f"{name}: {mpi['flavour']} {mpi['abi']} {mpi['version']} {mpi['soname']}", f"launched by {launcher}" if launcher else "")
    for library in target["interconnect"]["libraries"]:
        if library["name"] == "libfabric":
            print("libfabric", library["version"], *[p for p in library["providers"] if p == "verbs"])
