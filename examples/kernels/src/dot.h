// SPDX-License-Identifier: Apache-2.0
#ifndef KERNELS_DOT_H
#define KERNELS_DOT_H

#include "blocks.h"

#include <stddef.h>

// What the products are computed with: "scalar", "avx2", "avx512" or "avx512-vnni".
const char* dot_kernel(void);

// Inner products of `blocks` blocks.
float dot_4_8(const block4* x, const block8* y, size_t blocks);
float dot_8_8(const block8* x, const block8* y, size_t blocks);

#endif
