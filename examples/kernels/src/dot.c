// SPDX-License-Identifier: Apache-2.0
#include "dot.h"

// One of three ways is compiled. Codes are multiplied as bytes and summed up as integers, exactly;
// a block's sum is scaled as a float.

#if defined(__AVX512BW__) && defined(__AVX512VL__)

#include <immintrin.h>

const char* dot_kernel(void) {
#ifdef __AVX512VNNI__
  return "avx512-vnni";
#else
  return "avx512";
#endif
}

// Sums of four products each, of bytes without sign and bytes with one.
static inline __m512i products(__m512i bytes, __m512i codes) {
#ifdef __AVX512VNNI__
  return _mm512_dpbusd_epi32(_mm512_setzero_si512(), bytes, codes);
#else
  return _mm512_madd_epi16(_mm512_maddubs_epi16(bytes, codes), _mm512_set1_epi16(1));
#endif
}

static inline __m512i two_halves(__m256i low, __m256i high) {
  return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

static inline __m512 two_scales(float low, float high) {
  return _mm512_mask_blend_ps(0xff00, _mm512_set1_ps(low), _mm512_set1_ps(high));
}

static inline __m256i unpacked(const uint8_t* codes) {
  const __m128i bytes = _mm_loadu_si128((const __m128i*)codes);
  const __m128i low = _mm_and_si128(bytes, _mm_set1_epi8(15));
  const __m128i high = _mm_and_si128(_mm_srli_epi16(bytes, 4), _mm_set1_epi8(15));
  return _mm256_set_m128i(high, low);
}

static inline __m512i codes_of(const block8* low, const block8* high) {
  return two_halves(_mm256_loadu_si256((const __m256i*)low->codes),
                    _mm256_loadu_si256((const __m256i*)high->codes));
}

static const block4 no_block4;
static const block8 no_block8;

float dot_4_8(const block4* x, const block8* y, size_t blocks) {
  __m512 sum = _mm512_setzero_ps();
  float offset = 0;
  for (size_t i = 0; i < blocks; i += 2) {
    const int is_last = i + 1 == blocks;
    const block4* x2 = is_last ? &no_block4 : x + i + 1;
    const block8* y2 = is_last ? &no_block8 : y + i + 1;
    const __m512i bytes = two_halves(unpacked(x[i].codes), unpacked(x2->codes));
    const __m512 scale = two_scales(x[i].scale * y[i].scale, x2->scale * y2->scale);
    sum = _mm512_fmadd_ps(_mm512_cvtepi32_ps(products(bytes, codes_of(y + i, y2))), scale, sum);
    offset += x[i].scale * y[i].scale * (float)y[i].sum + x2->scale * y2->scale * (float)y2->sum;
  }
  return _mm512_reduce_add_ps(sum) - 8 * offset;
}

float dot_8_8(const block8* x, const block8* y, size_t blocks) {
  __m512 sum = _mm512_setzero_ps();
  for (size_t i = 0; i < blocks; i += 2) {
    const int is_last = i + 1 == blocks;
    const block8* x2 = is_last ? &no_block8 : x + i + 1;
    const block8* y2 = is_last ? &no_block8 : y + i + 1;
    // The sign goes from one factor to the other.
    const __m512i left = codes_of(x + i, x2);
    const __m512i right = codes_of(y + i, y2);
    const __mmask64 negative = _mm512_movepi8_mask(left);
    const __m512i turned = _mm512_mask_sub_epi8(right, negative, _mm512_setzero_si512(), right);
    const __m512 scale = two_scales(x[i].scale * y[i].scale, x2->scale * y2->scale);
    sum = _mm512_fmadd_ps(_mm512_cvtepi32_ps(products(_mm512_abs_epi8(left), turned)), scale, sum);
  }
  return _mm512_reduce_add_ps(sum);
}

#elif defined(__AVX2__) && defined(__FMA__)

#include <immintrin.h>

const char* dot_kernel(void) {
  return "avx2";
}

static inline __m256i products(__m256i bytes, __m256i codes) {
  return _mm256_madd_epi16(_mm256_maddubs_epi16(bytes, codes), _mm256_set1_epi16(1));
}

static inline float sum_of(__m256 lanes) {
  __m128 sum = _mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
  sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
  return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}

float dot_4_8(const block4* x, const block8* y, size_t blocks) {
  __m256 sum = _mm256_setzero_ps();
  float offset = 0;
  for (size_t i = 0; i < blocks; ++i) {
    const __m128i packed = _mm_loadu_si128((const __m128i*)x[i].codes);
    const __m128i low = _mm_and_si128(packed, _mm_set1_epi8(15));
    const __m128i high = _mm_and_si128(_mm_srli_epi16(packed, 4), _mm_set1_epi8(15));
    const __m256i codes = _mm256_loadu_si256((const __m256i*)y[i].codes);
    const float scale = x[i].scale * y[i].scale;
    sum = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products(_mm256_set_m128i(high, low), codes)),
                          _mm256_set1_ps(scale), sum);
    offset += scale * (float)y[i].sum;
  }
  return sum_of(sum) - 8 * offset;
}

float dot_8_8(const block8* x, const block8* y, size_t blocks) {
  __m256 sum = _mm256_setzero_ps();
  for (size_t i = 0; i < blocks; ++i) {
    const __m256i left = _mm256_loadu_si256((const __m256i*)x[i].codes);
    const __m256i right = _mm256_loadu_si256((const __m256i*)y[i].codes);
    // The sign goes from one factor to the other.
    const __m256i terms = products(_mm256_abs_epi8(left), _mm256_sign_epi8(right, left));
    sum = _mm256_fmadd_ps(_mm256_cvtepi32_ps(terms), _mm256_set1_ps(x[i].scale * y[i].scale), sum);
  }
  return sum_of(sum);
}

#else

const char* dot_kernel(void) {
  return "scalar";
}

float dot_4_8(const block4* x, const block8* y, size_t blocks) {
  float sum = 0;
  for (size_t i = 0; i < blocks; ++i) {
    int32_t terms = 0;
    for (int j = 0; j < block_size / 2; ++j) {
      terms += (x[i].codes[j] & 15) * y[i].codes[j];
      terms += (x[i].codes[j] >> 4) * y[i].codes[j + block_size / 2];
    }
    sum += x[i].scale * y[i].scale * (float)(terms - 8 * y[i].sum);
  }
  return sum;
}

float dot_8_8(const block8* x, const block8* y, size_t blocks) {
  float sum = 0;
  for (size_t i = 0; i < blocks; ++i) {
    int32_t terms = 0;
    for (int j = 0; j < block_size; ++j) terms += x[i].codes[j] * y[i].codes[j];
    sum += x[i].scale * y[i].scale * (float)terms;
  }
  return sum;
}

#endif
