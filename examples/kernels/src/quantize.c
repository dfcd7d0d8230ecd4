// SPDX-License-Identifier: Apache-2.0
#include "quantize.h"

#include <math.h>

static float largest(const float* numbers) {
  float most = 0;
  for (int i = 0; i < block_size; ++i) most = fmaxf(most, fabsf(numbers[i]));
  return most;
}

static int nearest_code(float number, float scale, int limit) {
  const int code = scale == 0 ? 0 : (int)lrintf(number / scale);
  return code > limit ? limit : code < -limit ? -limit : code;
}

void quantize4(const float* numbers, block4* to, size_t blocks) {
  for (size_t i = 0; i < blocks; ++i, numbers += block_size) {
    to[i].scale = largest(numbers) / 7;
    for (int j = 0; j < block_size / 2; ++j) {
      const int low = nearest_code(numbers[j], to[i].scale, 7) + 8;
      const int high = nearest_code(numbers[j + block_size / 2], to[i].scale, 7) + 8;
      to[i].codes[j] = (uint8_t)(low | high << 4);
    }
  }
}

void quantize8(const float* numbers, block8* to, size_t blocks) {
  for (size_t i = 0; i < blocks; ++i, numbers += block_size) {
    to[i].scale = largest(numbers) / 127;
    to[i].sum = 0;
    for (int j = 0; j < block_size; ++j) {
      to[i].codes[j] = (int8_t)nearest_code(numbers[j], to[i].scale, 127);
      to[i].sum += to[i].codes[j];
    }
  }
}
