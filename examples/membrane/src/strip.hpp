// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace membrane {

/// A value for each point of one process's rows of the grid, and for a row of neighbours on either
/// side, which are zero at first.
class Strip {
 public:
  Strip(int rows, int columns)
      : rows_(rows),
        columns_(columns),
        values_((static_cast<std::size_t>(rows) + 2) * static_cast<std::size_t>(columns)) {}

  [[nodiscard]] int rows() const { return rows_; }
  [[nodiscard]] int columns() const { return columns_; }
  /// Of the own rows, which lie one behind the other.
  [[nodiscard]] int size() const { return rows_ * columns_; }
  [[nodiscard]] double* values() { return row(0); }
  [[nodiscard]] const double* values() const { return row(0); }

  /// From -1, the neighbour's below, to rows(), the neighbour's above.
  [[nodiscard]] double* row(int index) { return values_.data() + offset(index); }
  [[nodiscard]] const double* row(int index) const { return values_.data() + offset(index); }

 private:
  [[nodiscard]] std::ptrdiff_t offset(int index) const {
    return (static_cast<std::ptrdiff_t>(index) + 1) * columns_;
  }

  int rows_;
  int columns_;
  std::vector<double> values_;
};

/// The load that gives the membrane this shape: Laplace's operator by differences. The rows of the
/// neighbours must be there.
void apply_operator(const Strip& shape, Strip& load);

}  // namespace membrane
