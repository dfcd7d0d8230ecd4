# SPDX-License-Identifier: Apache-2.0
# Read by the scripts of applications with MPI: their ranks, and what their links take.

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

# launch FLAVOUR COUNT: in $launcher, what starts so many ranks with that MPI.
launch() {
  launcher=("mpirun.$1" -n "$2")
  [[ $1 != openmpi ]] || launcher+=(--oversubscribe)
}

# ranks FLAVOUR COUNT COMMAND...: by its launcher, for two minutes at most.
ranks() {
  launch "$1" "$2"
  timeout 120 "${launcher[@]}" "${@:3}" </dev/null
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
