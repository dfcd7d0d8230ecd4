# SPDX-License-Identifier: Apache-2.0
"""Fails unless the image holds less than half the units that its configurations have each."""
import json
import sys

report = json.load(open(sys.argv[1], encoding="utf-8"))
separate = sum(configuration["units"] for configuration in report["configurations"])
together = report["units"]["distinct"]
print(f"{together} distinct units; {separate} in {len(report['configurations'])} separate captures")
assert sum(report["sharing"].values()) == together and report["sharing"]["all"] > 0, report["sharing"]
sys.exit(0 if len(report["configurations"]) == 8 and 2 * together < separate else 1)
