#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Unpacks a Debian source package and prints where its source tree lies.
# Usage: tests/realworld/fetch_source.sh NAME
#
# The package comes from wherever this machine gets its packages, through an apt configuration of
# its own: the machine's sources with `deb` turned into `deb-src`, and lists, cache and state
# under build/sources/. apt verifies what it fetches. A second call finds the first one's tree.
set -euo pipefail
export LC_ALL=C.UTF-8
[[ $# == 1 && $1 =~ ^[a-z0-9][a-z0-9+.-]+$ ]] || { sed -n '4,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
name=$1
cd "$(dirname "$(readlink -f "$0")")/../.."
root=$PWD/build/sources
mkdir -p "$root"

# One fetch at a time: tests run side by side.
exec 9>"$root/lock"
flock 9

if [[ -f $root/$name.path && -d $(<"$root/$name.path") ]]; then
  cat "$root/$name.path"
  exit
fi

private=$root/apt
mkdir -p "$private"/{sources.list.d,lists/partial,cache/archives/partial}
rm -f "$private"/sources.list.d/*
: >"$private/sources.list"

# Only Debian's own suites: third parties' sources often have no source packages at all.
. /etc/os-release
suites="$VERSION_CODENAME(-updates|-security)?"
# One-line form: deb [options] uri suite component...
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [[ -f $file ]] || continue
  sed -nE "/^[[:space:]]*deb[[:space:]].*[[:space:]]$suites\/?[[:space:]](.*[[:space:]])?main([[:space:]]|\$)/ {
    s/^[[:space:]]*deb/deb-src/; p }" "$file" >>"$private/sources.list"
done
# Paragraph form: `Types: deb`, or `Types: deb deb-src`.
for file in /etc/apt/sources.list.d/*.sources; do
  [[ -f $file ]] || continue
  awk -v RS='' -v ORS='\n\n' -v suites="(^|\n)Suites:([^\n]* )?$suites( |\n|$)" \
    '$0 ~ suites && /(^|\n)Components:([^\n]* )?main( |\n|$)/' "$file" |
    sed -E 's/^Types:.*/Types: deb-src/' >"$private/sources.list.d/$(basename "$file")"
done

cat >"$private/apt.conf" <<CONF
Dir::Etc::sourcelist "$private/sources.list";
Dir::Etc::sourceparts "$private/sources.list.d";
Dir::State::lists "$private/lists";
Dir::Cache "$private/cache";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Sandbox::User "";
CONF
export APT_CONFIG=$private/apt.conf

log=$root/$name.log
if ! apt-get -q update >"$log" 2>&1; then
  tail -n 10 "$log" >&2
  exit 1
fi
work=$root/$name.part
rm -rf "$work"
mkdir "$work"
debians() { apt-get -q source --download-only "$name" && dpkg-source -x ./*.dsc tree; }
# Without Debian's changes, where a server does not have them.
upstreams() {
  rm -rf ./* && apt-get -q source --download-only --tar-only "$name" &&
    mkdir tree && tar -x --strip-components=1 -C tree -f ./*.orig.tar.*z*
}
(cd "$work" && { debians || upstreams; }) >>"$log" 2>&1 </dev/null ||
  { tail -n 10 "$log" >&2; exit 1; }
rm -rf "${root:?}/$name"
mv "$work" "$root/$name"
echo "$root/$name/tree" | tee "$root/$name.path"
