// SPDX-License-Identifier: Apache-2.0
#include "solution.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace heat {

namespace {

constexpr double k_two_pi = 6.283185307179586;

std::vector<double> sines(int waves, int cells) {
  std::vector<double> values;
  for (int i = 0; i < cells; ++i) values.push_back(std::sin(k_two_pi * waves * (i + 0.5) / cells));
  return values;
}

// Calls what(cell, exact value) for every cell.
template <typename BoxType, typename What>
void with_wave(BoxType& box, const Mode& mode, double height, What what) {
  const auto cells = static_cast<std::size_t>(box.cells());
  const auto in_x = sines(mode[0], box.cells());
  const auto in_y = sines(mode[1], box.cells());
  const auto in_z = sines(mode[2], box.cells());
  for (std::size_t z = 0; z < cells; ++z)
    for (std::size_t y = 0; y < cells; ++y) {
      auto* const row = box.at(static_cast<int>(y), static_cast<int>(z));
      for (std::size_t x = 0; x < cells; ++x)
        what(row[x], 1 + height * in_x[x] * in_y[y] * in_z[z]);
    }
}

}  // namespace

void fill_with_wave(Box& box, const Mode& mode, double height) {
  with_wave(box, mode, height, [](float& cell, double exact) { cell = static_cast<float>(exact); });
}

double decay_per_step(const Mode& mode, int cells, double step) {
  double laplacian = 0;
  for (const int waves : mode) laplacian += 2 * std::cos(k_two_pi * waves / cells) - 2;
  return 1 + step * laplacian;
}

double largest_error(const Box& box, const Mode& mode, double height) {
  double largest = 0;
  with_wave(box, mode, height, [&](const float& cell, double exact) {
    largest = std::max(largest, std::abs(cell - exact));
  });
  return largest;
}

}  // namespace heat
