#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds a layer to the image `latest` of a layout, made to do harm, with all digests true.

    add_layer.py LAYOUT generic|ir KIND
"""
import gzip
import hashlib
import io
import json
import os
import pathlib
import struct
import sys
import tarfile

layout, whose, kind = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
TAG = "org.opencontainers.image.ref.name"


def tar(*entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for entry, data in entries:
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def entry(name, kind=tarfile.REGTYPE, target="", data=b"x"):
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    made.devmajor = made.devminor = 1
    return made, data if kind == tarfile.REGTYPE else b""


def header(name, size):
    """One ustar header; GNU's base 256 for sizes that no octal number holds."""
    field = b"%011o\0" % size if size < 8 << 30 else b"\x80\0\0\0" + struct.pack(">Q", size)
    block = bytearray(name.encode().ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + field
                      + b"%011o\0" % 0 + b" " * 8 + b"0" + b"\0" * 100 + b"ustar\x0000")
    block += b"\0" * (512 - len(block))
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def repeated(first, part, times):
    """gzip members one after the other: what is made once unpacks `times` times."""
    return gzip.compress(first, mtime=0) + gzip.compress(part, mtime=0) * times


MEGABYTES = 1 << 20
KINDS = {
    "dots": lambda: tar(entry("../../../../../../../../tmp/xaas-escaped")),
    "dots-inside": lambda: tar(entry("usr/../../x")),
    "absolute": lambda: tar(entry("/tmp/xaas-escaped")),
    "link-out": lambda: tar(entry("out", tarfile.SYMTYPE, "../../../../../../../../tmp"),
                            entry("out/xaas-escaped")),
    "absolute-link": lambda: tar(entry("out", tarfile.SYMTYPE, "/tmp"), entry("out/xaas-escaped")),
    # Both are harmless in the image; a tree has what is below the prefix at its top.
    "meeting-links": lambda: tar(entry("usr/local/v", tarfile.SYMTYPE, "/tmp"),
                                 entry("v/xaas-escaped")),
    "record-link": lambda: tar(entry("usr/local/.xaas", tarfile.SYMTYPE, "/tmp")),
    "hard-link": lambda: tar(entry("passwd", tarfile.LNKTYPE, "../../../../../../etc/passwd")),
    "hard-link-absolute": lambda: tar(entry("passwd", tarfile.LNKTYPE, "/etc/passwd")),
    "character-device": lambda: tar(entry("dev/mem", tarfile.CHRTYPE)),
    "block-device": lambda: tar(entry("dev/sda", tarfile.BLKTYPE)),
    "fifo": lambda: tar(entry("pipe", tarfile.FIFOTYPE)),
    "long-name": lambda: tar(entry("n" * 300)),
    "deep": lambda: tar(entry("d/" * 800 + "f")),
    "deeper": lambda: tar(entry("d/" * 2000 + "f")),
    "too-deep": lambda: tar(entry("d/" * 5000 + "f")),
    "endless-name": lambda: tar(entry("n" * (4 * MEGABYTES))),
    "claims-much": lambda: header("big", 1 << 60) + b"\0" * 512,
    # 1.5 GiB in 1.5 MB
    "ratio": lambda: repeated(header("big", 1 << 60), b"\0" * (64 * MEGABYTES), 24),
    "entries": lambda: repeated(b"", header("x", 0) * 10000, 100),
    "bind-link": lambda: tar(entry(os.environ["LINK"], tarfile.SYMTYPE, os.environ["TARGET"])),
    "moved-file": lambda: tar(entry(os.environ["LINK"], tarfile.SYMTYPE, os.environ["TARGET"]),
                              entry(os.environ["TARGET"].lstrip("/"),
                                    data=pathlib.Path(os.environ["CONTENT"]).read_bytes())),
    "not-utf8": lambda: tar(entry("usr/local/share/na\udcffme")),
    "plain": lambda: tar(entry("usr/local/share/x")),
}


def put(descriptor, data):
    descriptor["digest"] = "sha256:" + hashlib.sha256(data).hexdigest()
    descriptor["size"] = len(data)
    (layout / "blobs/sha256" / descriptor["digest"].removeprefix("sha256:")).write_bytes(data)


def read(descriptor):
    return json.loads((layout / "blobs/sha256" /
                       descriptor["digest"].removeprefix("sha256:")).read_bytes())


index = json.loads((layout / "index.json").read_text())
tagged = next(d for d in index["manifests"] if d["annotations"][TAG] == "latest")
image = read(tagged)
descriptor = next(d for d in image["manifests"]
                  if ("org.xaas.ir" in d.get("annotations", {})) == (whose == "ir"))
manifest = read(descriptor)
data = KINDS[kind]()
packed = data if data.startswith(b"\x1f\x8b") else gzip.compress(data, mtime=0)
layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip"}
put(layer, packed)
if whose == "generic":
    manifest["layers"].append(layer)
    config = read(manifest["config"])
    config["rootfs"]["diff_ids"].append("sha256:" + hashlib.sha256(data).hexdigest())
    put(manifest["config"], json.dumps(config).encode())
else:
    manifest["layers"].insert(0, layer)
put(descriptor, json.dumps(manifest).encode())
put(tagged, json.dumps(image).encode())
(layout / "index.json").write_text(json.dumps(index))
