# SPDX-License-Identifier: Apache-2.0
# Read by the scripts of applications with MPI: their ranks, and what their links take.

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

# ranks FLAVOUR COUNT COMMAND...: by the launcher of that MPI, for two minutes at most.
ranks() {
  local more=()
  [[ $1 != openmpi ]] || more=(--oversubscribe)
  timeout 120 "mpirun.$1" "${more[@]}" -n "$2" "${@:3}" </dev/null
}

# takes MANIFEST LIBRARY:SYMBOL...: some link of it takes this symbol from a library of this name.
takes() {
  python3 - "$@" <<'PYTHON'
import json
import sys

links = json.load(open(sys.argv[1]))["links"]
taken = {(item["library"], symbol) for link in links for item in link["items"] for symbol in item.get("uses", [])}
missing = [word for word in sys.argv[2:] if tuple(word.split(":")) not in taken]
assert not missing, f"not taken: {missing}"
PYTHON
}
