# SPDX-License-Identifier: Apache-2.0
# Read by the scripts of this folder: counting checks, and checks that more than one needs.

passed=0 failed=0

ok() { passed=$((passed + 1)); echo "ok $1"; }
not_ok() { failed=$((failed + 1)); echo "not ok $1"; }
skip() { echo "skip $1"; }

# check WHAT COMMAND...: what the command prints is shown when it fails.
check() {
  local what=$1 output
  shift
  if output=$("$@" 2>&1); then
    ok "$what"
  else
    not_ok "$what"
    tail -n 12 <<<"$output" | sed 's/^/  /'
    return 1
  fi
}

# saves FILE COMMAND...: standard output goes to the file.
saves() {
  local file=$1
  shift
  "$@" >"$file"
}

finish() {
  echo "$passed passed, $failed failed"
  exit $((failed > 0))
}

every_unit_explained() {
  python3 - "$1" <<'PYTHON'
import json
import sys

units = json.load(open(sys.argv[1]))["units"]
assert units, "no units"
bare = [unit["source"] for unit in units if not unit.get("bitcode") and not unit.get("reason")]
assert not bare, f"opaque without a reason: {bare}"
PYTHON
}
