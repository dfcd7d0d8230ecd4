// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/command_line.hpp"

#include <string>
#include <vector>

namespace xaas {

/// `--gpu`, of every command that describes a machine or asks for one; `words` are
/// parse_gpus()'s.
void add_gpu_option(CLI::App& app, std::vector<std::string>& words);

}  // namespace xaas
