#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The form of what scripts/release made: what the files need, what lies in them, what they cost.
# Usage: tests/release/artifacts.sh build/dist
#
# XAAS_TAR_AGAIN is the sha256 of the same tarball, uncompressed, packed once more in another folder.
# Prints `ok WHAT`, `not ok WHAT` or `skip WHAT` for each check, and last `N passed, N failed`.
set -uo pipefail
export LC_ALL=C.UTF-8
[[ $# == 1 ]] || { sed -n '4,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
. "$here/../realworld/checks.sh"
. "$here/artifacts_of.sh"
artifacts_of "$1" || { not_ok "there are the two artifacts"; finish; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unpack "$work" || { not_ok "the tarball unpacks"; finish; }
prefix=$work/$name

needs_nothing() {
  readelf -dV "$1" >"$work/needs" 2>&1 && ! grep -E 'NEEDED|Version needs' "$work/needs" &&
    grep -q 'no dynamic section' "$work/needs" && ! readelf -lW "$1" | grep INTERP
}
has_build_id() { readelf -n "$1" | grep 'Build ID: [0-9a-f]\{16,\}'; }
is_stripped() { ! readelf -SW "$1" | grep -E '\.(symtab|debug_info)'; }
check "the sums are right" sh -c "cd '$dist' && sha256sum --quiet -c SHA256SUMS"
for program in "$deploy" "$prefix/bin/xaas-build" "$prefix/libexec/xaas/xaas-cc" "$prefix/bin/clang"; do
  check "$(basename "$program") needs nothing" needs_nothing "$program"
done
for program in "$deploy" "$prefix/bin/xaas-build"; do
  check "$(basename "$program") has a build id" has_build_id "$program"
  check "$(basename "$program") is stripped" is_stripped "$program"
done

packed_the_same() {
  [[ $(zstd -q -dc --long=27 "$tarball" | sha256sum | cut -d' ' -f1) == "$XAAS_TAR_AGAIN" ]]
}
if [[ -n ${XAAS_TAR_AGAIN:-} ]]; then
  check "packed in another folder it is the same tarball" packed_the_same
else
  skip "packed in another folder it is the same tarball: XAAS_TAR_AGAIN is not set"
fi
anonymous() {
  ! zstd -q -dc --long=27 "$tarball" | tar --numeric-owner -tvf - | awk '{ print $2, $4 }' | sort -u |
    grep -v "^0/0 $(date -u -d "@$(stat -c %Y "$prefix")" +%F)$"
}
check "no file in it tells who packed it, and when" anonymous

# A library that is missing here would be taken from the machine, and not be there on another.
self_contained() {
  local program
  for program in "$prefix"/libexec/xaas/llvm/*; do
    "$prefix"/lib/xaas/ld-linux-*.so.* --inhibit-cache --library-path "$prefix/lib/xaas" --list "$program"
  done >"$work/libraries" 2>&1 && ! grep -vE "linux-vdso|$prefix/lib/xaas/|ld-linux" "$work/libraries"
}
check "all libraries of the tools are in it" self_contained
check "links find OpenMP in lib/ and no other library" \
  test "$(cd "$prefix/lib" && printf '%s ' *.*)" = 'libomp.so libomp.so.5 '
no_links_out() {
  ! find "$prefix" -type l -lname '/*' | grep . && ! find "$prefix" -xtype l | grep .
}
check "no link leads out of it" no_links_out
names_no_folder_here() { ! grep -rlF -e "$(realpath "$here/../..")" "$prefix" "$deploy"; }
check "no file names the folder that it was built in" names_no_folder_here
check "the licences are in it" sh -c "cd '$prefix/share/doc' && test -s xaas/LICENSE &&
  sed 's/ .*//' xaas/PACKAGES | while read -r package; do test -s \"\$package/copyright\" || exit 1; done"

# What a starter does: its program sees its own path, its arguments, and no variable of ours.
mkdir -p "$work/p/"{bin,lib,libexec/xaas/llvm}
ln -s "$prefix/lib/xaas" "$work/p/lib/xaas"
cp "$prefix/bin/clang" "$work/p/bin/show"
cat >"$work/show.c" <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char** argv) {
  char self[4096] = "";
  (void)!readlink("/proc/self/exe", self, sizeof self - 1);
  printf("%s\n", self);
  for (int i = 0; i < argc; ++i) printf("[%s]", argv[i]);
  for (const char** n = (const char*[]){"LD_LIBRARY_PATH", "LD_PRELOAD", "LD_AUDIT", "KEPT", 0}; *n; ++n)
    printf(" %s=%s", *n, getenv(*n) ? getenv(*n) : "-");
  puts("");
  return argc;
}
C
"$prefix/bin/clang" "$work/show.c" -o "$work/p/libexec/xaas/llvm/show" || not_ok "a program is compiled"
shows() {
  local got expected
  expected="$(realpath "$work")/p/bin/show"$'\n'"[name][a b][][--version] LD_LIBRARY_PATH=/x LD_PRELOAD=- LD_AUDIT=- KEPT=1"
  got=$(env -i LD_LIBRARY_PATH=/x LD_PRELOAD=/none.so LD_AUDIT=/none.so KEPT=1 \
    bash -c 'exec -a name "$0" "a b" "" --version' "$work/p/bin/show")
  [[ $? == 4 && $got == "$expected" ]] || { printf '%s\n' "got:" "$got" "expected:" "$expected"; return 1; }
}
check "a starter gives its program its path, arguments and exit code" shows
many() { [[ $("$work/p/bin/show" $(seq 100000) | tail -n 1 | tr -cd '[' | wc -c) == 100001 ]]; }
check "a starter passes 100000 arguments on" many
torn() {
  rm "$work/p/lib/xaas"
  "$work/p/bin/show" 2>"$work/torn"
  [[ $? == 127 ]] && grep -F 'error: there is no `' "$work/torn" && grep 'help: .*whole' "$work/torn"
}
check "a starter without its libraries says what is missing" torn
check "clang starts itself again by its own path" \
  sh -c "cd '$work' && '$prefix/bin/clang' -### -c show.c 2>&1 | grep '^ \"$prefix/bin/clang\" '"
cp "$work/show.c" "$work/other.c"
check "clang compiles several files, each in a process of its own" \
  sh -c "cd '$work' && '$prefix/bin/clang' -c show.c other.c && test -s show.o && test -s other.o"
finish
