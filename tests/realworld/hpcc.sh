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
finish
