// SPDX-License-Identifier: Apache-2.0
#include "deployed.hpp"
#include "tree_commands.hpp"

#include "xaas/ir/prefix.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace xaas {
namespace {

namespace fs = std::filesystem;

void look_at_product(const fs::path& tree, const DeployedProduct& product,
                     std::vector<std::string>& complaints) {
  const auto bytes = read_file(tree / product.place);
  if (!bytes) {
    complaints.push_back(
        fmt::format("`{}` cannot be read: {}", product.place, bytes.error().message()));
  } else if (digest_of(*bytes) != product.content) {
    complaints.push_back(fmt::format("`{}` was changed since it was deployed", product.place));
  }
}

/// A file that people may edit, such as a script; products are looked at as a whole.
void look_at_prefixed(const Deployed& deployed, const PrefixedFile& file,
                      std::vector<std::string>& complaints) {
  const DeploymentRecord& record = *deployed.record;
  const bool is_product = std::ranges::any_of(record.targets, [&](const DeployedTarget& part) {
    return std::ranges::find(part.products, file.path, &DeployedProduct::place) !=
           part.products.end();
  });
  if (is_product) return;
  const auto bytes = read_file(deployed.path / file.path);
  if (!bytes) {
    complaints.push_back(
        fmt::format("`{}` cannot be read: {}", file.path, bytes.error().message()));
  } else if (!stands_at(prefix_in(file, record.prefix, record.room), file.places, *bytes)) {
    complaints.push_back(
        fmt::format("`{}` was changed since it was deployed: `{}` is not where "
                    "it was",
                    file.path, record.prefix));
  }
}

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
    for (const DeployedProduct& product : part.products)
      look_at_product(deployed.path, product, complaints);
  }
  for (const PrefixedFile& file : record.prefixed) look_at_prefixed(deployed, file, complaints);
  return complaints;
}

}  // namespace

Result<int> run_check_command(const CheckOptions& options) {
  XAAS_TRY(const auto deployed, open_deployed("tree:" + options.tree.string()));
  const auto complaints = complaints_about(deployed);
  if (options.json) {
    XAAS_CHECK(print_output(print_json({{"schema", "xaas.check/1"}, {"complaints", complaints}})));
  } else if (complaints.empty()) {
    XAAS_CHECK(print_output(fmt::format("`{}` is whole and in its place\n", deployed.name)));
  } else {
    for (const std::string& complaint : complaints) XAAS_CHECK(print_output(complaint + "\n"));
  }
  return complaints.empty() ? 0 : k_exit_mismatch;
}

}  // namespace xaas
