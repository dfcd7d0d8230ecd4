#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts a command many times at once and counts how often an image is unpacked meanwhile.

    ranks.py TMPDIR COUNT OUTPUT COMMAND...

Each must print OUTPUT and end with 0. The kernel (inotify) tells which folders are made where images
are unpacked: each unpacking has a temporary one, and no two have the same name.
"""
import ctypes
import os
import pathlib
import struct
import subprocess
import sys

temporary, count, expected, *command = sys.argv[1:]
own = pathlib.Path(temporary) / f"xaas-{os.getuid()}"
roots = own / "roots"
roots.mkdir(parents=True, exist_ok=True)
own.chmod(0o700)

CREATED = 0x100
libc = ctypes.CDLL(None, use_errno=True)
watch = libc.inotify_init1(os.O_NONBLOCK)
assert watch >= 0 and libc.inotify_add_watch(watch, bytes(roots), CREATED) >= 0, ctypes.get_errno()

ranks = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
         for _ in range(int(count))]
for rank in ranks:
    output, errors = rank.communicate()
    if rank.returncode != 0 or output.strip() != expected:
        sys.exit(f"a rank ended with {rank.returncode}: {output}{errors}")

names = set()
while True:
    try:
        events = os.read(watch, 65536)
    except BlockingIOError:
        break
    while events:
        _, _, _, length = struct.unpack_from("iIII", events)
        names.add(events[16:16 + length].rstrip(b"\0").decode())
        events = events[16 + length:]
made = sum(name.startswith(".xaas-tmp-") for name in names)
left = [path.name for path in roots.glob(".xaas-tmp-*")]
if left:
    sys.exit(f"left {left}")
print(f"{count} ranks, unpacked {made} time{'' if made == 1 else 's'}")
