// SPDX-License-Identifier: Apache-2.0
#include "strip_solver.hpp"

#include <cblas.h>

#include <cmath>
#include <cstddef>

namespace membrane {
namespace {

constexpr double k_pi = 3.14159265358979323846;

/// sin(pi (i + 1)(k + 1) / (n + 1)), scaled so that the matrix is its own inverse.
std::vector<double> sines(int n) {
  std::vector<double> matrix;
  matrix.reserve(static_cast<std::size_t>(n) * static_cast<std::size_t>(n));
  const long period = 2L * (n + 1);
  for (long i = 1; i <= n; ++i) {
    // The angle is kept small, for large ones have fewer digits.
    for (long k = 1; k <= n; ++k)
      matrix.push_back(std::sqrt(2.0 / (n + 1)) *
                       std::sin(k_pi * static_cast<double>(i * k % period) / (n + 1)));
  }
  return matrix;
}

/// By what the operator scales sine number k of n, along one axis.
double factor(int k, int n) {
  return 2 - 2 * std::cos(k_pi * (k + 1) / (n + 1));
}

struct Matrix {
  const double* values;
  int columns;
};

/// result = a b, where all have their rows one behind the other.
void multiply(int rows, Matrix a, Matrix b, double* result) {
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, b.columns, a.columns, 1, a.values,
              a.columns, b.values, b.columns, 0, result, b.columns);
}

}  // namespace

StripSolver::StripSolver(int rows, int columns)
    : rows_(rows), columns_(columns), vertical_(sines(rows)), horizontal_(sines(columns)) {
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) scale_.push_back(1 / (factor(y, rows) + factor(x, columns)));
  }
  work_.resize(scale_.size());
}

void StripSolver::solve(const Strip& load, Strip& shape) {
  const Matrix vertical{vertical_.data(), rows_};
  const Matrix horizontal{horizontal_.data(), columns_};
  multiply(rows_, vertical, {load.values(), columns_}, work_.data());
  multiply(rows_, {work_.data(), columns_}, horizontal, shape.values());
  for (std::size_t i = 0; i < scale_.size(); ++i) shape.values()[i] *= scale_[i];
  multiply(rows_, vertical, {shape.values(), columns_}, work_.data());
  multiply(rows_, {work_.data(), columns_}, horizontal, shape.values());
}

double StripSolver::operations() const {
  return 4.0 * rows_ * columns_ * (rows_ + columns_);
}

}  // namespace membrane
