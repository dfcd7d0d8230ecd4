// SPDX-License-Identifier: Apache-2.0
#include "check/check.hpp"
#include "specialize/preparation.hpp"
#include "upkeep/state.hpp"

#include "xaas/support/digest.hpp"
#include "xaas/targets/target_library.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

FileNow look_at_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return {};
  if (error) return {.is_there = true, .problem = error.message(), .content = {}};
  // A pipe or a device has no end.
  if (status.type() != std::filesystem::file_type::regular)
    return {.is_there = true, .problem = "it is not a regular file", .content = {}};
  auto content = digest_of_file(path);
  if (content) return {.is_there = true, .problem = {}, .content = *std::move(content)};
  return {.is_there = true, .problem = content.error().message(), .content = {}};
}

/// What cannot be read says nothing else.
std::optional<Target> look_up(const Target& recorded) {
  const auto known = find_target(recorded.name);
  if (known && *known) {
    const auto text = read_known_target(**known);
    if (!text) return std::nullopt;
    auto target = parse_target(*text);
    return target ? std::optional(*std::move(target)) : std::nullopt;
  }
  auto target = target_of_cpu(recorded.name, recorded.architecture);
  return target ? std::optional(*std::move(target)) : std::nullopt;
}

}  // namespace

const FileNow& MachineNow::file(const std::string& path) {
  const auto [found, is_new] = files_.try_emplace(path);
  if (is_new) found->second = look_at_file(path);
  return found->second;
}

const std::optional<Target>& MachineNow::described(const Target& recorded) {
  const auto [found, is_new] = described_.try_emplace(recorded.architecture + "/" + recorded.name);
  if (is_new) found->second = look_up(recorded);
  return found->second;
}

Sight look_at(const Deployed& deployed, MachineNow& machine) {
  const DeployedTarget& part = *deployed.part;
  Sight sight{.deployed = deployed,
              .host = machine.host(),
              .is_in_its_place = is_in_its_place(deployed),
              .damage = damage_findings(deployed),
              .processor = processor_finding(deployed, machine.host()),
              .libraries = {},
              .requirements = requirement_findings(deployed, machine.host()),
              .linked = {},
              .described = {}};
  if (sight.is_in_its_place && part.target.architecture == machine.host().architecture)
    sight.libraries = library_findings(deployed, machine.host());
  for (const LinkedLibrary& library : part.libraries)
    sight.linked.push_back(machine.file(library.path));
  for (const DeployedTarget& one : deployed.record->targets) {
    const bool is_named = one.target.name != "host" && one.view != k_generic_view;
    sight.described.push_back(is_named ? machine.described(one.target) : std::nullopt);
  }
  return sight;
}

}  // namespace xaas
