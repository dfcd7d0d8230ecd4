# SPDX-License-Identifier: Apache-2.0
"""Says how many sources of an image are the same unit for both kinds of MPI, and why the others are not: all of them must see mpi.h, and
there may be no more of them than MOST. Usage: mpi_sharing.py MANIFEST MOST"""
import collections
import json
import sys

units = json.load(open(sys.argv[1], encoding="utf-8"))["units"]
by_source = collections.defaultdict(dict)
for unit in units:  # those that differ in debug information are one
    by_source[unit["source"]].setdefault(unit["bitcode"] or unit["machine_code"], []).append(unit)
differing = {source: sum(made.values(), []) for source, made in by_source.items() if len(made) > 1}
blind = [source for source, made in differing.items()
         if not any(one["name"].endswith("/mpi.h") for unit in made for one in unit.get("differences", []))]
print(f"{len(by_source) - len(differing)} of {len(by_source)} sources are the same unit for both, "
      f"{len(differing)} differ and see mpi.h")
assert not blind, f"these differ and do not see mpi.h: {blind}"
assert len(differing) <= int(sys.argv[2]), sorted(differing)
