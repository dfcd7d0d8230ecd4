#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# zstd from its Debian source package, its Makefile, assembly and run-time dispatch unmodified:
# captured twice, specialized for this machine, checked byte for byte, and compared in speed.
# Usage: tests/realworld/zstd.sh FOLDER-OF-PROGRAMS [WORK-FOLDER]
#
# Prints `ok WHAT`, `not ok WHAT` or `skip WHAT` for each check, and last `N passed, N failed`.
set -uo pipefail
export LC_ALL=C.UTF-8
[[ $# == 1 || $# == 2 ]] || { sed -n '4,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
export PATH="$(realpath "$1"):$PATH"
. "$here/checks.sh"

work=$(realpath -m "${2:-$here/../../build/realworld/zstd}")
rm -rf "$work"
mkdir -p "$work"
cd "$work" || exit 1

source=$("$here/fetch_source.sh" zstd) || { not_ok "the source package can be fetched"; finish; }

# Two copies in folders whose names differ in length, built with different parallelism.
cp -r "$source" a
mkdir -p elsewhere/and-deeper
cp -r "$source" elsewhere/and-deeper/b
capture() { xaas-build ir --source "$1" --output "oci:images:$2" --jobs "$3" -q; }
check "zstd is captured by its own Makefile" saves first capture a first 2
check "it is captured again elsewhere" saves second capture elsewhere/and-deeper/b second 1
check "both captures have the same digest" cmp first second

xaas-build inspect oci:images:first --json >manifest.json || echo '{}' >manifest.json
check "every unit is captured, or opaque with a reason" every_unit_explained manifest.json
check "the assembly is named as opaque" python3 -c '
import json
units = json.load(open("manifest.json"))["units"]
assembly = [u for u in units if u["source"].endswith("huf_decompress_amd64.S")]
assert assembly and all(u.get("reason") and not u.get("bitcode") for u in assembly), assembly'

check "it is specialized for this machine" \
  xaas-deploy specialize oci:images:first --output tree:here --cache cache
check "it is specialized again from the cache, with the same result" sh -c '
  xaas-deploy specialize oci:images:first --output tree:again --cache cache &&
  diff -r --no-dereference here/usr/local again/usr/local'

# A corpus that is the same every time: the source tree itself, and some of it twice.
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --exclude=debian \
  -cf corpus -C "$source" lib programs tests doc zlibWrapper
generic() { xaas-deploy run oci:images:first -- zstd "$@"; }
native() { xaas-deploy run here -- zstd "$@"; }
same_output() {
  generic -q -f -c "-$1" corpus >generic.zst && native -q -f -c "-$1" corpus >native.zst &&
    cmp generic.zst native.zst && native -q -d -c generic.zst | cmp - corpus
}
for level in 1 3 9 19; do
  check "level $level: the same bytes as the generic build's" same_output "$level"
done
finish
