// SPDX-License-Identifier: Apache-2.0
#include "property.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>

namespace xaas::fuzzing {

void report_broken(std::string_view property) {
  fmt::print(stderr, "broken property: {}\n", property);
  std::abort();
}

}  // namespace xaas::fuzzing
