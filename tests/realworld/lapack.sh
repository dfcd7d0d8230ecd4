#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# LAPACK's programs that test its machine parameters, from its Debian source package, compiled by
# flang with -ffast-math: slamch and dlamch, of today and of Fortran 77, measure the arithmetic with
# loops that end only where nothing is reordered, so its Makefile compiles them at -O0.
# Usage: tests/realworld/lapack.sh FOLDER-OF-PROGRAMS [WORK-FOLDER]
set -uo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
. "$here/package.sh"
begin lapack "$@"

# The Makefile wants its settings in a file; flang has no -frecursive.
cat >"$source/make.inc" <<'INC'
FFLAGS = -O3 -ffast-math
FFLAGS_NOOPT = $(FFLAGS) -O0
TIMER = NONE
INC
# Fortran 77's versions measure; today's ask the compiler.
cp "$source/INSTALL/dlamchf77.f" "$source/INSTALL/dlamch.f"
cp "$source/INSTALL/slamchf77.f" "$source/INSTALL/slamch.f"
capture --product INSTALL/testdlamch --product INSTALL/testslamch --entrypoint testdlamch -- \
  'make -C INSTALL testdlamch testslamch'

check "dlamch and slamch keep the machine code of -O0" saves plan.txt \
  xaas-deploy plan "oci:images:$package"
check "the plan names both" grep -cF 'lamch.f: machine code kept: compiled without optimization' plan.txt

check "it is specialized for this machine" saves record.json \
  xaas-deploy specialize "oci:images:$package" --output tree:here --cache cache --json || finish
for program in testdlamch testslamch; do
  xaas-deploy run "oci:images:$package" --entrypoint "$program" >"$program.generic" </dev/null
  check "$program ends" saves "$program.here" timeout 60 "here/bin/$program"
  check "$program finds what the generic image finds" diff "$program.generic" "$program.here"
done
check "epsilon is that of IEEE 754" grep -F '1.1102230246251565E-16' testdlamch.here
check "the mantissa has 53 digits" grep -E 'digits in mantissa = +53' testdlamch.here
check "the smallest number is that of IEEE 754" grep -F '2.2250738585072014E-308' testdlamch.here
finish
