# SPDX-License-Identifier: Apache-2.0
# Read by the scripts of this folder: what all packages go through. A package's script calls
# `begin`, `capture`, `specialize`, its own tests through `both` or `with_libraries`, `finish`.

. "$here/checks.sh"

# begin NAME FOLDER-OF-PROGRAMS [WORK-FOLDER]: an empty work folder, the package's source in $source.
begin() {
  package=$1
  [[ $# == 2 || $# == 3 ]] || { echo "usage: $package.sh FOLDER-OF-PROGRAMS [WORK-FOLDER]" >&2; exit 2; }
  PATH="$(realpath "$2"):$PATH"
  export PATH
  work=$(realpath -m "${3:-$here/../../build/realworld/$package}")
  rm -rf "$work"
  mkdir -p "$work"
  cd "$work" || exit 1
  generic_tests=0 specialized_tests=0
  local fetched
  fetched=$("$here/fetch_source.sh" "$package") || { not_ok "the source package can be fetched"; finish; }
  # Below the working folder, which programs of an image see.
  source=$work/source
  cp -r "$fetched" "$source"
}

# capture ARGUMENTS OF xaas-build ir...: into oci:images:$package, the build left in kept/.
capture() {
  check "$package is captured by its own build" \
    xaas-build ir --source "$source" --output "oci:images:$package" --keep kept -q "$@" || finish
  xaas-build inspect "oci:images:$package" --json >manifest.json || echo '{}' >manifest.json
  check "every unit is captured, or opaque with a reason" every_unit_explained manifest.json
  prefix=kept/stage/usr/local
}

specialize() {
  check "it is specialized for this machine" saves record.json \
    xaas-deploy specialize "oci:images:$package" --output tree:here --cache cache --json || finish
  check "every installed program, library and archive is lowered, or named as generic" \
    nothing_silently_generic manifest.json record.json kept/stage
  check "libraries keep their names, versions and strong exports" \
    same_interfaces record.json kept/stage here
}

# both WHAT COMMAND...: the command passes with programs of the generic image, and with those of the
# deployment. `program NAME ARGUMENTS...` runs one.
both() {
  local what=$1
  shift
  deployed=oci:$work/images:$package check "$what: generic" "$@" && generic_tests=$((generic_tests + 1))
  deployed=$work/here check "$what: specialized" "$@" && specialized_tests=$((specialized_tests + 1))
}

program() { xaas-deploy run "$deployed" --entrypoint "$1" -- "${@:2}"; }

# with_libraries WHAT COMMAND...: a program of the build tree passes with the generic libraries and
# with the specialized ones.
with_libraries() {
  local what=$1
  shift
  LD_LIBRARY_PATH=$work/$prefix/lib check "$what: with the generic libraries" "$@" &&
    generic_tests=$((generic_tests + 1))
  LD_LIBRARY_PATH=$work/here/lib check "$what: with the specialized libraries" "$@" &&
    specialized_tests=$((specialized_tests + 1))
}

# same_verdicts GENERIC SPECIALIZED: files of lines `PASS: test` and `FAIL: test`, in order.
same_verdicts() {
  check "generic and specialized pass and fail the same tests" diff "$1" "$2"
  generic_tests=$((generic_tests + $(grep -c '^PASS' "$1")))
  specialized_tests=$((specialized_tests + $(grep -c '^PASS' "$2")))
}

# ratio COMMAND [OPTION...]: how the deployment compares with the generic image, for the table.
ratio() {
  local command=$1
  shift
  check "it is compared with the generic image" saves ratio.json \
    xaas-deploy compare here "oci:images:$package" --run "$command" --repeat 6 --json "$@"
}

# row KIND: the package's line of the table in docs/packages.md.
row() {
  package_row "$package" "$1" manifest.json record.json "$generic_tests" "$specialized_tests" \
    ratio.json >row.md && cat row.md
}

nothing_silently_generic() { python3 "$here/products.py" accounted "$@"; }
same_interfaces() { python3 "$here/products.py" interfaces "$@"; }
package_row() { python3 "$here/products.py" row "$@"; }
