// SPDX-License-Identifier: Apache-2.0
#include "dot.h"
#include "matrix.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef void multiplication(const matrix*, const float*, block8*, float*);

// The same numbers from -1 to 1 every time.
static void fill(float* numbers, size_t count) {
  uint64_t state = 2463534242U;
  for (size_t i = 0; i < count; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    numbers[i] = (float)((double)(state >> 33) / 1073741824.0 - 1.0);
  }
}

// How far the result is from the product in double precision, in units of what a row's product of
// random numbers is like.
static double error_of(const float* result, const float* numbers, const float* vector, size_t rows,
                       size_t columns) {
  double worst = 0;
  for (size_t row = 0; row < rows; ++row) {
    double exact = 0;
    for (size_t i = 0; i < columns; ++i) exact += (double)numbers[row * columns + i] * vector[i];
    worst = fmax(worst, fabs(exact - result[row]) / sqrt((double)columns));
  }
  return worst;
}

static double seconds(void) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double rate_of(multiplication* multiply, const matrix* by, const float* vector,
                      block8* scratch, float* result, int repeat) {
  const double start = seconds();
  for (int i = 0; i < repeat; ++i) multiply(by, vector, scratch, result);
  const double terms = (double)by->rows * (double)by->blocks * block_size * repeat;
  return terms / (seconds() - start) / 1e9;
}

static size_t argument(int argc, char** argv, int index, size_t fallback) {
  const long given = index < argc ? strtol(argv[index], NULL, 10) : 0;
  return given > 0 ? (size_t)given : fallback;
}

int main(int argc, char** argv) {
  const size_t rows = argument(argc, argv, 1, 1024);
  const size_t blocks = (argument(argc, argv, 2, 4096) + block_size - 1) / block_size;
  const int repeat = (int)argument(argc, argv, 3, 100);
  const size_t columns = blocks * block_size;
  float* numbers = malloc((rows + 1) * columns * sizeof(float));
  float* result = malloc(rows * sizeof(float));
  block8* scratch = malloc(blocks * sizeof(block8));
  matrix by;
  if (numbers == NULL || result == NULL || scratch == NULL) return 2;
  fill(numbers, (rows + 1) * columns);
  const float* vector = numbers + rows * columns;
  if (!make_matrix(numbers, rows, blocks, &by)) return 2;

  printf("kernel: %s\nmatrix: %zu x %zu\n", dot_kernel(), rows, columns);
  multiplication* const ways[] = {multiply4, multiply8};
  const char* const names[] = {"4 bits", "8 bits"};
  // Half a step of the codes, and what a hundred rows can add up to.
  const double bounds[] = {0.15, 0.01};
  int is_right = 1;
  for (int i = 0; i < 2; ++i) {
    const double rate = rate_of(ways[i], &by, vector, scratch, result, repeat);
    const double error = error_of(result, numbers, vector, rows, columns);
    is_right &= error < bounds[i];
    printf("%s: error %.4f, %.1f G/s\n", names[i], error, rate);
  }
  printf("check: %s\n", is_right ? "ok" : "wrong");
  free_matrix(&by);
  free(scratch);
  free(result);
  free(numbers);
  return is_right ? 0 : 1;
}
