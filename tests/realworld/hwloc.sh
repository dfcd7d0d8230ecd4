#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# hwloc from its Debian source package: Autotools and libtool, with plugins that the library opens by
# name while it runs.
# Usage: tests/realworld/hwloc.sh FOLDER-OF-PROGRAMS [WORK-FOLDER]
set -uo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
. "$here/package.sh"
begin hwloc "$@"

capture --entrypoint lstopo-no-graphics -- './configure --prefix=$PREFIX --enable-plugins --disable-cairo \
  --disable-opencl --disable-cuda --disable-nvml --disable-rsmi --disable-levelzero &&
  make -s -j$(nproc) && make -s -j$(nproc) check TESTS= && make -s install'
specialize

# As tests/hwloc/wrapper.sh calls them.
export HWLOC_TOP_SRCDIR=$work/kept/source HWLOC_DONT_ADD_VERSION_INFO=1
hwloc_test() { (cd kept/source/tests/hwloc && exec ".libs/$@"); }
for test in kept/source/tests/hwloc/.libs/*; do
  name=$(basename "$test")
  if [[ $name == xmlbuffer ]]; then
    for libxml in '0 0' '0 1' '1 0' '1 1'; do with_libraries "xmlbuffer $libxml" hwloc_test xmlbuffer $libxml; done
  else
    with_libraries "$name" hwloc_test "$name"
  fi
done

# The library opens its plugins by name, where it is told to look.
opens_plugins() {
  HWLOC_PLUGINS_PATH=$1/lib/hwloc HWLOC_COMPONENTS_VERBOSE=1 LD_LIBRARY_PATH=$1/lib \
    "$1/bin/lstopo-no-graphics" -i pu:2 --of xml 2>&1 | grep -F "from plugin $1/lib/hwloc/hwloc_pci)"
}
check "plugins are opened: generic" opens_plugins "$work/$prefix"
check "plugins are opened: specialized" opens_plugins "$work/here"
ratio "lstopo-no-graphics -i 'pack:4 numa:4 l3:4 l2:8 core:4 pu:2' --of xml"
row 'Autotools; plugins'
finish
