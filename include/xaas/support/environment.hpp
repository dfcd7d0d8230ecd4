// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace xaas {

/// A variable of this process's environment. One that is set to nothing is set.
std::optional<std::string> environment_variable(const std::string& name);

}  // namespace xaas
