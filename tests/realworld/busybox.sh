#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# busybox from its Debian source package: Kbuild, with host programs, relocatable links and generated
# headers; 700 units in one static program, and its own test suite.
# Usage: tests/realworld/busybox.sh FOLDER-OF-PROGRAMS [WORK-FOLDER]
set -uo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
. "$here/package.sh"
begin busybox "$@"

capture --entrypoint busybox -- 'make -s defconfig HOSTCC="$CC" CC="$CC" &&
  sed -i "s/^# CONFIG_STATIC is not set/CONFIG_STATIC=y/" .config &&
  make -s -j$(nproc) HOSTCC="$CC" CC="$CC" LD="$LD" AR="$AR" &&
  make -s install HOSTCC="$CC" CC="$CC" LD="$LD" AR="$AR" CONFIG_PREFIX="$DESTDIR$PREFIX"'
specialize

# Its test suite wants the program beside its configuration.
run_test_suite() (
  mkdir -p "suite-$1" && cp -r "$source/testsuite" kept/source/.config kept/source/scripts "suite-$1" &&
    cp "$2/bin/busybox" "suite-$1/" && cd "suite-$1/testsuite" || return
  SKIP_KNOWN_BUGS=1 SKIP_INTERNET_TESTS=1 ./runtest 2>../errors | grep -E '^(PASS|FAIL): ' >../verdicts
  grep -q '^PASS: ' ../verdicts
)
check "its test suite runs: generic" run_test_suite generic "$work/$prefix"
check "its test suite runs: specialized" run_test_suite specialized "$work/here"
same_verdicts suite-generic/verdicts suite-specialized/verdicts
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf corpus -C "$source" libbb shell networking
ratio "busybox bzip2 -c $work/corpus | busybox sha256sum"
row 'Kbuild; static program'
finish
