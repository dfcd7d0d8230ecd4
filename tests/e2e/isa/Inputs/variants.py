# SPDX-License-Identifier: Apache-2.0
"""One line for each unit of an IR manifest on stdin: source, what it asks for, its variants."""
import json
import sys

manifest = json.load(sys.stdin)
print("isas:", *manifest["isas"])
for unit in sorted(manifest["units"], key=lambda unit: unit["source"]):
    bitcode = [unit["bitcode"]] + [variant["bitcode"] for variant in unit["variants"]]
    assert len(set(bitcode)) == len(bitcode), unit["source"]
    for variant in unit["variants"]:
        assert variant["bitcode"] in manifest["blobs"] or any(
            blob["content"] == variant["bitcode"] for blob in manifest["blobs"]), unit["source"]
    print(unit["source"] + ":", "asks=" + ",".join(unit["asks"]),
          "variants=" + ",".join(variant["isa"] for variant in unit["variants"]),
          "bound" if unit["abi_bound"] else "free", "kept" if unit["reason"] else "lowered")
    for variant in unit["variants"]:
        print("  ", variant["isa"], "needs", *variant["needs"])
