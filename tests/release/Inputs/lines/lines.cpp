#include <immintrin.h>

#include <cstdio>
#include <vector>

// Inlined functions of the compiler's own header: debug information names that file.
int main() {
  std::vector<float> values(4, 1.5F);
  const __m128 sum = _mm_add_ps(_mm_loadu_ps(values.data()), _mm_set1_ps(2));
  _mm_storeu_ps(values.data(), sum);
  std::printf("%s %.1f\n", __FILE__, static_cast<double>(values[3]));
}
