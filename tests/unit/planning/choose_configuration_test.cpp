// SPDX-License-Identifier: Apache-2.0
#include "xaas/planning/choose_configuration.hpp"

#include "applications.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace xaas {
namespace {

using testing::application_with;
using ::testing::ElementsAre;
using testing::target_called;

SpecializationPoint openmp() {
  return {.name = "openmp",
          .kind = PointKind::threading,
          .values = {{.name = "off"}, {.name = "on", .preference = 10}}};
}

SpecializationPoint simd() {
  return {
      .name = "simd",
      .kind = PointKind::cpu_simd,
      .values = {
          {.name = "none"},
          {.name = "avx2", .requirements = {.cpu = {"avx2", "fma"}}, .preference = 20},
          {.name = "avx512", .requirements = {.cpu = {"avx512f", "avx512vl"}}, .preference = 30}}};
}

SpecializationPoint mpi() {
  return {.name = "mpi",
          .kind = PointKind::mpi,
          .values = {{.name = "off"},
                     {.name = "on", .requirements = {.mpi = "mpich"}, .preference = 5}}};
}

SpecializationPoint gpu() {
  return {
      .name = "gpu",
      .kind = PointKind::gpu,
      .values = {{.name = "off"},
                 {.name = "cuda",
                  .requirements = {.gpu_backend = "cuda", .gpu_architectures = {"sm_80", "sm_90"}},
                  .preference = 100},
                 {.name = "hip", .requirements = {.gpu_backend = "hip"}, .preference = 100}}};
}

Target znver3() {
  return target_called("node7", "znver3");
}

/// All that a user reads of a choice.
std::string words_of(const Result<ConfigurationChoice>& choice) {
  if (!choice) {
    const Error& error = choice.error();
    return error.message() + " [" + error.code() + "]\n  help: " + error.help() + "\n";
  }
  std::string text = explain_choice(*choice);
  for (const std::string& note : choice->notes) text += "note: " + note + "\n";
  return text;
}

void expect_golden(const std::string& name, const std::string& text) {
  const std::string file = XAAS_SOURCE_DIR "/tests/unit/planning/golden/" + name;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): tests set no variables
  if (std::getenv("XAAS_UPDATE_GOLDEN") != nullptr) ASSERT_TRUE(write_file(file, text));
  const auto golden = read_file(file);
  ASSERT_TRUE(golden) << golden.error().message();
  EXPECT_EQ(text, *golden);
}

std::string name_chosen(const IrManifest& manifest, const std::vector<Target>& targets,
                        const ValuesByPoint& settings = {}) {
  const auto choice = choose_configuration(manifest, targets, settings);
  return choice ? choice->name : choice.error().message();
}

TEST(ExplainChoice, OfATargetThatLacksAFeature) {
  expect_golden("lacks-a-feature.txt",
                words_of(choose_configuration(application_with({openmp(), simd()}),
                                              std::vector{znver3()}, {})));
}

TEST(ExplainChoice, OfATargetWhoseGpusNobodyDescribed) {
  expect_golden("gpu-unknown.txt", words_of(choose_configuration(application_with({gpu(), mpi()}),
                                                                 std::vector{znver3()}, {})));
}

TEST(ExplainChoice, OfASettingThatTheTargetCannotRun) {
  Target target = znver3();
  target.mpi = {{.flavour = "openmpi", .abi = "openmpi", .version = "4.1.5"}};
  expect_golden("setting-against-target.txt",
                words_of(choose_configuration(application_with({openmp(), mpi(), simd()}),
                                              std::vector{target}, {{"simd", {"avx512"}}})));
}

TEST(ExplainChoice, OfATie) {
  const SpecializationPoint precision{.name = "precision",
                                      .kind = PointKind::precision,
                                      .values = {{.name = "single"}, {.name = "double"}}};
  expect_golden("tie.txt", words_of(choose_configuration(application_with({openmp(), precision}),
                                                         std::vector{znver3()}, {})));
}

TEST(ExplainChoice, OfSeveralTargets) {
  expect_golden(
      "several-targets.txt",
      words_of(choose_configuration(
          application_with({mpi(), simd()}),
          std::vector{target_called("old", "haswell"), target_called("new", "znver4")}, {})));
}

TEST(ChooseConfiguration, IsSilentWhereThereIsOne) {
  const auto choice = choose_configuration(application_with({}), std::vector{znver3()}, {});
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->name, "default");
  EXPECT_EQ(words_of(choice), "");
  EXPECT_EQ(choice->reason, "");
}

TEST(ChooseConfiguration, TakesTheHighestSumOfPreferences) {
  const IrManifest manifest = application_with({openmp(), simd()});
  EXPECT_EQ(name_chosen(manifest, {target_called("new", "znver4")}), "openmp=on,simd=avx512");
  EXPECT_EQ(name_chosen(manifest, {znver3()}), "openmp=on,simd=avx2");
  EXPECT_EQ(name_chosen(manifest, {target_called("old", "x86-64")}), "openmp=on,simd=none");
}

TEST(ChooseConfiguration, KeepsToTheSettings) {
  const IrManifest manifest = application_with({openmp(), simd()});
  EXPECT_EQ(name_chosen(manifest, {znver3()}, {{"openmp", {"off"}}}), "openmp=off,simd=avx2");
  EXPECT_EQ(name_chosen(manifest, {znver3()}, {{"simd", {"avx512", "none"}}}),
            "openmp=on,simd=none");
}

TEST(ChooseConfiguration, TakesOneThatAllTargetsCanRun) {
  const IrManifest manifest = application_with({simd()});
  EXPECT_EQ(
      name_chosen(manifest, {target_called("new", "znver4"), target_called("old", "haswell")}),
      "simd=avx2");
}

TEST(ChooseConfiguration, TakesWhatTheDescriptionKnowsOfGpus) {
  const IrManifest manifest = application_with({gpu()});
  Target target = znver3();
  EXPECT_EQ(name_chosen(manifest, {target}), "gpu=off");
  target.gpus.emplace();
  EXPECT_EQ(name_chosen(manifest, {target}), "gpu=off");
  target.gpus->push_back({.vendor = "nvidia", .name = "V100", .architecture = "sm_70"});
  EXPECT_EQ(name_chosen(manifest, {target}), "gpu=off");
  target.gpus->push_back({.vendor = "nvidia", .name = "A100", .architecture = "sm_80"});
  EXPECT_EQ(name_chosen(manifest, {target}), "gpu=cuda");
  target.gpus = {{.vendor = "amd", .architecture = "gfx90a"}};
  EXPECT_EQ(name_chosen(manifest, {target}), "gpu=hip");
}

TEST(ChooseConfiguration, TakesAnMpiByItsAbiAndNotByItsName) {
  const IrManifest manifest = application_with({mpi()});
  Target target = znver3();
  target.mpi = {{.flavour = "cray-mpich", .abi = "mpich", .version = "8.1.29"}};
  EXPECT_EQ(name_chosen(manifest, {target}), "mpi=on");
  target.mpi = {{.flavour = "mpich", .abi = "mpi-5", .version = ""}};
  EXPECT_EQ(name_chosen(manifest, {target}), "mpi=off");
}

TEST(ChooseConfiguration, PassesOverOneWhoseLibraryIsNotThere) {
  const SpecializationPoint io{
      .name = "io",
      .values = {{.name = "text"},
                 {.name = "hdf5",
                  .requirements = {.libraries = {{.name = "libhdf5", .version = "1.10"}}},
                  .preference = 1}}};
  const auto choice = choose_configuration(application_with({io}), std::vector{znver3()}, {});
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->name, "io=text");
  EXPECT_THAT(choice->rejected.at(0).reasons,
              ElementsAre("io=hdf5 needs libhdf5 1.10 or newer, and descriptions of machines do "
                          "not tell of it"));
}

std::vector<std::string> objections_to(const Requirements& needs, const Target& target) {
  const SpecializationPoint point{
      .name = "p",
      .values = {{.name = "no"}, {.name = "yes", .requirements = needs, .preference = 1}}};
  IrManifest manifest = application_with({point});
  manifest.architecture = target.architecture;
  const auto choice = choose_configuration(manifest, std::vector{target}, {});
  if (!choice || choice->name == "p=yes") return {};
  return choice->rejected.at(0).reasons;
}

TEST(ChooseConfiguration, RunsNoCodeForVectorsOfAnotherLength) {
  Target target = target_called("node7", "neoverse-v2");
  const Requirements fixed{.cpu = {"sve"}, .vector_bits = 512};
  target.cpu.vector_bits = 0;
  EXPECT_THAT(objections_to(fixed, target),
              ElementsAre("p=yes needs vectors of 512 bits, and nothing is known of those of "
                          "`node7` (its description has no `cpu.vector_bits`)"));
  target.cpu.vector_bits = 128;
  EXPECT_THAT(objections_to(fixed, target),
              ElementsAre("p=yes needs vectors of 512 bits, and those of `node7` have 128"));
  target.cpu.vector_bits = 512;
  EXPECT_THAT(objections_to(fixed, target), ::testing::IsEmpty());
  target.cpu.features.erase("sve");
  EXPECT_THAT(objections_to(fixed, target), ElementsAre("p=yes needs sve, which `node7` lacks"));
}

TEST(ChooseConfiguration, PassesOverOneWhoseProgramsWereCompiledForMore) {
  IrManifest manifest = application_with({openmp()});
  manifest.units.push_back({.source = "heat.cpp",
                            .language = "c++",
                            .bitcode = digest_of("heat.cpp -mavx512f"),
                            .floor = {"avx512f"}});
  manifest.links.push_back({.name = "heat", .items = {LinkUnit{1}}});
  manifest.products.push_back({.path = "/usr/local/bin/heat", .link = 1});
  manifest.configurations[1].products = {1};
  const auto choice = choose_configuration(manifest, std::vector{znver3()}, {});
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->name, "openmp=off");
  EXPECT_THAT(choice->rejected.at(0).reasons,
              ElementsAre("every unit of `heat` was compiled for avx512f, which `node7` does not "
                          "have"));
}

TEST(ChooseConfiguration, RefusesASettingThatNoConfigurationHas) {
  IrManifest manifest = application_with({openmp(), simd()});
  std::erase_if(manifest.configurations, [](const Configuration& configuration) {
    return configuration.name == "openmp=off,simd=avx2";
  });
  const auto choice = choose_configuration(manifest, std::vector{znver3()},
                                           {{"openmp", {"off"}}, {"simd", {"avx2"}}});
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().kind(), ErrorKind::invalid_input);
  EXPECT_EQ(choice.error().code(), "plan.no-configuration");
  EXPECT_EQ(choice.error().message(), "`heat` has no configuration with openmp=off and simd=avx2");
}

TEST(ChooseConfiguration, RefusesATargetThatRunsNone) {
  SpecializationPoint accelerated = simd();
  accelerated.values.erase(accelerated.values.begin());
  const auto choice = choose_configuration(application_with({accelerated}),
                                           std::vector{target_called("old", "x86-64-v2")}, {});
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().kind(), ErrorKind::incompatible);
  EXPECT_EQ(choice.error().code(), "plan.no-configuration");
}

TEST(ChooseConfiguration, RefusesAnotherArchitectureFirst) {
  const auto choice = choose_configuration(application_with({simd()}),
                                           std::vector{target_called("arm", "neoverse-v2")}, {});
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().code(), "plan.architecture");
}

TEST(ChooseConfiguration, RefusesAMachineThatIsDescribedOnly) {
  for (const auto* cpu : {"pwr9", "sifive-u74"}) {
    const auto choice = choose_configuration(application_with({simd()}),
                                             std::vector{target_called("other", cpu)}, {});
    ASSERT_FALSE(choice);
    EXPECT_EQ(choice.error().code(), "plan.no-code-generator");
  }
}

/// Random points, requirements, targets and settings; what is chosen is compared with a search of
/// another kind, which asks the values alone and goes over them in a random order.
class RandomSpace {
 public:
  explicit RandomSpace(unsigned seed) : random_(seed) {}

  IrManifest application() {
    std::vector<SpecializationPoint> points(number(0, 3));
    for (std::size_t i = 0; i < points.size(); ++i) {
      points[i].name = std::string(1, static_cast<char>('a' + i));
      points[i].values.resize(1 + number(0, 2));
      for (std::size_t n = 0; n < points[i].values.size(); ++n) {
        PointValue& value = points[i].values[n];
        value = {.name = std::to_string(n), .preference = static_cast<int>(number(0, 3))};
        for (const char* feature : k_features)
          if (number(0, 5) == 0) value.requirements.cpu.insert(feature);
        if (number(0, 4) == 0) value.requirements.mpi = "mpich";
        if (number(0, 4) == 0) value.requirements.gpu_backend = "cuda";
      }
    }
    IrManifest manifest = application_with(std::move(points));
    std::ranges::shuffle(manifest.configurations, random_);
    manifest.configurations.resize(1 + number(0, manifest.configurations.size() - 1));
    return manifest;
  }

  Target target() {
    Target target{.name = "t" + std::to_string(number(0, 99)), .architecture = "amd64"};
    for (const char* feature : k_features)
      if (number(0, 2) != 0) target.cpu.features.insert(feature);
    if (number(0, 1) == 0) target.mpi = {{.flavour = "", .abi = "mpich", .version = ""}};
    if (number(0, 1) == 0) target.gpus = {{.vendor = number(0, 1) == 0 ? "nvidia" : "amd"}};
    return target;
  }

  ValuesByPoint settings(const IrManifest& manifest) {
    ValuesByPoint settings;
    for (const SpecializationPoint& point : manifest.points) {
      if (number(0, 3) != 0) continue;
      for (const PointValue& value : point.values)
        if (number(0, 1) == 0) settings[point.name].insert(value.name);
    }
    return settings;
  }

  std::vector<std::size_t> order(std::size_t size) {
    std::vector<std::size_t> order(size);
    for (std::size_t i = 0; i < size; ++i) order[i] = i;
    std::ranges::shuffle(order, random_);
    return order;
  }

  std::size_t number(std::size_t least, std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(least, most)(random_);
  }

 private:
  static constexpr auto k_features =
      std::to_array<const char*>({"avx", "avx2", "fma", "avx512f", "amx-tile"});
  std::mt19937 random_;
};

bool holds_on(const Requirements& needs, const Target& target) {
  const bool has_cuda = target.gpus && std::ranges::any_of(*target.gpus, [](const Gpu& gpu) {
                          return gpu.vendor == "nvidia";
                        });
  const bool has_mpi = target.mpi && !target.mpi->empty();
  return std::ranges::includes(target.cpu.features, needs.cpu) &&
         (needs.gpu_backend.empty() || has_cuda) && (needs.mpi.empty() || has_mpi);
}

/// The sum of preferences; empty where it may not be chosen.
std::optional<int> worth(const IrManifest& manifest, const Configuration& configuration,
                         const std::vector<Target>& targets, const ValuesByPoint& settings) {
  int sum = 0;
  for (const SpecializationPoint& point : manifest.points) {
    const std::string& name = configuration.values.at(point.name);
    const auto asked = settings.find(point.name);
    if (asked != settings.end() && !asked->second.contains(name)) return std::nullopt;
    const PointValue& value = *std::ranges::find(point.values, name, &PointValue::name);
    for (const Target& target : targets)
      if (!holds_on(value.requirements, target)) return std::nullopt;
    sum += value.preference;
  }
  return sum;
}

TEST(ChooseConfiguration, FindsTheBestInAnyOrderAndNeverOneWhoseRequirementsDoNotHold) {
  std::size_t found = 0;
  std::size_t refused = 0;
  for (unsigned seed = 0; seed < 5000; ++seed) {
    RandomSpace space(seed);
    const IrManifest manifest = space.application();
    std::vector<Target> targets;
    for (std::size_t n = space.number(1, 3); n > 0; --n) targets.push_back(space.target());
    const ValuesByPoint settings = space.settings(manifest);
    std::optional<std::pair<int, std::size_t>> best;  // worth, index
    for (const std::size_t index : space.order(manifest.configurations.size())) {
      const auto sum = worth(manifest, manifest.configurations[index], targets, settings);
      if (!sum) continue;
      if (!best || *sum > best->first || (*sum == best->first && index < best->second))
        best = {*sum, index};
    }
    const auto choice = choose_configuration(manifest, targets, settings);
    ASSERT_EQ(choice.has_value(), best.has_value()) << seed;
    ++(choice ? found : refused);
    if (!choice) continue;
    ASSERT_EQ(choice->index, best->second) << seed;
    ASSERT_EQ(choice->rejected.size() + 1, manifest.configurations.size()) << seed;
    for (const RejectedConfiguration& rejection : choice->rejected)
      ASSERT_FALSE(rejection.reasons.empty()) << seed;
  }
  EXPECT_GT(found, 1000U);
  EXPECT_GT(refused, 500U);
}

}  // namespace
}  // namespace xaas
