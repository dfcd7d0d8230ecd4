// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "real.hpp"

#include <array>
#include <cstddef>
#include <vector>

namespace blast {

/// Density, momentum along x, y and z, and total energy, each per volume.
constexpr int k_fields = 5;
/// Of a gas of single atoms.
constexpr Real k_gamma = Real{5} / Real{3};

/// The gas in a slab of the box: `planes` planes of cells^2 cells each, and one more plane below
/// and above, which neighbours fill.
class Gas {
 public:
  Gas(int cells, int planes);

  [[nodiscard]] int cells() const { return cells_; }
  [[nodiscard]] int planes() const { return planes_; }
  [[nodiscard]] std::ptrdiff_t plane_size() const { return std::ptrdiff_t{cells_} * cells_; }

  /// One field's plane, row by row; -1 and planes() are the neighbours'.
  [[nodiscard]] Real* plane(int field, int z) {
    return fields_[static_cast<std::size_t>(field)].data() + plane_size() * (z + 1);
  }
  [[nodiscard]] const Real* plane(int field, int z) const {
    return fields_[static_cast<std::size_t>(field)].data() + plane_size() * (z + 1);
  }

 private:
  int cells_;
  int planes_;
  std::array<std::vector<Real>, k_fields> fields_ = {};
};

}  // namespace blast
