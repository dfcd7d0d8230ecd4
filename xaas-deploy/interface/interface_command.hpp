// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/specializations/library_interface.hpp"
#include "xaas/support/command_line.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace xaas {

/// `xaas-deploy interface list|show|validate`.
struct InterfaceOptions {
  std::string action;
  std::vector<std::string> names;  // of `show`: one; of `validate`: files
  bool json = false;
};

CLI::App* add_interface_command(CLI::App& app, InterfaceOptions& options);

/// Where the site's lie, as its profile says.
Result<std::filesystem::path> interface_folder();
/// The shipped ones and those.
Result<std::vector<LibraryInterface>> known_interfaces();

Result<int> run_interface_command(const InterfaceOptions& options);

}  // namespace xaas
