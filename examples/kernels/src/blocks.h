// SPDX-License-Identifier: Apache-2.0
#ifndef KERNELS_BLOCKS_H
#define KERNELS_BLOCKS_H

#include <stdint.h>

// Numbers are kept in blocks of 32 with one scale: number = scale * code.

enum { block_size = 32 };

// Codes from -8 to 7, stored as 0 to 15: those of the first half of a block in the low halves of
// the bytes, the others in the high ones.
typedef struct {
  float scale;
  uint8_t codes[block_size / 2];
} block4;

// Codes from -127 to 127, and their sum: what the offset of 4-bit codes is to be multiplied by.
typedef struct {
  float scale;
  int32_t sum;
  int8_t codes[block_size];
} block8;

#endif
