// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "deployment_record.hpp"

#include "xaas/support/result.hpp"

#include <string>

namespace xaas {

/// The linker's option that writes into a product where it is from: `.note.package` with the
/// application, its IR, the target and the toolchain. `recorded` is the option that the
/// application's own link has, or empty: what a distribution says of its package stays.
std::string identity_option(const DeploymentRecord& record, const std::string& recorded);

/// `xaas-deploy identify`.
struct IdentifyOptions {
  std::string file;
  bool json = false;
};
Result<int> run_identify_command(const IdentifyOptions& options);

}  // namespace xaas
