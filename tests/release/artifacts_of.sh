# SPDX-License-Identifier: Apache-2.0
# Read by the scripts of this folder: what scripts/release made, and roots of other systems to use it in.

# artifacts_of FOLDER: sets $dist, $deploy, $tarball and $name, the folder in the tarball.
artifacts_of() {
  dist=$(realpath "$1")
  deploy=$(find "$dist" -maxdepth 1 -name 'xaas-deploy-*' -type f | head -n 1)
  tarball=$(find "$dist" -maxdepth 1 -name 'xaas-build-*.tar.zst' | head -n 1)
  name=$(basename "$tarball" .tar.zst)
  [[ -x $deploy && -f $tarball ]]
}

# begin NAME WHAT FOLDER [WORK-FOLDER]: enters an empty work folder, $work; where there is nothing to
# test, or no way to enter other roots, WHAT is skipped and the script ends.
begin() {
  artifacts_of "$3" || { not_ok "there are the two artifacts"; finish; }
  work=$(realpath -m "${4:-$here/../../build/release-tests/$1}")
  rm -rf "$work"
  mkdir -p "$work"
  cd "$work" || exit 1
  bwrap --ro-bind / / --unshare-all true || { skip "$2: bwrap does not work here"; finish; }
}

# unpack FOLDER: the tarball in it.
unpack() { mkdir -p "$1" && zstd -q -dc --long=27 "$tarball" | tar --no-same-owner -xf - -C "$1"; }

# make_root FOLDER SUITE PACKAGES: a root of that suite from this machine's own mirror, with nothing
# but these packages and a loader's cache. Returns 2 when the suite's lists cannot be fetched.
make_root() {
  local root=$1 suite=$2 source=/etc/apt/sources.list.d/debian.sources mirror
  [[ -f $source ]] || source=/etc/apt/sources.list
  mirror=$(awk '/^URIs:/ { print $2; exit } $1 == "deb" { sub(/^deb (\[[^]]*\] )?/, ""); print $1; exit }' "$source")
  # Of this machine's own suite, with its security updates.
  [[ $suite == "$(. /etc/os-release && echo "$VERSION_CODENAME")" ]] && mirror=$source
  mmdebstrap --quiet --variant=extract --include="$3" \
    --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --extract-hook='rm -f "$1"/etc/apt/sources.list.d/* "$1"/etc/apt/sources.list' \
    "$suite" "$root" "$mirror" >"$root.log" 2>&1 || {
    tail -n 3 "$root.log"
    grep -qE '^E: apt-get update .* failed' "$root.log" && return 2
    return 1
  }
  mkdir -p "$root"/{proc,dev,tmp,root,job}
  ldconfig -r "$root"
}

# need_root WHAT FOLDER SUITE PACKAGES: the same as a check; a suite that is not there is skipped.
need_root() {
  local output
  output=$(make_root "${@:2}" 2>&1)
  case $? in
    0) return ;;
    2) skip "$1: the mirror does not give the lists of $3" ;;
    *) not_ok "$1: a root of $3 is made"; sed 's/^/  /' <<<"$output" ;;
  esac
  return 1
}
