# SPDX-License-Identifier: Apache-2.0
"""Lets a deployment's record say that libraries of modules were linked: FOLDER MODULES..."""
import json
import sys

path = sys.argv[1] + "/.xaas/deployment.json"
record = json.load(open(path))
record["targets"][0]["libraries"] = [
    {"interface": "x", "implementation": "x", "soname": "libx.so", "path": "/x/libx.so",
     "content": "sha256:" + "0" * 64, "stands_for": [], "module": module} for module in sys.argv[2:]]
json.dump(record, open(path, "w"))
