#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The tarball of xaas-build in root file systems that have no LLVM: an older, the same and a newer C
# library than it was made with, from several folders, read-only, without namespaces. What it packages
# does not depend on where it lies, and the released xaas-deploy specializes and runs it.
# Usage: tests/release/tools.sh build/dist [WORK-FOLDER]
#
# Prints `ok WHAT`, `not ok WHAT` or `skip WHAT` for each check, and last `N passed, N failed`.
set -uo pipefail
export LC_ALL=C.UTF-8
[[ $# == 1 || $# == 2 ]] || { sed -n '4,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
. "$here/../realworld/checks.sh"
. "$here/artifacts_of.sh"
begin tools "the tools run in other roots" "$@"
unpack "$work" || { not_ok "the tarball unpacks"; finish; }

# within ROOT [bwrap's OPTIONS...] -- COMMAND...: no network, no variable of this machine, and the
# tarball at two places, read-only.
within() {
  local root=$1 options=()
  shift
  while [[ $1 != -- ]]; do options+=("$1"); shift; done
  shift
  bwrap --bind "$root" / --proc /proc --dev /dev --tmpfs /tmp --unshare-all --clearenv --setenv PATH /usr/bin:/bin \
    --ro-bind "$name" /opt/x --ro-bind "$name" /srv/software/by/somebody/else/xaas-build-of-this-year \
    --chdir /job "${options[@]}" "$@"
}
near=/opt/x/bin/xaas-build
far=/srv/software/by/somebody/else/xaas-build-of-this-year/bin/xaas-build
# What a site without user namespaces allows: a plain user, and no namespace.
bare=(--unshare-user --disable-userns --cap-drop ALL --uid 65534 --gid 65534)

has_no_llvm() {
  ! find "$1"/usr/{bin,sbin,lib/llvm*} "$1"/usr/lib/*/libLLVM* 2>/dev/null |
    grep -E "/(clang|llvm|.*lld|g?cc|g[+][+]|ld|as|.*-gcc)[^/]*$" | grep -vE "/ld(d|config|[.]so)$"
}

# package ROOT PROGRAM SOURCE [bwrap's OPTIONS...]: into oci:images:SOURCE of the root's /job.
package() {
  local root=$1 program=$2 source=$3
  shift 3
  within "$root" "$@" -- "$program" ir --source "$source" --output "oci:images:$source" --force -q -j2 >"$source.digest"
}
# same_again: the same arguments. The digest is that of the last time.
same_again() { cp "$3.digest" before && package "$@" && cmp before "$3.digest"; }
same_from_everywhere() {
  local what=$1 root=$2 source=$3
  check "$what is packaged" package "$root" "$near" "$source" || return
  check "$what: the same digest with the tools in another folder" same_again "$root" "$far" "$source"
  check "$what: the same digest without namespaces" same_again "$root" "$far" "$source" "${bare[@]}"
}

# runs_specialized WHAT ROOT SOURCE EXPECTED: in the root, and the generic image says the same.
runs_specialized() {
  cp "$deploy" "$2/job/xaas-deploy"
  check "$1 is specialized there" within "$2" -- ./xaas-deploy specialize "oci:images:$3" --output "tree:$3.here" --no-cache -q
  check "$1 runs there" prints "$4" within "$2" -- ./xaas-deploy run "$3.here"
  check "its generic image says the same" prints "$4" within "$2" -- ./xaas-deploy run "oci:images:$3"
}
prints() {
  local expected=$1
  shift
  "$@" >printed 2>&1 && grep -E -- "$expected" printed || { cat printed; return 1; }
}

refuses_openmp() {
  ! within bullseye -- "$near" ir --source openmp --output oci:images:openmp -- 'cc -fopenmp generate.c -o generate' \
    >message 2>&1 && grep 'ld.lld.*: error: undefined reference: .*@GLIBC_2.34' message ||
    { cat message; return 1; }
}

base=libc6,libstdc++6,libgcc-s1,dash,coreutils,base-files,libc-bin,grep,sed,findutils,make,libc6-dev

root=$work/bookworm
if need_root "an example in Debian 12" "$root" bookworm "$base,libgomp1,cmake,libstdc++-12-dev,libgcc-12-dev"; then
  check "Debian 12: the root has no LLVM, no gcc, no linker" has_no_llvm "$root"
  cp -r "$here/../../examples/heat" "$root/job/heat"
  same_from_everywhere "heat (CMake, OpenMP, C++)" "$root" heat
  runs_specialized heat "$root" heat '^check: ok'
  check "its OpenMP is the tarball's, at a place of its own" sh -c "
    '$name/bin/xaas-build' inspect oci:'$root'/job/images:heat --json | grep -F '\"/usr/lib/llvm-22/lib/libomp.so.5\"'"
  cp -r "$here/Inputs/lines" "$root/job/lines"
  same_from_everywhere "a program with -g, intrinsics and __FILE__" "$root" lines
  cp -r "$here/Inputs/fortran" "$root/job/fortran"
  # Without namespaces flang writes the folder of the build into names: no flag of it changes that.
  check "Fortran with OpenMP and modules is packaged" package "$root" "$near" fortran
  check "Fortran with OpenMP and modules: the same digest with the tools in another folder" \
    same_again "$root" "$far" fortran
  says_why() {
    within "$root" "${bare[@]}" -- "$far" ir --source fortran --output oci:images:bare --json >bare.json &&
      grep 'Fortran units name the folder of this build' bare.json
  }
  check "Fortran without namespaces: the report says why the digest differs" says_why
  runs_specialized "Fortran" "$root" fortran '^ *sum 5050$'
  cp -r "$here/Inputs/generator" "$root/job/generator"
  same_from_everywhere "a build that runs an OpenMP program of its own" "$root" generator
  runs_specialized "what it generated" "$root" generator '^made by an OpenMP program$'
  cp "$name/bin/xaas-build" "$root/job/"
  check "xaas-build alone says where it looked for a compiler" sh -c "
    mkdir -p '$root/libexec/xaas' && ! bwrap --bind '$root' / --proc /proc --dev /dev --tmpfs /tmp --unshare-all --clearenv \
      --chdir /job ./xaas-build ir --source heat --output oci:images:no 2>message &&
    grep -F 'no program \`clang-22\` in \`/job\`, in PATH (' message &&
    grep -F '/usr/lib/llvm-22/bin/clang' message"
fi
for system in 'bullseye libgcc-10-dev Debian 11' 'trixie libgcc-14-dev Debian 13'; do
  read -r suite libgcc title <<<"$system"
  need_root "a program in $title" "$work/$suite" "$suite" "$base,$libgcc" || continue
  check "$title: the root has no LLVM, no gcc, no linker" has_no_llvm "$work/$suite"
  cp -r "$here/Inputs/plain" "$work/$suite/job/plain"
  same_from_everywhere "a C program in $title" "$work/$suite" plain
  rm "$work/$suite/etc/ld.so.cache"
  check "$title: the same digest where the loader has no cache" same_again "$work/$suite" "$near" plain
  runs_specialized "it" "$work/$suite" plain '^3 [0-9.]+$'
  [[ $suite == bullseye ]] || continue
  cp -r "$here/Inputs/generator" "$work/$suite/job/openmp"
  check "$title has too old a C library for OpenMP: the linker says so, where there is no other" refuses_openmp
done
finish
