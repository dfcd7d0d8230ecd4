# SPDX-License-Identifier: Apache-2.0
"""Prints a target description with an MPI of MPICH's kind added."""
import json
import sys

target = json.load(open(sys.argv[1], encoding="utf-8"))
target["name"] = "with-mpich"
target["mpi"] = [{"flavour": "mpich", "abi": "mpich", "version": "4.0"}]
print(json.dumps(target, indent=2))
