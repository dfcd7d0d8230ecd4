// SPDX-License-Identifier: Apache-2.0
#include "processes.hpp"

namespace membrane {

Processes::Processes(int*, char***) {}
Processes::~Processes() = default;

void Processes::fill_borders(Strip&) const {}

double Processes::sum(double value) const {
  return value;
}

double Processes::largest(double value) const {
  return value;
}

}  // namespace membrane
