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

# ``mflops'' is printed for each problem; the plan of an estimate is always the same.
ratio "bench -oestimate -s ocf262144" --metric "mflops'': ([0-9.]+)"
row 'Autotools; code for several processors'
finish
