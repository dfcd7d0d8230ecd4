// SPDX-License-Identifier: Apache-2.0
#ifndef KERNELS_MATRIX_H
#define KERNELS_MATRIX_H

#include "blocks.h"

#include <stddef.h>

// Rows of blocks, as 4-bit and as 8-bit codes.
typedef struct {
  size_t rows;
  size_t blocks;  // of a row
  block4* codes4;
  block8* codes8;
} matrix;

// Of rows * 32 * blocks numbers; 0 when there is no memory.
int make_matrix(const float* numbers, size_t rows, size_t blocks, matrix* made);
void free_matrix(matrix* made);

// result[row] = the row times `numbers`, which become 8-bit codes in `scratch` first.
void multiply4(const matrix* by, const float* numbers, block8* scratch, float* result);
void multiply8(const matrix* by, const float* numbers, block8* scratch, float* result);

#endif
