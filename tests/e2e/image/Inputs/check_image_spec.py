#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks an OCI image layout against the tables of image-spec 1.1, with nothing of this project.

check_image_spec.py LAYOUT [TAG ...] prints one problem per line and exits 1 if there is any. All
that index.json leads to is read; with tags, each of them must be there.
"""
import base64
import binascii
import gzip
import hashlib
import io
import json
import re
import sys
import tarfile
from pathlib import Path

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
EMPTY = "application/vnd.oci.empty.v1+json"
LAYERS = {"application/vnd.oci.image.layer.v1.tar": "",
          "application/vnd.oci.image.layer.v1.tar+gzip": "gzip",
          "application/vnd.oci.image.layer.v1.tar+zstd": "zstd"}

# descriptor.md, digests
DIGEST = re.compile(r"[a-z0-9]+([+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+")
HEX_LENGTHS = {"sha256": 64, "sha512": 128}
# RFC 6838, section 4.2
NAME = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
MEDIA_TYPE = re.compile(f"{NAME}/{NAME}")
# annotations.md, org.opencontainers.image.ref.name
COMPONENT = r"[A-Za-z0-9]+((--|[-._:@+])[A-Za-z0-9]+)*"
REFERENCE = re.compile(f"{COMPONENT}(/{COMPONENT})*")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
VARIABLE = re.compile(r"[^=]+=.*", re.DOTALL)

# (field, type, required) as in the tables of the specification.
DESCRIPTOR_FIELDS = [("mediaType", str, True), ("digest", str, True), ("size", int, True),
                     ("urls", list, False), ("annotations", dict, False), ("data", str, False),
                     ("artifactType", str, False)]
PLATFORM_FIELDS = [("architecture", str, True), ("os", str, True), ("os.version", str, False),
                   ("os.features", list, False), ("variant", str, False)]
INDEX_FIELDS = [("schemaVersion", int, True), ("mediaType", str, False),
                ("artifactType", str, False), ("manifests", list, True), ("subject", dict, False),
                ("annotations", dict, False)]
MANIFEST_FIELDS = [("schemaVersion", int, True), ("mediaType", str, False),
                   ("artifactType", str, False), ("config", dict, True), ("layers", list, True),
                   ("subject", dict, False), ("annotations", dict, False)]
CONFIG_FIELDS = [("created", str, False), ("author", str, False), ("architecture", str, True),
                 ("os", str, True), ("os.version", str, False), ("os.features", list, False),
                 ("variant", str, False), ("config", dict, False), ("rootfs", dict, True),
                 ("history", list, False)]
RUN_FIELDS = [("User", str, False), ("ExposedPorts", dict, False), ("Env", list, False),
              ("Entrypoint", list, False), ("Cmd", list, False), ("Volumes", dict, False),
              ("WorkingDir", str, False), ("Labels", dict, False), ("StopSignal", str, False),
              ("ArgsEscaped", bool, False)]
HISTORY_FIELDS = [("created", str, False), ("author", str, False), ("created_by", str, False),
                  ("comment", str, False), ("empty_layer", bool, False)]


class Checker:
    def __init__(self, layout):
        self.layout = Path(layout)
        self.problems = []
        self.seen = set()
        self.tags = []

    def say(self, where, text):
        self.problems.append(f"{where}: {text}")

    def fields(self, where, value, table):
        """False when nothing more can be said about this value."""
        if not isinstance(value, dict):
            self.say(where, "is not an object")
            return False
        for name, kind, required in table:
            if name not in value:
                if required:
                    self.say(where, f"lacks the required {name}")
                continue
            given = value[name]
            if not isinstance(given, kind) or (kind is int and isinstance(given, bool)):
                self.say(where, f"{name} is not of type {kind.__name__}: {given!r}")
            elif kind is list and name in ("urls", "os.features", "Env", "Entrypoint", "Cmd"):
                if not all(isinstance(word, str) for word in given):
                    self.say(where, f"{name} holds something else than strings")
        return all(isinstance(value.get(name), kind)
                   for name, kind, required in table if required)

    def annotations(self, where, value):
        """annotations.md: string keys, unique and not empty, string values."""
        for key, text in value.get("annotations", {}).items():
            if not key or not isinstance(text, str):
                self.say(where, f"annotation {key!r}: {text!r}")
            if key == "org.opencontainers.image.created" and not TIME.fullmatch(str(text)):
                self.say(where, f"annotation {key} is no time of RFC 3339: {text!r}")

    def blob(self, where, digest, size):
        algorithm, _, code = digest.partition(":")
        path = self.layout / "blobs" / algorithm / code
        if not path.is_file():
            self.say(where, f"blob {digest} is not in the layout")
            return None
        content = path.read_bytes()
        if len(content) != size:
            self.say(where, f"blob {digest} has {len(content)} bytes, not {size}")
        if algorithm in HEX_LENGTHS and hashlib.new(algorithm, content).hexdigest() != code:
            self.say(where, f"blob {digest} has other content than its name says")
        return content

    def descriptor(self, where, value, optional=False):
        """descriptor.md; the content, or None."""
        if not self.fields(where, value, DESCRIPTOR_FIELDS):
            return None
        self.annotations(where, value)
        digest, size = value["digest"], value["size"]
        algorithm, _, code = digest.partition(":")
        if not DIGEST.fullmatch(digest):
            self.say(where, f"digest {digest!r} does not follow the grammar")
            return None
        if algorithm in HEX_LENGTHS and not re.fullmatch(
                f"[a-f0-9]{{{HEX_LENGTHS[algorithm]}}}", code):
            self.say(where, f"digest {digest!r} is no {algorithm} in lower-case hexadecimal")
            return None
        for name in ("mediaType", "artifactType"):
            if name in value and not MEDIA_TYPE.fullmatch(value[name]):
                self.say(where, f"{name} {value[name]!r} does not follow RFC 6838")
        if size < 0:
            self.say(where, f"size is {size}")
        if "platform" in value:
            self.fields(f"{where}: platform", value["platform"], PLATFORM_FIELDS)
        if "data" in value:
            self.embedded(where, value)
        if optional and not (self.layout / "blobs" / algorithm / code).is_file():
            return None
        return self.blob(where, digest, size)

    def embedded(self, where, value):
        try:
            data = base64.b64decode(value["data"], validate=True)
        except (binascii.Error, ValueError):
            self.say(where, "data is not base 64")
            return
        algorithm, _, code = value["digest"].partition(":")
        if len(data) != value["size"] or hashlib.new(algorithm, data).hexdigest() != code:
            self.say(where, "data is other content than digest and size say")

    def document(self, where, content):
        def unique(pairs):
            names = [name for name, _ in pairs]
            if len(names) != len(set(names)):
                self.say(where, "an object has a member twice")
            return dict(pairs)
        try:
            return json.loads(content.decode("utf-8"), object_pairs_hook=unique)
        except (UnicodeDecodeError, json.JSONDecodeError) as error:
            self.say(where, f"is not JSON: {error}")
            return None

    def head(self, where, value, media_type):
        if value.get("schemaVersion") != 2:
            self.say(where, f"schemaVersion is {value.get('schemaVersion')!r}, not 2")
        # "This property SHOULD be used and remain compatible".
        if value.get("mediaType") != media_type:
            self.say(where, f"mediaType is {value.get('mediaType')!r}, not {media_type}")
        self.annotations(where, value)

    def index(self, where, value):
        if not self.fields(where, value, INDEX_FIELDS):
            return
        self.head(where, value, INDEX)
        if "subject" in value:
            self.descriptor(f"{where}: subject", value["subject"], optional=True)
        for number, entry in enumerate(value["manifests"]):
            self.entry(f"{where}: manifests[{number}]", entry)

    def entry(self, where, entry):
        content = self.descriptor(where, entry)
        if content is None:
            return
        kind = entry["mediaType"]
        if kind not in (INDEX, MANIFEST):
            return
        value = self.document(where, content)
        if value is None or entry["digest"] in self.seen:
            return
        self.seen.add(entry["digest"])
        name = f"{where} -> {entry['digest'][:19]}"
        if kind == INDEX:
            self.index(name, value)
        else:
            self.manifest(name, value, entry.get("platform"))

    def manifest(self, where, value, platform):
        if not self.fields(where, value, MANIFEST_FIELDS):
            return
        self.head(where, value, MANIFEST)
        if "subject" in value:
            self.descriptor(f"{where}: subject", value["subject"], optional=True)
        config = self.descriptor(f"{where}: config", value["config"])
        kind = value["config"].get("mediaType")
        artifact = value.get("artifactType")
        if kind == EMPTY and not artifact:
            self.say(where, "artifactType must be set when the config is the empty one")
        if artifact is not None and not MEDIA_TYPE.fullmatch(artifact):
            self.say(where, f"artifactType {artifact!r} does not follow RFC 6838")
        if not value["layers"]:
            self.say(where, "has no layer; the specification wants at least one")
        layers = [self.descriptor(f"{where}: layers[{number}]", layer)
                  for number, layer in enumerate(value["layers"])]
        if kind == CONFIG and config is not None:
            self.image(where, value, config, layers, platform)

    def image(self, where, value, content, layers, platform):
        config = self.document(f"{where}: config", content)
        if config is None or not self.fields(f"{where}: config", config, CONFIG_FIELDS):
            return
        self.configuration(f"{where}: config", config)
        for name in ("architecture", "os", "variant"):
            if platform is not None and platform.get(name) != config.get(name):
                self.say(where, f"{name} is {platform.get(name)!r} in the index and "
                                f"{config.get(name)!r} in the config")
        diff_ids = config["rootfs"].get("diff_ids", [])
        if len(diff_ids) != len(layers):
            self.say(where, f"{len(layers)} layers, but {len(diff_ids)} diff_ids")
        filled = [entry for entry in config.get("history", []) if not entry.get("empty_layer")]
        if "history" in config and len(filled) != len(layers):
            self.say(where, f"{len(layers)} layers, but the history tells of {len(filled)}")
        for number, (layer, diff_id) in enumerate(zip(layers, diff_ids)):
            if layer is not None:
                self.layer(f"{where}: layers[{number}]", value["layers"][number], layer, diff_id)

    def configuration(self, where, config):
        rootfs = config["rootfs"]
        if rootfs.get("type") != "layers":
            self.say(where, f"rootfs.type is {rootfs.get('type')!r}, not layers")
        for digest in rootfs.get("diff_ids", []):
            if not re.fullmatch("sha256:[a-f0-9]{64}", str(digest)):
                self.say(where, f"diff_id {digest!r} is no digest")
        if "created" in config and not TIME.fullmatch(str(config["created"])):
            self.say(where, f"created is no time of RFC 3339: {config['created']!r}")
        run = config.get("config", {})
        self.fields(f"{where}.config", run, RUN_FIELDS)
        for variable in run.get("Env") or []:
            if not VARIABLE.fullmatch(str(variable)):
                self.say(where, f"Env holds {variable!r}, which is not NAME=VALUE")
        if not str(run.get("WorkingDir", "/")).startswith("/"):
            self.say(where, f"WorkingDir {run['WorkingDir']!r} is not absolute")
        for number, entry in enumerate(config.get("history", [])):
            self.fields(f"{where}: history[{number}]", entry, HISTORY_FIELDS)

    def layer(self, where, descriptor, content, diff_id):
        packing = LAYERS.get(descriptor["mediaType"])
        if packing is None:
            self.say(where, f"an image's layer of media type {descriptor['mediaType']}")
            return
        if packing == "zstd":
            return  # not in Python's library
        try:
            text = gzip.decompress(content) if packing == "gzip" else content
        except (OSError, EOFError) as error:
            self.say(where, f"is not gzip: {error}")
            return
        if "sha256:" + hashlib.sha256(text).hexdigest() != diff_id:
            self.say(where, f"unpacks to other bytes than diff_id {diff_id} says")
        self.changeset(where, text)

    def changeset(self, where, text):
        """layer.md: a tar archive, no path twice, nothing outside of the root."""
        paths = set()
        try:
            with tarfile.open(fileobj=io.BytesIO(text), mode="r:") as archive:
                for member in archive:
                    path = member.name.rstrip("/")
                    parts = path.split("/")
                    if path.startswith("/") or ".." in parts:
                        self.say(where, f"{member.name!r} leads out of the root")
                    if path in paths:
                        self.say(where, f"{member.name!r} is there twice")
                    paths.add(path)
                    if parts[-1].startswith(".wh.") and member.size:
                        self.say(where, f"the whiteout {member.name!r} is not empty")
        except tarfile.TarError as error:
            self.say(where, f"is not tar: {error}")

    def run(self):
        """image-layout.md"""
        marker = self.layout / "oci-layout"
        version = self.document("oci-layout", marker.read_bytes()) if marker.is_file() else {}
        if (version or {}).get("imageLayoutVersion") != "1.0.0":
            self.say("oci-layout", "is not there with imageLayoutVersion 1.0.0")
        if not (self.layout / "blobs").is_dir() or not (self.layout / "index.json").is_file():
            self.say("layout", "lacks blobs or index.json")
            return
        index = self.document("index.json", (self.layout / "index.json").read_bytes())
        if not isinstance(index, dict):
            return
        # Many tools leave its mediaType out.
        index.setdefault("mediaType", INDEX)
        self.index("index.json", index)
        for entry in index.get("manifests", []):
            tag = entry.get("annotations", {}).get("org.opencontainers.image.ref.name")
            if tag is None:
                continue
            if not REFERENCE.fullmatch(tag):
                self.say("index.json", f"tag {tag!r} does not follow the grammar")
            if tag in self.tags:
                self.say("index.json", f"tag {tag!r} is there twice")
            self.tags.append(tag)
        for path in (self.layout / "blobs").glob("*/*"):
            content = path.read_bytes()
            if path.parent.name not in HEX_LENGTHS:
                self.say(str(path), "is of an algorithm that we do not know")
            elif hashlib.new(path.parent.name, content).hexdigest() != path.name:
                self.say(str(path), "has other content than its name says")


def main():
    checker = Checker(sys.argv[1])
    checker.run()
    for tag in sys.argv[2:]:
        if tag not in checker.tags:
            checker.say("index.json", f"has no tag {tag!r}")
    for problem in checker.problems:
        print(problem)
    if not checker.problems:
        print(f"conforms: {len(checker.seen)} manifests and indexes; tags {' '.join(checker.tags)}")
    return 1 if checker.problems else 0


if __name__ == "__main__":
    sys.exit(main())
