// SPDX-License-Identifier: Apache-2.0
#include "matrix.h"

#include "dot.h"
#include "quantize.h"

#include <stdlib.h>

int make_matrix(const float* numbers, size_t rows, size_t blocks, matrix* made) {
  const size_t all = rows * blocks;
  *made = (matrix){.rows = rows,
                   .blocks = blocks,
                   .codes4 = malloc(all * sizeof(block4)),
                   .codes8 = malloc(all * sizeof(block8))};
  if (made->codes4 == NULL || made->codes8 == NULL) {
    free_matrix(made);
    return 0;
  }
  quantize4(numbers, made->codes4, all);
  quantize8(numbers, made->codes8, all);
  return 1;
}

void free_matrix(matrix* made) {
  free(made->codes4);
  free(made->codes8);
}

void multiply4(const matrix* by, const float* numbers, block8* scratch, float* result) {
  quantize8(numbers, scratch, by->blocks);
  for (size_t row = 0; row < by->rows; ++row)
    result[row] = dot_4_8(by->codes4 + row * by->blocks, scratch, by->blocks);
}

void multiply8(const matrix* by, const float* numbers, block8* scratch, float* result) {
  quantize8(numbers, scratch, by->blocks);
  for (size_t row = 0; row < by->rows; ++row)
    result[row] = dot_8_8(by->codes8 + row * by->blocks, scratch, by->blocks);
}
