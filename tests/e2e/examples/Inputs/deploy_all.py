# SPDX-License-Identifier: Apache-2.0
"""Deploys each configuration of IMAGE for TARGET alone, runs it, and says what kind of program it is."""
import json
import subprocess
import sys


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


image, target = sys.argv[1:]
manifest = json.loads(output_of("xaas-build", "inspect", image, "--json"))
for configuration in sorted(manifest["configurations"], key=lambda c: c["name"]):
    settings = [word for point, value in configuration["values"].items() for word in ("--set", f"{point}={value}")]
    tree = "trees/" + configuration["name"]
    output_of("xaas-deploy", "specialize", image, "--target", target, "--output", f"tree:{tree}", "-q", *settings)
    record = json.loads(open(f"{tree}/.xaas/deployment.json", encoding="utf-8").read())
    assert record["configuration"] == configuration["name"], record["configuration"]
    program = f"{tree}/bin/blast"
    printed = output_of(program, "--cells", "24", "--steps", "20").splitlines()
    needed = output_of("llvm-readelf-22", "-d", program)
    symbols = output_of("llvm-readelf-22", "--dyn-syms", program)
    code = output_of("llvm-objdump-22", "-d", "--no-show-raw-insn", program)
    kind = ["MPI" if "libmpi" in needed else "no MPI", "OpenMP" if "__kmpc_" in symbols else "no OpenMP",
            "single" if code.count("mulps") + code.count("mulss") > code.count("mulpd") + code.count("mulsd")
            else "double"]
    (check,) = [line for line in printed if line.startswith("check")]
    print(f"{configuration['name']}: {check}; {', '.join(kind)}")
