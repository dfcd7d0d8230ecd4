// SPDX-License-Identifier: Apache-2.0
#include "record/deployment_report.hpp"

#include "xaas/lowering/chooser.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace xaas {
namespace {

std::string describe_counts(const std::map<std::string, std::uint64_t>& counts) {
  std::vector<std::string> parts;
  for (const auto& [name, count] : counts) {
    if (count > 0) parts.push_back(fmt::format("{} {}", name, count));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::string describe_part(const DeploymentRecord& record, const DeployedTarget& part) {
  const Cpu& cpu = part.target.cpu;
  std::string text =
      fmt::format("{} for {}{}{}\n", record.application, cpu.name,
                  cpu.level.empty() ? "" : " (" + cpu.level + ")",
                  part.view.empty() ? "" : fmt::format(", in {}/{}", k_views_folder, part.view));
  for (const DeployedProduct& product : part.products) {
    text += fmt::format("  {}: {} of {} units lowered, vectors up to {} bits\n", product.path,
                        product.lowered, product.units, product.census.widest_vector_bits);
    text += fmt::format("    instructions: {}\n", describe_counts(product.census.instructions));
    if (const auto own = describe_counts(product.census.explicit_instructions); !own.empty()) {
      text += fmt::format("    in functions with features of their own: {}\n", own);
    }
  }
  for (const LinkedLibrary& library : part.libraries) {
    const std::string role =
        library.stands_for.empty()
            ? ", which goes with it"
            : fmt::format(" in place of {}", fmt::join(library.stands_for, ", "));
    text +=
        fmt::format("  {}: {}\n    {}{}\n", library.interface, library.reason, library.path, role);
  }
  for (const std::string& path : part.generic_products)
    text += fmt::format("  {}: stays generic\n", path);
  for (const std::string& note : part.notes) text += fmt::format("note: {}\n", note);
  return text;
}

std::string print_deployment(const DeploymentRecord& record, const std::string& output,
                             double seconds) {
  std::string text;
  if (!record.values.empty()) text += fmt::format("configuration {}\n", record.configuration);
  for (const DeployedTarget& part : record.targets) text += describe_part(record, part);
  for (const std::string& note : record.notes) text += fmt::format("note: {}\n", note);
  return text + fmt::format("{} in {}\n", output, human_seconds(seconds));
}

std::string print_deployment_json(const DeploymentRecord& record, const std::string& output,
                                  double seconds) {
  Json json = Json::parse(print_record(record));
  json["output"] = output;
  json["seconds"] = seconds;
  return print_json(json);
}

}  // namespace xaas
