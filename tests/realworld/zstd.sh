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
capture() {
  xaas-build ir --source "$1" --output "oci:images:$2" --entrypoint zstd --jobs "$3" -q
}
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

check "it is specialized for this machine" saves record.json \
  xaas-deploy specialize oci:images:first --output tree:here --cache cache --json
check "it is specialized again from the cache, with the same result" sh -c '
  xaas-deploy specialize oci:images:first --output tree:again --prefix "$PWD/here" --cache cache -q &&
  diff -r --no-dereference here again'
# The widest vectors that code generation uses are the target's: 256 bits from AVX2 on.
if grep -qw avx2 /proc/cpuinfo; then
  check "its instructions are this machine's" python3 -c '
import json
census = {p["path"]: p["census"] for p in json.load(open("record.json"))["targets"][0]["products"]}
zstd = census["/usr/local/bin/zstd"]
assert zstd["widest_vector_bits"] >= 256 and zstd["instructions"].get("AVX2", 0) > 0, zstd'
else
  skip "its instructions are this machine's: there is no AVX2 here"
fi

# A corpus that is the same every time: the source tree itself, and some of it twice.
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --exclude=debian \
  -cf corpus -C "$source" lib programs tests doc zlibWrapper
generic() { xaas-deploy run oci:images:first -- "$@"; }
specialized() { xaas-deploy run here -- "$@"; }
same_output() {
  generic -q -f -c "-$1" corpus >generic.zst && specialized -q -f -c "-$1" corpus >specialized.zst &&
    cmp generic.zst specialized.zst && specialized -q -d -c generic.zst | cmp - corpus
}
for level in 1 3 9 19; do
  check "level $level: the same bytes as the generic build's" same_output "$level"
done

# On a machine without a compiler: a Debian root with the C library, a shell and little else, no
# network, and nothing of ours but the program and the image.
bare_root() {
  local sources=/etc/apt/sources.list.d/debian.sources
  [[ -f $sources ]] || sources=/etc/apt/sources.list
  mmdebstrap --quiet --variant=extract --include=libc6,dash,coreutils,base-files \
    --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr bookworm bare "$sources" || return
  cp -r images "$(command -v xaas-deploy)" corpus bare/
}
within() { bwrap --bind bare / --proc /proc --dev /dev --unshare-all --clearenv --chdir / "$@"; }
has_no_compiler() {
  [[ -x bare/usr/bin/dash ]] &&
    ! find bare/usr/bin bare/usr/sbin -name '*gcc*' -o -name 'clang*' -o -name 'ld*' -o -name 'c[c+]*' |
      grep -vE '/ld(d|config)$' | grep .
}
if ldd "$(command -v xaas-deploy)" >/dev/null 2>&1; then
  skip "it is specialized without a compiler: this xaas-deploy is not static"
elif ! bwrap --ro-bind / / --unshare-all true; then
  skip "it is specialized without a compiler: bwrap does not work here"
elif ! check "there is a root without a compiler" bare_root; then
  :
else
  check "it has no compiler" has_no_compiler
  check "it is specialized there" within /xaas-deploy specialize oci:/images:first --output tree:/zstd --no-cache -q
  check "the program is the one that was made here" cmp bare/zstd/bin/zstd here/bin/zstd
  check "it compresses there as the generic program does here" sh -c '
    bwrap --bind bare / --proc /proc --dev /dev --unshare-all --clearenv --chdir / \
      /zstd/bin/zstd -q -f -c -3 /corpus >there.zst &&
    xaas-deploy run oci:images:first -- -q -f -c -3 corpus | cmp - there.zst'
fi

# In speed it must keep up with what clang makes of the same source for this machine by hand.
cp -r "$source" by-hand
check "clang builds it by hand for this machine" make -s -j"$(nproc)" -C by-hand zstd-release \
  CC=clang-22 CFLAGS='-O3 -march=native'
# `zstd -q -b` prints: -3  1871328 (3.672) 225.77 MB/s  921.4 MB/s  corpus
bench="zstd -q -b3 -i1 $work/corpus"
check "it compresses at 0.90 times the speed of clang's native build at least" \
  xaas-deploy compare here by-hand/programs/zstd --run "$bench" --repeat 8 --at-least 0.90 \
  --metric '\) +([0-9.]+) MB/s'
check "it decompresses at 0.90 times the speed of clang's native build at least" \
  xaas-deploy compare here by-hand/programs/zstd --run "$bench" --repeat 8 --at-least 0.90 \
  --metric 'MB/s +([0-9.]+) MB/s'
finish
