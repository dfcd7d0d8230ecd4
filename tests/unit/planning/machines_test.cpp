// SPDX-License-Identifier: Apache-2.0

// What is chosen of one application on each of the machines in tests/machines: values, reasons, and
// of every value that is not chosen why it is not. The table is read by people.

#include "applications.hpp"

#include "xaas/planning/choose_configuration.hpp"
#include "xaas/support/files.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

namespace xaas {
namespace {

constexpr const char* k_folder = XAAS_SOURCE_DIR "/tests/machines/";
constexpr auto k_machines =
    std::to_array<const char*>({"laptop", "zen4", "sapphire-rapids-vm", "a100", "gh200", "mi250x",
                                "pvc", "a64fx", "container", "login"});

Result<IrManifest> application_for(const std::string& architecture) {
  const std::string file = std::string(k_folder) + "application.json";
  XAAS_TRY(const auto text, read_file(file));
  XAAS_TRY(auto whole, parse_specialization(text, file));
  XAAS_TRY(const auto specialization, keep_architecture(std::move(whole), architecture));
  constexpr std::size_t k_most = 10000;
  XAAS_TRY(const auto assignments, configurations_of(specialization, {}, k_most));
  IrManifest manifest = testing::application_with({});
  manifest.application = specialization.application;
  manifest.architecture = architecture;
  manifest.points = specialization.points;
  manifest.configurations.clear();
  for (const PointAssignment& values : assignments) {
    manifest.configurations.push_back(
        {.name = canonical_name(values), .products = {0}, .values = values});
  }
  return manifest;
}

std::size_t differences(const PointAssignment& one, const PointAssignment& other) {
  return static_cast<std::size_t>(std::ranges::count_if(
      one, [&](const auto& entry) { return other.at(entry.first) != entry.second; }));
}

/// Of those with this value, the one that is most like the chosen one.
const RejectedConfiguration* nearest_with(const ConfigurationChoice& choice,
                                          const std::string& point, const std::string& value) {
  const RejectedConfiguration* nearest = nullptr;
  for (const RejectedConfiguration& rejection : choice.rejected) {
    if (rejection.values.at(point) != value) continue;
    if (nearest == nullptr ||
        differences(rejection.values, choice.values) < differences(nearest->values, choice.values))
      nearest = &rejection;
  }
  return nearest;
}

std::string next_best(const IrManifest& manifest, const ConfigurationChoice& choice) {
  const RejectedConfiguration* next = nullptr;
  for (const RejectedConfiguration& rejection : choice.rejected) {
    if (!rejection.reasons.front().starts_with("would run")) continue;
    if (next == nullptr || preference_of(manifest.points, rejection.values) >
                               preference_of(manifest.points, next->values))
      next = &rejection;
  }
  if (next == nullptr) return "";
  return fmt::format("  next is {}: it {}\n", next->name, next->reasons.front());
}

std::string row_of(const Target& target) {
  const auto manifest = application_for(target.architecture);
  if (!manifest) return manifest.error().message() + "\n";
  const auto choice = choose_configuration(*manifest, std::vector{target}, {});
  if (!choice) return choice.error().message() + "\n";
  std::string text = fmt::format("{} ({}, {}): {}\n  {}\n", target.name, target.cpu.name,
                                 target.cpu.level, choice->name, choice->reason);
  for (const SpecializationPoint& point : manifest->points) {
    for (const PointValue& value : point.values) {
      if (choice->values.at(point.name) == value.name) continue;
      const RejectedConfiguration* nearest = nearest_with(*choice, point.name, value.name);
      if (nearest == nullptr) continue;
      text += fmt::format("  not {}={}: {}\n", point.name, value.name,
                          fmt::join(nearest->reasons, "; "));
    }
  }
  return text + next_best(*manifest, *choice);
}

TEST(ChoicesOnTenMachines, AreThoseOfTheTable) {
  std::string table;
  for (const char* machine : k_machines) {
    const auto text = read_file(std::string(k_folder) + machine + ".json");
    ASSERT_TRUE(text) << text.error().message();
    const auto target = parse_target(*text);
    ASSERT_TRUE(target) << machine << ": " << target.error().message();
    table += row_of(*target) + "\n";
  }
  const std::string file = std::string(k_folder) + "choices.txt";
  // NOLINTNEXTLINE(concurrency-mt-unsafe): tests set no variables
  if (std::getenv("XAAS_UPDATE_GOLDEN") != nullptr) ASSERT_TRUE(write_file(file, table));
  const auto golden = read_file(file);
  ASSERT_TRUE(golden) << golden.error().message();
  EXPECT_EQ(table, *golden);
}

}  // namespace
}  // namespace xaas
