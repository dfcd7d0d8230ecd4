#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# hypre from its Debian source package, for MPICH and for Open MPI in one image, with BLAS and LAPACK
# under the names that all have in common: what the two share, and its own tests of its solvers on
# two ranks, with the generic programs and with specialized ones.
# Usage: tests/realworld/hypre.sh FOLDER-OF-PROGRAMS [WORK-FOLDER]
set -uo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
. "$here/package.sh"
. "$here/mpi.sh"
begin hypre "$@"
jobs=$source/src/test/TEST_ij
source=$source/src

configuration() { echo "blas=standard,mpi=$1,openmp=off,tests=on"; }

# Without code for other processors: none of it asks about them.
capture --spec "$here/../../specializations/applications/hypre.json" --product ij --isa none \
  --set mpi=mpich,openmpi --set blas=standard --set openmp=off --set tests=on
check "no more than 337 of its sources differ, and those see mpi.h" saves sharing.txt python3 "$here/mpi_sharing.py" manifest.json 337
cat sharing.txt
check "its links say what they take of MPI, BLAS and LAPACK" takes manifest.json \
  libmpich.so.12:MPI_Init libmpi.so.40:MPI_Init libblas.so.3:dgemv_ liblapack.so.3:dsygv_

# solves FLAVOUR PROGRAM: each of the first 24 runs on two ranks takes as many steps as hypre says.
solves() {
  local line output expected count=0
  while IFS= read -r line; do
    output=${line##*> }
    expected=$(awk -v "file=# Output file: $output" '$0 == file { here = 1; next } /^#/ { here = 0 } here && /Iterations = / { print $NF; exit }' "$jobs/solvers.saved")
    [[ $expected ]] || continue
    line=${line#mpirun -np 2 ./ij}
    # shellcheck disable=SC2086
    ranks "$1" 2 "$2" ${line%>*} >out.txt 2>err.txt || { cat err.txt; return 1; }
    grep -E 'Iterations = ' out.txt | head -n 1 | grep -q " = $expected\$" ||
      { echo "$line: $expected steps expected"; grep Iterations out.txt; return 1; }
    count=$((count + 1))
    ((count < 24)) || return 0
  done < <(grep '^mpirun -np 2 ./ij' "$jobs/solvers.jobs")
  return 1
}

for mpi in mpich openmpi; do
  generic=$PWD/kept/install/$(configuration $mpi)/usr/local/bin/ij
  check "24 of its own tests take as many steps as they should with $mpi: generic" solves $mpi "$generic"
  check "it is specialized for $mpi" \
    xaas-deploy specialize "oci:images:$package" --set mpi=$mpi --output "tree:$mpi" --cache cache -q
  check "24 of its own tests take as many steps as they should with $mpi: specialized" solves $mpi "$PWD/$mpi/bin/ij"
done
finish
