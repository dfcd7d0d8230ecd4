# SPDX-License-Identifier: Apache-2.0
"""Reading an IR image that lies in an OCI layout (ir/FORMAT.md)."""
import json
import subprocess

from measure import Unmeasurable


class ImageLayout:
    def __init__(self, folder, tag):
        self._blobs = folder / "blobs" / "sha256"
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        tags = {entry.get("annotations", {}).get("org.opencontainers.image.ref.name"): entry
                for entry in index["manifests"]}
        if tag not in tags:
            raise Unmeasurable(f"`{folder}` has no tag `{tag}`")
        entries = self._document(tags[tag])["manifests"]
        self.generic = self._document(entries[0])
        self.ir = self._document(entries[1])

    def _path(self, descriptor):
        return self._blobs / descriptor["digest"].removeprefix("sha256:")

    def _document(self, descriptor):
        data = self._path(descriptor).read_bytes()
        if descriptor["mediaType"].endswith("+zstd"):
            data = subprocess.run(["zstd", "-dcq"], input=data, check=True, capture_output=True).stdout
        return json.loads(data)

    def ir_manifest(self):
        return self._document(self.ir["config"])

    def base_bytes(self):
        return self.generic["layers"][0]["size"]

    def application_bytes(self):
        return sum(layer["size"] for layer in self.generic["layers"][1:])

    def ir_bytes(self):
        return sum(layer["size"] for layer in self.ir["layers"])

    def unpack_generic(self, folder):
        """The file system of the generic image."""
        for layer in self.generic["layers"]:
            subprocess.run(["tar", "-C", folder, "--no-same-owner", "-xzf", self._path(layer)], check=True)

    def unpack_ir(self, folder):
        """Files blobs/HEX."""
        for layer in self.ir["layers"]:
            subprocess.run(["tar", "-C", folder, "--no-same-owner", "--zstd", "-xf", self._path(layer)],
                           check=True)
