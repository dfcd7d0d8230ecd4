#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# gmp from its Debian source package: Autotools, generators compiled and run during the build, and
# a hundred assembly files that stay as they are, next to the C and C++ that is captured.
# Usage: tests/realworld/gmp.sh FOLDER-OF-PROGRAMS [WORK-FOLDER]
set -uo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
. "$here/package.sh"
begin gmp "$@"

capture --product demos/pexpr --entrypoint pexpr -- 'autoreconf -fi && ./configure --prefix=$PREFIX --build=x86_64-pc-linux-gnu --enable-cxx &&
  make -s -j$(nproc) && make -s -j$(nproc) check TESTS= && make -s -C demos pexpr && make -s install'
specialize

for test in $(find kept/source/tests -name 't-*' -type f -perm -u+x | sort); do
  with_libraries "${test#kept/source/tests/}" "$test"
done
ratio "pexpr '12345678901234567891^9000 % (7^5000)' '300000!' '12345^45678'"
row 'Autotools; generators; assembly'
finish
