// SPDX-License-Identifier: Apache-2.0
#include "run/deployed.hpp"
#include "specialize/preparation.hpp"
#include "table.hpp"
#include "upkeep/find_deployments.hpp"
#include "upkeep/place.hpp"
#include "upkeep/state.hpp"
#include "upkeep/state_report.hpp"
#include "upkeep/upkeep.hpp"

#include "xaas/support/diagnostics.hpp"
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

struct Listed {
  fs::path place;
  std::optional<DeploymentRecord> record;
  DeploymentState state;
};

Listed look_at_place(const fs::path& place, MachineNow& machine) {
  Listed listed{.place = place, .record = {}, .state = {}};
  const auto deployed = open_deployment("tree:" + place.string());
  if (!deployed) {
    listed.state = unreadable(deployed.error());
    return listed;
  }
  listed.record = deployed->record;
  listed.state = judge(look_at(*deployed, machine));
  return listed;
}

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

/// Each once, in the record's order.
template <class Describe>
std::string joined_parts(const DeploymentRecord& record, const Describe& describe_part) {
  std::vector<std::string> words;
  for (const DeployedTarget& part : record.targets) {
    for (std::string& word : describe_part(part))
      if (std::ranges::find(words, word) == words.end()) words.push_back(std::move(word));
  }
  return or_dash(fmt::format("{}", fmt::join(words, ", ")));
}

std::vector<std::string> target_of(const DeployedTarget& part) {
  const Target& target = part.target;
  if (part.view == k_generic_view) return {};
  return {target.name == target.cpu.name ? target.name
                                         : fmt::format("{} ({})", target.name, target.cpu.name)};
}

std::vector<std::string> libraries_of(const DeployedTarget& part) {
  std::vector<std::string> words;
  words.reserve(part.libraries.size());
  for (const LinkedLibrary& library : part.libraries) {
    words.push_back(library.version.empty()
                        ? library.implementation
                        : fmt::format("{} {}", library.implementation, library.version));
  }
  return words;
}

std::string print_list(const std::vector<Listed>& all) {
  if (all.empty()) return "no deployment lies there\n";
  std::vector<TableRow> rows{
      {"PLACE", "APPLICATION", "CONFIGURATION", "TARGET", "LIBRARIES", "STATE"}};
  for (const Listed& one : all) {
    rows.push_back({one.place.string(), "-", "-", "-", "-", describe(one.state)});
    if (!one.record) continue;
    rows.back()[1] = one.record->application;
    rows.back()[2] = or_dash(one.record->configuration);
    rows.back()[3] = joined_parts(*one.record, target_of);
    rows.back()[4] = joined_parts(*one.record, libraries_of);
  }
  return print_table(rows);
}

Json to_json(const LinkedLibrary& library) {
  return {{"interface", library.interface},
          {"implementation", library.implementation},
          {"version", library.version},
          {"soname", library.soname},
          {"path", library.path}};
}

Json to_json(const Listed& one) {
  Json json = {{"place", one.place.string()}};
  if (one.record) {
    json["application"] = one.record->application;
    json["configuration"] = one.record->configuration;
    json["reference"] = one.record->reference;
    json["targets"] = Json::array();
    json["libraries"] = Json::array();
    for (const DeployedTarget& part : one.record->targets) {
      if (part.view != k_generic_view) json["targets"].push_back(part.target.name);
      for (const LinkedLibrary& library : part.libraries)
        json["libraries"].push_back(to_json(library));
    }
  }
  json.update(to_json(one.state));
  std::error_code error;
  if (fs::exists(previous_of(one.place), error)) json["previous"] = previous_of(one.place).string();
  return json;
}

std::string print_list_json(const std::vector<Listed>& all) {
  Json list = Json::array();
  for (const Listed& one : all) list.push_back(to_json(one));
  return print_json({{"schema", "xaas.deployments/1"}, {"deployments", std::move(list)}});
}

}  // namespace

Result<int> run_list_command(const ListOptions& options) {
  XAAS_TRY(const auto found, find_deployments(options.folders));
  XAAS_TRY(auto host, detect_host());
  MachineNow machine(std::move(host));
  std::vector<Listed> all;
  all.reserve(found.places.size());
  for (const fs::path& place : found.places) all.push_back(look_at_place(place, machine));
  for (const std::string& sentence : found.passed_over)
    print_errors(fmt::format("xaas-deploy: {}\n", sentence));
  for (const fs::path& place : found.interrupted) {
    print_errors(
        fmt::format("xaas-deploy: `{}` is not there: a run was ended while it exchanged it; "
                    "`xaas-deploy rollback {}` brings it back\n",
                    place.string(), place.string()));
  }
  XAAS_CHECK(print_output(options.json ? print_list_json(all) : print_list(all)));
  return 0;
}

}  // namespace xaas
