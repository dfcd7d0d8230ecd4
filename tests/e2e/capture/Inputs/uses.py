# SPDX-License-Identifier: Apache-2.0
"""One line for each shared library of each link of an IR manifest on stdin: what is taken from it."""
import json
import sys

for link in json.load(sys.stdin)["links"]:
    for item in link["items"]:
        if "library" in item:
            uses = ":" + "".join(f" {symbol}" for symbol in item["uses"]) if "uses" in item else " unknown"
            print(f"{link['name']} {item['library']}{uses}")
