#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# HPC Challenge from its Debian source package, unmodified, for MPICH and for Open MPI in one image,
# with a BLAS under the name that all have in common: what the two share, why the rest differs, and
# its own checks on two ranks.
# Usage: tests/realworld/hpcc.sh FOLDER-OF-PROGRAMS [WORK-FOLDER]
set -uo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
. "$here/package.sh"
. "$here/mpi.sh"
begin hpcc "$@"

configuration() { echo "blas=standard,fft=powers-of-2,mpi=$1,randomaccess=standard"; }

capture --spec "$here/../../specializations/applications/hpcc.json" --product hpcc --set mpi=mpich,openmpi \
  --set blas=standard --set fft=powers-of-2 --set randomaccess=standard
check "no more than 95 of its sources differ, and those see mpi.h" saves sharing.txt \
  python3 "$here/mpi_sharing.py" manifest.json 95
cat sharing.txt
check "its links say what they take of MPI and BLAS" takes manifest.json \
  libblas.so.3:cblas_dgemm libmpich.so.12:MPI_Init libmpi.so.40:ompi_mpi_double

# Its own input, smaller: two ranks beside each other, one problem of 400 equations.
sed -e '6s/^[0-9]*/400/; 8s/^[0-9]*/32/; 11s/^[0-9]*/1/; 12s/^[0-9]*/2/' "$source/_hpccinf.txt" >hpccinf.txt

# passes FLAVOUR PROGRAM: on two ranks, all that it checks is right. It appends to its output, so each
# run has a folder of its own.
passes() {
  rm -rf run && mkdir run && cp hpccinf.txt run && cd run || return
  ranks "$1" 2 "$2"
  local code=$?
  cd ..
  [[ $code == 0 ]] && grep -qx 'Success=1' run/hpccoutf.txt && grep -q 'CommWorldProcs=2' run/hpccoutf.txt &&
    grep -q ' PASSED' run/hpccoutf.txt && ! grep -n 'FAILED' run/hpccoutf.txt
}

for mpi in mpich openmpi; do
  generic=$PWD/kept/install/$(configuration $mpi)/usr/local/bin/hpcc
  check "the generic program passes its own checks with $mpi on two ranks" passes $mpi "$generic"
  check "it is specialized for $mpi" \
    xaas-deploy specialize "oci:images:$package" --set mpi=$mpi --output "tree:$mpi" --cache cache -q
  check "the specialized program passes its own checks with $mpi on two ranks" passes $mpi "$PWD/$mpi/bin/hpcc"
done
# Machines with one BLAS alone, or with none: what they have is told by descriptions, of libraries
# that this machine has.
only() {
  xaas-deploy detect | python3 -c '
import json, sys
name, machine = sys.argv[1], json.load(sys.stdin)
machine["name"] = name
machine["blas"] = [one for one in machine["blas"] if one["name"] == name]
json.dump(machine, sys.stdout)' "$1" >"$1.json"
}

# linked TREE SONAME TEXT: it needs this BLAS and no other, and the report says so.
linked() {
  grep -qF -- "$3" "$1.report" || { cat "$1.report"; return 1; }
  [[ $(readelf -d "$1/bin/hpcc" | grep -E 'NEEDED.*lib(blas|blis|openblas)' | sed 's/.*\[\(.*\)\]/\1/') == "$2" ]]
}

for case in 'openblas|libopenblas.so.0|the best that `openblas` has' 'blis|libblis.so.4|the best that `blis` has' \
  'netlib|libblas.so.3|a reference implementation, no faster' 'none|libblas.so.3|`none` has none'; do
  IFS='|' read -r blas soname text <<<"$case"
  only "$blas"
  xaas-deploy specialize "oci:images:$package" --set mpi=mpich --target "$blas.json" --output "tree:on-$blas" \
    --cache cache >"on-$blas.report" 2>&1
  check "on a machine with $blas for a BLAS it is linked with $soname, and says why" linked "on-$blas" "$soname" "$text"
  check "and passes its own checks there" passes mpich "$PWD/on-$blas/bin/hpcc"
done

# The ABI's twin under the name that Cray and Intel give it.
mkdir -p twin && cp "$(realpath /usr/lib/*-linux-gnu/libmpich.so.12)" twin/libmpi.so.12 &&
  patchelf --set-soname libmpi.so.12 twin/libmpi.so.12
twin() { LD_LIBRARY_PATH=$PWD/twin xaas-deploy specialize "oci:images:$package" --set mpi=mpich --output tree:on-twin --cache cache -q; }
check "it is linked with MPICH's twin, libmpi.so.12" twin
no_trace() { readelf -d on-twin/bin/hpcc | grep -q 'NEEDED.*\[libmpi.so.12\]' && ! grep -r libmpich.so.12 on-twin/bin on-twin/lib; }
check "nothing of it names libmpich.so.12" no_trace
check "it passes its own checks with the twin" passes mpich "$PWD/on-twin/bin/hpcc"
finish
