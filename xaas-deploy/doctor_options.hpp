// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tree_commands.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace xaas {

/// The commands that say what is the matter: each adds itself and fills in its options.
CLI::App* add_check_command(CLI::App& app, CheckOptions& options);

}  // namespace xaas
