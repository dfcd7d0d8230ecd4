// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "strip.hpp"

namespace membrane {

/// The processes that compute together: one, or those of MPI. Each has a strip of the membrane.
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

  /// Fills the rows below and above a strip with the neighbours'. Those at the frame stay zero.
  void fill_borders(Strip& strip) const;
  [[nodiscard]] double sum(double value) const;
  [[nodiscard]] double largest(double value) const;

 private:
  int count_ = 1;
  int rank_ = 0;
};

}  // namespace membrane
