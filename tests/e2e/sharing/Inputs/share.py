#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Captures the configurations of SRC (its build.sh and xaas.json) and says what they share.

  share.py SRC WORK [--run]

Prints one line for each source, with the values that have one unit of it together:
    x.c: a b | c
then how many units there are, and the compiles that were asked for and done. With --run, each
configuration is deployed alone and run; it must print what the program prints that the compiler
alone makes of the same source.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys


def read_points(source):
    return json.loads((source / "xaas.json").read_text())["points"]


def capture(source, work):
    # Code for other processors is another matter: here each configuration is what its build made.
    command = ["xaas-build", "ir", "--source", source, "--output", f"oci:{work}/image", "--isa", "none", "--json"]
    done = subprocess.run([*command, "--base", "empty", "--", "sh", "build.sh"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"xaas-build: {done.returncode}\n{done.stdout}{done.stderr}")
    for line in done.stderr.splitlines():
        if "warning" in line:
            print(line)
    return json.loads(done.stdout)


def units_of(manifest, configuration):
    units = set()
    for product in configuration["products"]:
        for item in manifest["links"][manifest["products"][product]["link"]]["items"]:
            units |= {item["unit"]} if "unit" in item else set(item.get("members", []))
    return units


def print_sharing(work):
    text = subprocess.run(["xaas-build", "inspect", f"oci:{work}/image", "--json"], check=True,
                          capture_output=True, text=True).stdout
    manifest = json.loads(text)
    sources = {}
    for configuration in manifest["configurations"]:
        value = "+".join(configuration["values"].values())
        for index in sorted(units_of(manifest, configuration)):
            unit = manifest["units"][index]
            code = unit["machine_code"] if unit["reason"] else unit["bitcode"]
            sources.setdefault(unit["source"], {}).setdefault(code, [])
            if value not in sources[unit["source"]][code]:
                sources[unit["source"]][code].append(value)
    for source in sorted(sources):
        groups = sorted(" ".join(sorted(values)) for values in sources[source].values())
        print(f"{source}: {' | '.join(groups)}")
    print(f"units: {len(manifest['units'])}")


def output_of(program):
    done = subprocess.run([program], capture_output=True, text=True)
    return f"{done.stdout.strip()} (exit code {done.returncode})"


def run_deployed(work, setting):
    tree = work / "deployed" / setting
    subprocess.run(["xaas-deploy", "specialize", f"oci:{work}/image", "--set", setting, "--no-cache", "-q",
                    "--output", f"tree:{tree}"], check=True)
    return output_of(tree / "bin/app")


def run_plain(source, work, point, value):
    folder = work / "plain" / value["name"]
    shutil.copytree(source, folder / "source")
    environment = {**os.environ, "CC": "clang-22", "CXX": "clang++-22", "DESTDIR": str(folder / "root"),
                   "PREFIX": "/usr/local",
                   **value.get("build", {}).get("env", {}),
                   f"XAAS_POINT_{point['name'].upper()}": value["name"]}
    subprocess.run(["sh", "build.sh"], check=True, cwd=folder / "source", env=environment)
    return output_of(folder / "root/usr/local/bin/app")


def main():
    source, work = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    report = capture(source, work)
    print_sharing(work)
    print(f"compiles: {report['compiles']['asked']} asked, {report['compiles']['done']} done")
    if "--run" not in sys.argv[3:]:
        return
    (point,) = read_points(source)
    for value in point["values"]:
        deployed = run_deployed(work, f"{point['name']}={value['name']}")
        plain = run_plain(source, work, point, value)
        if deployed != plain:
            sys.exit(f"{value['name']}: deployed `{deployed}`, plain `{plain}`")
        print(f"{value['name']}: {deployed}")


main()
