#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Twenty deployments of a solver below apps/, each linked with an MPI and a BLAS of the machine, and
# what maintenance does to these: twelve can be made again, five cannot, three are as they were.
set -e
libraries=/usr/lib/$(uname -m)-linux-gnu
record="python3 $(dirname "$0")/record.py"

# machine/PLACE/libmpi.so.12 is MPICH's twin, machine/PLACE/libblas.so.3 is BLIS.
for place in release name other kept; do
  mkdir -p machine/$place
  cp "$(realpath $libraries/libmpich.so.12)" machine/$place/libmpi.so.12
  patchelf --set-soname libmpi.so.12 machine/$place/libmpi.so.12
done
for place in reference little kept; do
  mkdir -p machine/$place
  cp $libraries/blis-pthread/libblas.so.3 machine/$place/libblas.so.3
done

for image in lasting vanishing; do
  xaas-build ir -q --source "$(dirname "$0")/solver" --output oci:$image -- sh build.sh
done
# deploy IMAGE PLACE-OF-MPI PLACE-OF-BLAS NAME...
deploy() {
  image=$1 mpi=$PWD/machine/$2/libmpi.so.12 blas=$PWD/machine/$3/libblas.so.3 && shift 3
  for name; do
    xaas-deploy specialize oci:$image -q --cache cache --library mpi="$mpi" --library blas="$blas" --output tree:apps/$name
  done
}
deploy lasting release kept 01 02 03
deploy lasting release reference 04 05 06
deploy lasting name reference 07 08
deploy lasting kept reference 09 10
deploy lasting kept kept 11 12 13 14 18 19
deploy lasting other kept 15
deploy lasting kept little 16
deploy vanishing release kept 17
xaas-deploy specialize oci:lasting -q --cache cache --output tree:apps/20

# The MPI is replaced by another release, by one that is called otherwise by itself, and by one of
# another ABI; BLAS by one that has all, and by one that has less.
printf 'another release' >> machine/release/libmpi.so.12
cp "$(realpath $libraries/libmpich.so.12)" machine/name/libmpi.so.12
cp "$(realpath $libraries/libmpi.so.40)" machine/other/libmpi.so.12
cp $libraries/blas/libblas.so.3 machine/reference/libblas.so.3
echo 'double cblas_ddot(void) { return 0; }' |
  clang-22 -x c -shared -fPIC -Wl,-soname,libblas.so.3 - -o machine/little/libblas.so.3
# Programs are damaged, and so is a record; a tree is moved; an image is gone.
rm apps/11/bin/app
sed -i 's/GLIBC_2\.34/GLIBC_2.99/' apps/12/bin/tool
echo '{' > apps/13/.xaas/deployment.json
mv apps/14 apps/14-moved
rm -r vanishing
