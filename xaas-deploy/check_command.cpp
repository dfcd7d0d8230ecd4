// SPDX-License-Identifier: Apache-2.0
#include "deployed.hpp"
#include "tree_commands.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace xaas {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> complaints_about(const Deployed& deployed) {
  const DeploymentRecord& record = *deployed.record;
  std::vector<std::string> complaints;
  std::error_code error;
  if (!record.prefix.empty() && !fs::equivalent(record.prefix, deployed.path, error)) {
    complaints.push_back(
        fmt::format("its programs look for their files in `{}`, and it lies in `{}`: `xaas-deploy "
                    "relocate {}` brings them together",
                    record.prefix, deployed.path.string(), deployed.path.string()));
  }
  for (const std::string& path : record.unreached) {
    complaints.push_back(fmt::format(
        "`{}` holds the prefix of its build in pieces, which could not be replaced", path));
  }
  for (const DeployedTarget& part : record.targets) {
    for (const DeployedProduct& product : part.products) {
      const auto bytes = read_file(deployed.path / product.place);
      if (!bytes) {
        complaints.push_back(
            fmt::format("`{}` cannot be read: {}", product.place, bytes.error().message()));
      } else if (digest_of(*bytes) != product.content) {
        complaints.push_back(fmt::format("`{}` was changed since it was deployed", product.place));
      }
    }
  }
  return complaints;
}

}  // namespace

Result<int> run_check_command(const CheckOptions& options) {
  XAAS_TRY(const auto deployed, open_deployed("tree:" + options.tree.string()));
  const auto complaints = complaints_about(deployed);
  if (options.json) {
    XAAS_CHECK(print_output(print_json({{"schema", "xaas.check/0"}, {"complaints", complaints}})));
  } else if (complaints.empty()) {
    XAAS_CHECK(print_output(fmt::format("`{}` is whole and in its place\n", deployed.name)));
  } else {
    for (const std::string& complaint : complaints) XAAS_CHECK(print_output(complaint + "\n"));
  }
  return complaints.empty() ? 0 : k_exit_mismatch;
}

}  // namespace xaas
