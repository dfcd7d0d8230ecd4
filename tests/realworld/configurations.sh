#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# zstd and fftw3 from their Debian source packages, in configurations of the specialization files that
# are shipped for them: each captured in one image, each configuration deployed alone and tried.
# Usage: tests/realworld/configurations.sh FOLDER-OF-PROGRAMS [WORK-FOLDER]
#
# Prints `ok WHAT`, `not ok WHAT` or `skip WHAT` for each check, and last `N passed, N failed`.
set -uo pipefail
export LC_ALL=C.UTF-8
[[ $# == 1 || $# == 2 ]] || { sed -n '4,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
export PATH="$(realpath "$1"):$PATH"
. "$here/checks.sh"
shipped=$here/../../specializations/applications

work=$(realpath -m "${2:-$here/../../build/realworld/configurations}")
rm -rf "$work"
mkdir -p "$work"
cd "$work" || exit 1

# shared REPORT: what was shared, in words, and whether anything was.
shared() {
  python3 - "$1" <<'PYTHON'
import json
import sys

report = json.load(open(sys.argv[1]))
separate = sum(one["units"] for one in report["configurations"])
compiles, units = report["compiles"], report["units"]
print(f"{len(report['configurations'])} configurations: {compiles['done']} of {compiles['asked']} compiles done, "
      f"{units['distinct']} of {separate} units kept")
sys.exit(0 if compiles["done"] < compiles["asked"] and units["distinct"] < separate else 1)
PYTHON
}

source=$("$here/fetch_source.sh" zstd) || { not_ok "zstd's source package can be fetched"; finish; }
check "zstd is captured in eight configurations" saves zstd.json \
  xaas-build ir --source "$source" --spec "$shipped/zstd.json" --set formats=zstd --product zstd=/usr/local/bin/zstd \
  --output oci:images:zstd --json
check "they share compiles and units" shared zstd.json && shared zstd.json
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf corpus -C "$source" lib programs
for threads in on off; do
  for legacy in on off; do
    for assembly in on off; do
      settings=(--set "threads=$threads" --set "legacy=$legacy" --set "assembly=$assembly")
      tree=zstd-$threads-$legacy-$assembly
      check "$tree is deployed" xaas-deploy specialize oci:images:zstd "${settings[@]}" --output "tree:$tree" --cache cache -q
      check "$tree compresses and decompresses" sh -c "$tree/bin/zstd -q -f corpus -o $tree.zst && $tree/bin/zstd -q -d -c $tree.zst | cmp - corpus"
      check "$tree has threads: $threads" sh -c \
        "test -e $tree/bin/zstd && test \"\$(llvm-readelf-22 --dyn-syms $tree/bin/zstd | grep -q pthread_create && echo on || echo off)\" = $threads"
    done
  done
done

source=$("$here/fetch_source.sh" fftw3) || { not_ok "fftw3's source package can be fetched"; finish; }
check "fftw3 is captured in single and double precision, with and without threads" saves fftw3.json \
  xaas-build ir --source "$source" --spec "$shipped/fftw3.json" --set precision=double,single --set simd=none,avx2 \
  --set threads=off,posix --set mpi=off --product tests/bench --output oci:images:fftw3 --json
check "they share compiles and units" shared fftw3.json && shared fftw3.json
for precision in double single; do
  for threads in off posix; do
    tree=fftw3-$precision-$threads
    check "$tree is deployed" xaas-deploy specialize oci:images:fftw3 --set precision=$precision --set threads=$threads \
      --output "tree:$tree" --cache cache -q
    check "$tree verifies its transforms" "$tree/bin/bench" --verify ocf32x16
  done
done
finish
