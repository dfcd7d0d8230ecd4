#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# fribidi from its Debian source package: Meson; half of its sources are written by generators that
# the build compiles and runs first.
# Usage: tests/realworld/fribidi.sh FOLDER-OF-PROGRAMS [WORK-FOLDER]
set -uo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
. "$here/package.sh"
begin fribidi "$@"

capture --product BidiTest --product BidiCharacterTest --entrypoint fribidi
specialize

matches_reference() { program fribidi --test --charset "$1" "$2" | cmp - "${2%.input}.reference"; }
for input in "$source"/test/test_*.input; do
  name=$(basename "$input" .input)
  charset=${name#test_}
  both "$name" matches_reference "${charset%_*}" "$input"
done
for name in BidiTest BidiCharacterTest; do
  both "$name" program $name "$source/test/unicode-conformance/$name.txt"
done
ratio "fribidi --nopad --nobreak $source/test/unicode-conformance/BidiTest.txt"
row 'Meson; generators'
finish
