#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The released xaas-deploy specializes zstd and runs it in root file systems of other machines: the same
# C library, a newer one, an older one, none; and as a user without namespaces and a home. In
# each, `plan` says which C library the programs will run with, and the specialized zstd gives the bytes
# of the generic one.
# Usage: tests/release/roots.sh build/dist [WORK-FOLDER]
#
# XAAS_ZSTD_IMAGE names an image of zstd (oci:LAYOUT:TAG) to take; else one is made by the tarball.
# Prints `ok WHAT`, `not ok WHAT` or `skip WHAT` for each check, and last `N passed, N failed`.
set -uo pipefail
export LC_ALL=C.UTF-8
[[ $# == 1 || $# == 2 ]] || { sed -n '4,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
. "$here/../realworld/checks.sh"
. "$here/artifacts_of.sh"
begin roots "zstd in other roots" "$@"

source=$("$here/../realworld/fetch_source.sh" zstd) || { not_ok "the source package can be fetched"; finish; }
capture() {
  unpack "$work" && "$name/bin/xaas-build" ir --source "$source" --output oci:images:zstd --entrypoint zstd -q
}
take_image() { skopeo copy -q --all --preserve-digests "$XAAS_ZSTD_IMAGE" oci:images:zstd; }
if [[ -n ${XAAS_ZSTD_IMAGE:-} ]]; then
  check "the image of zstd is copied" take_image || finish
else
  check "zstd is captured by the tarball's xaas-build" capture || finish
fi
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf corpus -C "$source" lib programs
make_generic() { "$deploy" run oci:images:zstd -- -q -f -c -9 corpus >generic.zst; }
check "the generic zstd compresses a file here" make_generic || finish

# in_root ROOT [bwrap's OPTIONS...] -- COMMAND...: its /job is all that may be written.
in_root() {
  local root=$1 options=()
  shift
  while [[ $1 != -- ]]; do options+=("$1"); shift; done
  shift
  bwrap --ro-bind "$root" / --bind "$root/job" /job --proc /proc --dev /dev --unshare-all --clearenv \
    --setenv PATH /usr/bin:/bin --setenv TMPDIR /job --chdir /job "${options[@]}" "$@"
}
prepare() {
  mkdir -p "$1"/{proc,dev,tmp,job} && cp -r images corpus generic.zst "$1/job/" &&
    cp "$deploy" "$1/job/xaas-deploy"
}
plan_says() {
  local root=$1 expected=$2
  shift 2
  in_root "$root" "$@" -- ./xaas-deploy plan oci:images:zstd >plan.txt 2>&1 &&
    grep -E "^C library of a tree: $expected" plan.txt || { cat plan.txt; return 1; }
}
# What is written into the program is what counts: the loader of the machine, or that of the tree.
starts_with_loader() { readelf -lW "$1/job/here/bin/zstd" | grep -E "interpreter: $2"; }
same_bytes() {
  local root=$1
  shift
  in_root "$root" "$@" -- here/bin/zstd -q -f -c -9 corpus | cmp - generic.zst &&
    in_root "$root" "$@" -- here/bin/zstd -q -d -c generic.zst | cmp - corpus
}
runs_image() {
  local root=$1
  shift
  in_root "$root" "$@" -- ./xaas-deploy run oci:images:zstd -- -q -f -c -9 corpus | cmp - generic.zst
}

# zstd_in WHAT ROOT 'WHAT plan SAYS' LOADER [bwrap's OPTIONS...]
zstd_in() {
  local what=$1 root=$2 says=$3 loader=$4
  shift 4
  check "$what: plan names the C library and the reason" plan_says "$root" "$says" "$@"
  check "$what: zstd is specialized" in_root "$root" "$@" -- \
    ./xaas-deploy specialize oci:images:zstd --output tree:here -q || return
  check "$what: it starts with that C library" starts_with_loader "$root" "$loader"
  check "$what: it compresses and restores a file to the generic zstd's bytes" same_bytes "$root" "$@"
  check "$what: the generic image runs" runs_image "$root" "$@"
}

theirs='/lib64/ld-linux-x86-64\.so\.2'
ours='/job/here/[./]*/lib/xaas/ld-linux-x86-64\.so\.2'
[[ $(uname -m) == x86_64 ]] || theirs='/lib/ld-linux-aarch64\.so\.1' ours='/job/here/[./]*/lib/xaas/ld-linux-aarch64\.so\.1'
base=libc6,libgcc-s1,dash,coreutils,base-files

if need_root "zstd in Debian 12" bookworm bookworm "$base"; then
  prepare bookworm
  zstd_in "Debian 12" bookworm "the machine's; its glibc 2\.36 is not older than the image's 2\.36\$" "$theirs"
  rm -rf bookworm/job/here
  nowhere=(--unshare-user --disable-userns --cap-drop ALL --uid 65534 --gid 65534 --setenv HOME /nowhere)
  no_namespaces() { ! in_root bookworm "${nowhere[@]}" -- unshare -m true && ! in_root bookworm "${nowhere[@]}" -- unshare -U true; }
  check "without namespaces and a home: there are none" no_namespaces
  zstd_in "without namespaces and a home" bookworm "the machine's; its glibc 2\.36 is not older" "$theirs" "${nowhere[@]}"
fi
if need_root "zstd in Debian 13" trixie trixie "$base"; then
  prepare trixie
  zstd_in "Debian 13" trixie "the machine's; its glibc 2\.41 is not older than the image's 2\.36\$" "$theirs"
fi
if need_root "zstd in Debian 11" bullseye bullseye "$base"; then
  prepare bullseye
  zstd_in "Debian 11" bullseye "the image's; its glibc 2\.36 is newer than the 2\.31 of \`host\`\$" "$ours"
fi
busybox=$(command -v busybox)
if [[ -z $busybox ]] || ! readelf -dW "$busybox" | grep -q 'no dynamic section'; then
  skip "zstd without glibc: no static busybox here (package busybox-static)"
else
  mkdir -p alpine/bin alpine/lib
  cp "$busybox" alpine/bin/busybox
  for applet in sh ls cat; do ln -s busybox "alpine/bin/$applet"; done
  # A loader that is not glibc's, by the name that musl has.
  cp "$busybox" "alpine/lib/ld-musl-$(uname -m).so.1"
  prepare alpine
  zstd_in "a root without glibc" alpine "the image's; \`host\` has no glibc\$" "$ours"
fi
finish
