#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# geos from its Debian source package: CMake, 382 C++ units full of templates, exceptions and
# virtual functions in a library with a C and a C++ interface.
# Usage: tests/realworld/geos.sh FOLDER-OF-PROGRAMS [WORK-FOLDER]
set -uo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
. "$here/package.sh"
begin geos "$@"

# The benchmark runs the same build.
mapfile -t options <"$here/builds/$package.options"
capture "${options[@]}" -- "$(<"$here/builds/$package.sh")"
specialize

for file in "$source"/tests/xmltester/tests/{general,issue,misc,robust,validate}/*.xml; do
  both "$(basename "$(dirname "$file")")/$(basename "$file")" \
    program test_xmltester -v --test-valid-output "$file"
done

# The unit tests call into the library by its C++ interface: classes, exceptions and type
# information cross the border. The test program itself is an ordinary build.
compile_unit_tests() {
  find "$source/tests/unit" -name '*.cpp' -printf '%P\n' | sort >unit-tests &&
    mkdir -p unit && xargs -P "$(nproc)" -I {} sh -c \
    'clang++-22 -std=c++11 -O0 -w -DUSE_UNSTABLE_GEOS_CPP_API -I "$1/include" -I "$2/tests/unit" \
      -c "$2/tests/unit/$3" -o "unit/$(echo "$3" | tr / _).o"' sh "$prefix" "$source" {} <unit-tests &&
    clang++-22 unit/*.o -L "$prefix/lib" -lgeos -lgeos_c -o unit/test_geos_unit
}
check "its unit tests are compiled against the installed headers" compile_unit_tests
for group in $(env LD_LIBRARY_PATH="$prefix/lib" unit/test_geos_unit --list | grep -E '^ +[a-z]'); do
  with_libraries "$group" unit/test_geos_unit "$group"
done

ratio perf_iterated_buffer
row 'CMake; C++'
finish
