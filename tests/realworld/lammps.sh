#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# LAMMPS from its Debian source package, unmodified, for MPICH and for Open MPI in one image, with
# FFTW: what the two share, and the forces that its own tests of force styles expect, on two ranks,
# with the generic programs and with specialized ones.
# Usage: tests/realworld/lammps.sh FOLDER-OF-PROGRAMS [WORK-FOLDER]
set -uo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
. "$here/package.sh"
. "$here/mpi.sh"
begin lammps "$@"

configuration() { echo "fft=fftw3,gpu=off,kokkos=off,mpi=$1,openmp=off,sizes=smallbig"; }

# Its CMakeLists.txt is not in the folder that holds the sources, too. Without code for other
# processors: none of it asks about them.
capture --spec "$here/../../specializations/applications/lammps.json" --isa none \
  --set mpi=mpich,openmpi --set fft=fftw3 --set gpu=off --set kokkos=off --set openmp=off --set sizes=smallbig \
  -- 'cmake -S cmake -B build -C cmake/presets/basic.cmake -DCMAKE_INSTALL_PREFIX=$PREFIX \
      -DWITH_JPEG=OFF -DWITH_PNG=OFF -DWITH_FFMPEG=OFF \
      $LAMMPS_MPI $LAMMPS_OPENMP $LAMMPS_KOKKOS $LAMMPS_GPU $LAMMPS_FFT $LAMMPS_SIZES &&
      cmake --build build -j$(nproc) && cmake --install build'
check "no more than 494 of its sources differ, and those see mpi.h" saves sharing.txt python3 "$here/mpi_sharing.py" manifest.json 494
cat sharing.txt
check "its links say what they take of MPI and FFTW" takes manifest.json \
  libfftw3.so.3:fftw_execute_dft libmpich.so.12:MPI_Init libmpi.so.40:MPI_Init

# forces FLAVOUR PROGRAM: on two ranks, beside the potentials.
forces() {
  launch "$1" 2
  (cd "$source/potentials" &&
    python3 "$here/lammps_forces.py" "$source/unittest/force-styles/tests" 120 "${launcher[@]}" "$2")
}

# linked TREE: the links of lib/xaas are those of the machine's libraries.
linked() {
  local soname=libmpich.so.12
  [[ $1 != openmpi ]] || soname=libmpi.so.40
  [[ $(readlink "$1/lib/xaas/$soname") == /*/$soname && $(readlink "$1/lib/xaas/libfftw3.so.3") == /*/libfftw3.so.3 ]]
}

for mpi in mpich openmpi; do
  generic=$PWD/kept/install/$(configuration $mpi)/usr/local/bin/lmp
  check "the forces are those of its own tests with $mpi: generic" forces $mpi "$generic"
  check "it is specialized for $mpi" \
    xaas-deploy specialize "oci:images:$package" --set mpi=$mpi --output "tree:$mpi" --cache cache -q
  check "it has the machine's MPI and FFTW with $mpi" linked $mpi
  check "the forces are those of its own tests with $mpi: specialized" forces $mpi "$PWD/$mpi/bin/lmp"
done
finish
