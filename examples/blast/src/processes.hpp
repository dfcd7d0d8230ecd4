// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gas.hpp"

namespace blast {

/// The processes that compute together: one, or those of MPI. The box is divided among them along
/// z.
class Processes {
 public:
  Processes(int* argc, char*** argv);
  ~Processes();
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;
  Processes(Processes&&) = delete;
  Processes& operator=(Processes&&) = delete;

  [[nodiscard]] int count() const { return count_; }
  [[nodiscard]] int rank() const { return rank_; }

  /// Fills the planes below and above the slab: with the neighbours', or mirrored at the walls.
  void fill_borders(Gas& gas) const;
  [[nodiscard]] double largest(double value) const;
  [[nodiscard]] double sum(double value) const;

 private:
  int count_ = 1;
  int rank_ = 0;
};

/// The plane of a wall: what hits it comes back. `inside` is copied to `outside`.
void mirror_plane(Gas& gas, int inside, int outside);

}  // namespace blast
