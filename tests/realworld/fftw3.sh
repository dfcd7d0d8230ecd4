#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# fftw3 from its Debian source package: Autotools and libtool, static and shared libraries from one
# build, thousands of units, files compiled for newer processors and chosen between at run time.
# Usage: tests/realworld/fftw3.sh FOLDER-OF-PROGRAMS [WORK-FOLDER]
set -uo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
. "$here/package.sh"
begin fftw3 "$@"

# The benchmark runs the same build.
mapfile -t options <"$here/builds/$package.options"
capture "${options[@]}" -- "$(<"$here/builds/$package.sh")"
specialize

# The package's own self-check chooses problems at random: it gets a seed.
self_check() {
  perl -e 'srand(2026); $0 = shift; do $0; die $@ if $@' "$source/tests/check.pl" -r -v "$@" \
    "xaas-deploy run $deployed --entrypoint bench --"
}
both "self-check, estimated plans" self_check --estimate -c=30
both "self-check, measured plans" self_check -c=3
both "self-check, two threads" self_check --estimate -c=10 --nthreads=2

# Its own accuracy check prints the errors of transforms against multiple-precision arithmetic. With
# generic numerics they are the generic image's on every level that this processor has.
problems=()
for size in 15 64 100 375 1024; do
  for kind in ocf ocb orf; do problems+=(-a "$kind$size"); done
done
accuracy() { xaas-deploy run "$1" --entrypoint bench -- -oestimate "${problems[@]}"; }
accuracy "oci:images:$package" >accuracy.generic
check "the accuracy check prints a line for each problem" test "$(wc -l <accuracy.generic)" = 15
for level in x86-64 x86-64-v2 x86-64-v3 x86-64-v4; do
  numbers=oci:numbers:$level
  check "generic numerics for $level" xaas-deploy specialize "oci:images:$package" -q --force \
    --target "$level" --numerics generic --output "$numbers" --cache cache || continue
  accuracy "$numbers" >"accuracy.$level" 2>error
  if [[ $? == 126 ]]; then  # its guard's
    skip "the accuracy check on $level: $(<error)"
    continue
  fi
  check "the accuracy check's numbers on $level are the generic image's" \
    diff accuracy.generic "accuracy.$level"
done
check "native numerics: how far they are from the generic image's" saves numbers.txt \
  xaas-deploy compare here "oci:images:$package" --numerics stdout --rtol 1 \
  --run "bench -oestimate ${problems[*]}" && sed 's/^/  /' numbers.txt

# ``mflops'' is printed for each problem; the plan of an estimate is always the same.
ratio "bench -oestimate -s ocf262144" --metric "mflops'': ([0-9.]+)"
row 'Autotools; code for several processors'
finish
