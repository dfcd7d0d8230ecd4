// SPDX-License-Identifier: Apache-2.0
#include "xaas/support/environment.hpp"

#include <cstdlib>

namespace xaas {

std::optional<std::string> environment_variable(const std::string& name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in our programs sets variables
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return {};
  return value;
}

}  // namespace xaas
