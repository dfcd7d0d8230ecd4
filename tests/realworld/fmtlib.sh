#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# fmt from its Debian source package: C++20, with heavy templates, its tests as products.
# Usage: tests/realworld/fmtlib.sh FOLDER-OF-PROGRAMS [WORK-FOLDER]
set -uo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
. "$here/package.sh"
begin fmtlib "$@"

tests=(args chrono color compile core format format-impl ostream printf ranges scan std unicode xchar)
products=(--product libgtest.so.1.12.1 --product libgmock.so.1.12.1)
for test in "${tests[@]}"; do products+=(--product "bin/$test-test"); done
capture "${products[@]}" --entrypoint format-test -- '
  cmake -B build -S . -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=$PREFIX \
    -DCMAKE_CXX_STANDARD=20 -DBUILD_SHARED_LIBS=ON -DFMT_DOC=OFF &&
  ninja -C build && cmake --install build'
specialize

for test in "${tests[@]}"; do both "$test-test" program "$test-test"; done
ratio 'for i in 1 2 3 4 5 6 7 8; do format-test; done'
row 'CMake; C++20'
finish
