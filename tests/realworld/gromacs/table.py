#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prints what a capture of several configurations shared, as a table, from its `ir --json`."""
import json
import sys

report = json.load(open(sys.argv[1], encoding="utf-8"))
print("| configuration | compiles asked | done | by files | by text | units | compile time | whole build |")
print("|---|---|---|---|---|---|---|---|")
for one in report["configurations"]:
    if "failed" in one:
        print(f"| {one['name']} | {one['failed']} | | | | | | |")
        continue
    compiles = one["compiles"]
    name = ",".join(word for word in one["name"].split(",") if not word.startswith("parts="))
    print(f"| {name} | {compiles['asked']} | {compiles['done']} | {compiles['same_inputs']} | {compiles['same_text']} "
          f"| {one['units']} | {one['compile_seconds']:.0f} s | {one['seconds']:.0f} s |")
compiles, units = report["compiles"], report["units"]
separate = sum(one.get("units", 0) for one in report["configurations"])
print(f"\n{compiles['asked']} compiles asked, {compiles['done']} done; {separate} units, {units['distinct']} distinct kept; "
      f"IR {report['bytes']['ir_layers'] / 1e6:.1f} MB, image layers {report['bytes']['image_layers'] / 1e6:.1f} MB; "
      f"{report['seconds']['total']:.0f} s of this run")
