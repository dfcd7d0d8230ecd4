#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""cut_archive.py ARCHIVE COUNT: cuts it at COUNT places between nothing and all but its end marker;
`xaas-deploy specialize` refuses each piece with a message and a code, and writes nothing."""
import pathlib
import re
import subprocess
import sys

archive, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
whole = archive.read_bytes()
end = len(whole.rstrip(b"\0"))
piece, output = archive.with_name("piece.tar"), archive.with_name("piece-tree")
for i in range(count):
    piece.write_bytes(whole[:end * i // count])
    done = subprocess.run(["xaas-deploy", "specialize", f"oci-archive:{piece}", "--output",
                           f"tree:{output}", "--no-cache", "-q"], capture_output=True, text=True,
                          timeout=60, check=False)
    told = re.search(r"^xaas-deploy: error: .* \[(archive|blob|layout)\.[a-z-]+\]$", done.stderr, re.M)
    if done.returncode != 1 or not told or output.exists():
        sys.exit(f"{end * i // count} of {end} bytes: ended with {done.returncode}: {done.stderr}")
print(f"{count} times refused")
