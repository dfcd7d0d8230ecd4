// SPDX-License-Identifier: Apache-2.0
#ifndef KERNELS_QUANTIZE_H
#define KERNELS_QUANTIZE_H

#include "blocks.h"

#include <stddef.h>

// The nearest codes of `blocks` times 32 numbers.
void quantize4(const float* numbers, block4* to, size_t blocks);
void quantize8(const float* numbers, block8* to, size_t blocks);

#endif
