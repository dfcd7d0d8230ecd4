#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Ten thousand random pairs of compiles of zstd's files: none is shared that is not the same.
# Usage: tests/realworld/pairs.sh FOLDER-OF-PROGRAMS [WORK-FOLDER]
#
# Prints `ok WHAT`, `not ok WHAT` or `skip WHAT` for each check, and last `N passed, N failed`.
set -uo pipefail
export LC_ALL=C.UTF-8
[[ $# == 1 || $# == 2 ]] || { sed -n '4,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
. "$here/checks.sh"
work=$(realpath -m "${2:-$here/../../build/realworld/pairs}")
mkdir -p "$work"
check "no pair is shared that is not the same" saves "$work/figures" "$here/random_pairs.py" "$1" "$work/pairs"
cat "$work/figures"
finish
