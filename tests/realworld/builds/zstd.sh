# SPDX-License-Identifier: Apache-2.0
# zstd's build command; its own Makefile says -O3.
make -s -j$(nproc) && make -s install PREFIX=$PREFIX DESTDIR=$DESTDIR
