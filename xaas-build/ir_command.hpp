// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "image_content.hpp"
#include "install_tree.hpp"
#include "specialization_file.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace xaas {

/// `xaas-build ir`.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): there is one of it.
struct IrOptions {
  std::filesystem::path source;
  std::string output;
  unsigned jobs = 0;  // 0: what this process may use
  std::string baseline;
  std::string isas;                   // as given; empty: the architecture's own
  std::string prefix = "/usr/local";  // in the image
  bool fixed_prefix = false;          // the build is given it, not the placeholder
  std::vector<ProductRequest> products;
  std::vector<std::string> entrypoint;
  std::vector<std::string> environment;
  std::vector<std::filesystem::path> includes;
  Base base = Base::small;
  std::filesystem::path keep;  // empty: the work folder is removed
  bool resume = false;         // go on with what is in it
  ConfigurationOptions configurations;
  bool keep_going = false;  // when the build of a configuration fails
  std::filesystem::path events;
  bool force = false;
  bool quiet = false;
  bool json = false;
  std::vector<std::string> command;
};

Result<int> run_ir_command(const IrOptions& options);

}  // namespace xaas
