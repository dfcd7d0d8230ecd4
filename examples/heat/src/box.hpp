// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace heat {

/// A periodic cube of `cells`^3 temperatures. One more layer on each side repeats the opposite
/// side, so that a kernel reads its neighbours without asking whether it stands at a border.
class Box {
 public:
  explicit Box(int cells);

  [[nodiscard]] int cells() const { return cells_; }
  [[nodiscard]] std::ptrdiff_t row() const { return row_; }      // distance to the next y
  [[nodiscard]] std::ptrdiff_t plane() const { return plane_; }  // distance to the next z

  /// The first cell of a row. `y` and `z` count from 0; the repeated layers are -1 and `cells`.
  [[nodiscard]] float* at(int y, int z) { return values_.data() + offset(y, z); }
  [[nodiscard]] const float* at(int y, int z) const { return values_.data() + offset(y, z); }

  /// Repeats the borders on the opposite sides.
  void wrap();

 private:
  [[nodiscard]] std::ptrdiff_t offset(int y, int z) const {
    return 1 + row_ * (y + 1) + plane_ * (z + 1);
  }

  int cells_;
  std::ptrdiff_t row_;
  std::ptrdiff_t plane_;
  std::vector<float> values_;
};

/// What a box holds as a whole.
struct Summary {
  double total = 0;  // added plane by plane: the same on any number of threads
  float coldest = 0;
  float hottest = 0;
};
Summary summarize(const Box& box);

}  // namespace heat
