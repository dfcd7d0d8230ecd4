// SPDX-License-Identifier: Apache-2.0
#include "explain/why_not.hpp"

#include "xaas/planning/unmet_requirements.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <ranges>
#include <set>
#include <string_view>
#include <utility>

namespace xaas {
namespace {

using Kind = UnmetRequirement::Kind;
using Verdicts = std::vector<ConfigurationVerdict>;

std::string name_of(const IrManifest& ir, const ConfigurationVerdict& verdict) {
  return ir.configurations[verdict.index].name;
}

/// The point and the value that "simd=avx2" names; null where it names none.
struct Setting {
  const SpecializationPoint* point = nullptr;
  const PointValue* value = nullptr;
};

Setting find_setting(const IrManifest& ir, const std::string& setting) {
  for (const SpecializationPoint& point : ir.points) {
    for (const PointValue& value : point.values) {
      if (point.name + "=" + value.name == setting) return {.point = &point, .value = &value};
    }
  }
  return {};
}

/// "`--set simd=none`": other values of the point, of which the target has all that they need.
std::string alternatives(const Setting& setting, const Target& target) {
  std::vector<std::string> others;
  for (const PointValue& value : setting.point->values) {
    if (&value == setting.value) continue;
    if (unmet_requirements("", value.requirements, {&target, 1}).empty())
      others.push_back(fmt::format("`--set {}={}`", setting.point->name, value.name));
  }
  return fmt::format("{}", fmt::join(others, " or "));
}

/// LLVM's name of the least processor that has them; a level where one has. Empty: none has.
std::string processor_with(const std::string& architecture, const std::set<std::string>& features) {
  std::string best;
  std::size_t fewest = 0;
  for (const std::string& name : cpu_names(architecture)) {
    const auto target = target_of_cpu(name, architecture);
    if (!target || !std::ranges::includes(target->cpu.features, features)) continue;
    const std::size_t count = target->cpu.features.size();
    if (!best.empty() && count >= fewest) continue;
    best = name;
    fewest = count;
  }
  return best;
}

std::string help_on_processor(const Setting& setting, const Target& target) {
  const std::string name = processor_with(target.architecture, setting.value->requirements.cpu);
  if (name.empty()) return "no processor of this architecture is known to have them";
  return fmt::format("deploy to a processor that has them, as `{}` does", name);
}

std::string_view implementations_of(std::string_view abi) {
  if (abi == "mpich") return "MPICH, Cray MPICH, Intel MPI or MVAPICH";
  if (abi == "openmpi") return "Open MPI";
  return "one that has the ABI of the standard's version 5";
}

constexpr const char* k_describe =
    "describe the machine where it is true (`xaas-deploy detect --via COMMAND --output FILE`)";

std::string help_on_mpi(const Setting& setting, const Target& target) {
  const std::string which(implementations_of(setting.value->requirements.mpi));
  if (!target.mpi) return fmt::format("{}: it may have {}", k_describe, which);
  return fmt::format(
      "load the module of {} (`module avail` lists what there is), or install it, "
      "and describe the machine again",
      which);
}

std::string help_on_gpu(const Target& target) {
  if (!target.gpus) return std::string(k_describe) + ": it may have one";
  if (target.gpus->empty()) return "deploy to a node that has one";
  return "deploy to a node that has such a one, or package the application for the GPU that is "
         "there";
}

std::string own_help(const UnmetRequirement& unmet, const Setting& setting, const Target& target) {
  switch (unmet.kind) {
    case Kind::processor:
      return help_on_processor(setting, target);
    case Kind::gpu:
      return help_on_gpu(target);
    case Kind::mpi:
      return help_on_mpi(setting, target);
    case Kind::library:
      return "load the module that brings it, or install it, and describe the machine again";
    case Kind::program:
      return {};
  }
  return {};
}

std::string help_on(const IrManifest& ir, const Target& target, const UnmetRequirement& unmet) {
  const Setting setting = find_setting(ir, unmet.setting);
  if (setting.point == nullptr) {
    return "package the application without these -m flags, or deploy it to a processor that has "
           "the features";
  }
  const std::string others = alternatives(setting, target);
  return own_help(unmet, setting, target) + (others.empty() ? "" : "; or choose " + others);
}

/// "simd=amx and mpi=mpich"; where no value is to blame, "its programs".
std::string settings_in_the_way(const ConfigurationVerdict& verdict) {
  std::vector<std::string> settings;
  for (const UnmetRequirement& unmet : verdict.unmet) {
    const std::string setting = unmet.setting.empty() ? "what its programs need" : unmet.setting;
    if (std::ranges::find(settings, setting) == settings.end()) settings.push_back(setting);
  }
  return enumerated(settings);
}

std::string nearest(const IrManifest& ir, const Verdicts& blocked, bool are_all) {
  constexpr std::size_t k_named = 5;
  std::string text = are_all ? "the nearest:\n" : "the nearest of the others:\n";
  for (const ConfigurationVerdict& verdict : blocked | std::views::take(k_named))
    text += fmt::format("  {}, but for {}\n", name_of(ir, verdict), settings_in_the_way(verdict));
  if (blocked.size() > k_named)
    text += fmt::format("  and {} more: `--json` lists them\n", blocked.size() - k_named);
  return text;
}

std::string possible_ones(const IrManifest& ir, const Verdicts& verdicts) {
  std::string text;
  for (const ConfigurationVerdict& verdict : verdicts) {
    if (verdict.unmet.empty()) text += fmt::format("  {}\n", name_of(ir, verdict));
  }
  return text;
}

}  // namespace

std::vector<Obstacle> obstacles_of(const IrManifest& ir, const Target& target,
                                   const Verdicts& verdicts) {
  std::vector<Obstacle> obstacles;
  for (const ConfigurationVerdict& verdict : verdicts) {
    for (const UnmetRequirement& unmet : verdict.unmet) {
      if (std::ranges::find(obstacles, unmet, &Obstacle::unmet) != obstacles.end()) continue;
      obstacles.push_back({.unmet = unmet, .help = help_on(ir, target, unmet)});
    }
  }
  return obstacles;
}

std::string print_why_not(const IrManifest& ir, const Target& target, const Verdicts& verdicts,
                          const std::string& asked) {
  Verdicts blocked;
  std::ranges::copy_if(verdicts, std::back_inserter(blocked),
                       [](const ConfigurationVerdict& verdict) { return !verdict.unmet.empty(); });
  const std::size_t possible = verdicts.size() - blocked.size();
  std::string text = fmt::format("{} of the {} of `{}`{} can be deployed to `{}`{}\n",
                                 possible == 0 ? std::string("none") : fmt::to_string(possible),
                                 counted(verdicts.size(), "configuration"), ir.application, asked,
                                 target.name, possible == 0 ? "" : ":");
  text += possible_ones(ir, verdicts);
  if (blocked.empty()) return text;
  text += nearest(ir, blocked, possible == 0) + "what is in the way:\n";
  for (const Obstacle& obstacle : obstacles_of(ir, target, blocked))
    text += fmt::format("  {}\n    help: {}\n", obstacle.unmet.text, obstacle.help);
  return text;
}

}  // namespace xaas
