# SPDX-License-Identifier: Apache-2.0
./configure --prefix=$PREFIX --disable-fortran \
  --enable-shared --enable-static --enable-threads --enable-openmp \
  --enable-sse2 --enable-avx --enable-avx2 --enable-avx512 &&
  make -s -j$(nproc) && make -s install
