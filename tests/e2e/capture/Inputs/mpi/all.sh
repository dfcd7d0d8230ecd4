# SPDX-License-Identifier: Apache-2.0
# all.sh FLAVOUR INPUTS WORK-FOLDER: captures the program by each build system, and runs it on two
# ranks.
set -e
flavour=$1 inputs=$2 work=$3
export FLAVOUR=$flavour
rm -rf "$work"
for system in CMakeLists.txt configure Makefile build.sh; do
  mkdir -p "$work/$system"
  cp "$inputs/Makefile" "$inputs"/*.c* "$inputs/$system" "$work/$system"
  options= command=
  case $system in
    CMakeLists.txt | configure) options="--spec $inputs/xaas.json --set mpi=$flavour" ;;
    build.sh) command="-- sh build.sh" ;;
  esac
  echo "$system:"
  xaas-build ir --source "$work/$system" --output "oci:$work/image:$flavour" --force $options $command 2>"$work/said"
  ! grep warning "$work/said"
  xaas-build inspect --json "oci:$work/image:$flavour" | python3 "$inputs/../uses.py" | grep libmpi
  xaas-deploy specialize -q "oci:$work/image:$flavour" --output "tree:$work/tree" --force --cache "$work/cache"
  timeout 60 mpirun.$flavour -n 2 "$work/tree/bin/app" </dev/null
  timeout 60 mpirun.$flavour -n 1 "$work/tree/bin/more" </dev/null
done
