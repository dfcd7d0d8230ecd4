// SPDX-License-Identifier: Apache-2.0
#include "xaas/planning/choose_configuration.hpp"

#include "plan_configuration.hpp"

#include "xaas/planning/unmet_requirements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

// Every configuration is judged by itself, so the search is complete and its order does not matter:
// first what was asked for, then what its values need of each target, then whether its programs
// could start there at all. Of those that pass, the highest sum of preferences wins, and of equals
// the first in the manifest, which is also what readers take that cannot choose.

namespace xaas {
namespace {

/// What one configuration is worth here.
struct Judgement {
  std::size_t index = 0;
  std::vector<std::string> unasked;     // what `--set` asks for instead
  std::vector<UnmetRequirement> unmet;  // only of what was asked for
  std::int64_t preference = 0;          // the sum

  [[nodiscard]] bool fits() const { return unasked.empty() && unmet.empty(); }
  /// What would have to be otherwise.
  [[nodiscard]] std::size_t lacks() const {
    std::size_t sum = unasked.size();
    for (const UnmetRequirement& requirement : unmet) sum += requirement.lacks;
    return sum;
  }
};

const PointValue* value_of(const SpecializationPoint& point, const Configuration& configuration) {
  const auto chosen = configuration.values.find(point.name);
  if (chosen == configuration.values.end()) return nullptr;
  const auto value = std::ranges::find(point.values, chosen->second, &PointValue::name);
  return value == point.values.end() ? nullptr : &*value;
}

std::string named(const std::string& point, const std::string& value) {
  return point + "=" + value;
}

/// "simd=avx2", "simd=avx2 or avx512".
std::string setting(const std::string& point, const std::set<std::string>& values) {
  return named(point, fmt::format("{}", fmt::join(values, " or ")));
}

/// "openmp=on and simd=avx2 or avx512".
std::string all_settings(const ValuesByPoint& settings) {
  std::vector<std::string> texts;
  for (const auto& [point, values] : settings) texts.push_back(setting(point, values));
  return enumerated(texts);
}

/// Programs of which no unit is for less than the command line asked for, as the plan finds them.
void check_programs(const IrManifest& manifest, std::span<const Target> targets,
                    Judgement& judgement) {
  for (const Target& target : targets) {
    const auto plan =
        plan_configuration(manifest, manifest.configurations[judgement.index], target, {});
    if (plan) continue;
    judgement.unmet.push_back(
        {.kind = UnmetRequirement::Kind::program, .text = plan.error().message()});
  }
}

Judgement judge(const IrManifest& manifest, std::size_t index, std::span<const Target> targets,
                const ValuesByPoint& settings) {
  const Configuration& configuration = manifest.configurations[index];
  Judgement judgement{.index = index};
  for (const auto& [point, values] : settings) {
    const auto own = configuration.values.find(point);
    if (own == configuration.values.end() || !values.contains(own->second))
      judgement.unasked.push_back(setting(point, values));
  }
  for (const SpecializationPoint& point : manifest.points) {
    const PointValue* value = value_of(point, configuration);
    if (value == nullptr) continue;
    judgement.preference += value->preference;
    if (!judgement.unasked.empty()) continue;
    for (UnmetRequirement& requirement :
         unmet_requirements(named(point.name, value->name), value->requirements, targets))
      judgement.unmet.push_back(std::move(requirement));
  }
  // Where there is nothing to choose from, the plan itself says it.
  if (judgement.fits() && manifest.configurations.size() > 1)
    check_programs(manifest, targets, judgement);
  return judgement;
}

std::vector<Judgement> judge_all(const IrManifest& manifest, std::span<const Target> targets,
                                 const ValuesByPoint& settings) {
  std::vector<Judgement> judgements;
  judgements.reserve(manifest.configurations.size());
  for (std::size_t index = 0; index < manifest.configurations.size(); ++index)
    judgements.push_back(judge(manifest, index, targets, settings));
  return judgements;
}

/// Null when none fits.
const Judgement* best_of(const std::vector<Judgement>& judgements) {
  const Judgement* best = nullptr;
  for (const Judgement& judgement : judgements) {
    if (judgement.fits() && (best == nullptr || best->preference < judgement.preference))
      best = &judgement;
  }
  return best;
}

std::vector<std::string> objections_of(const Judgement& judgement) {
  std::vector<std::string> objections;
  if (!judgement.unasked.empty())
    objections.push_back(fmt::format("`--set` asks for {}", enumerated(judgement.unasked)));
  for (const UnmetRequirement& requirement : judgement.unmet)
    objections.push_back(requirement.text);
  return objections;
}

/// What two configurations that could both run differ in, point by point: "simd=avx2 counts 20 more
/// than simd=none". Points that count the same in both are left out.
std::vector<std::string> compared(const IrManifest& manifest, const Judgement& loser,
                                  const Judgement& winner) {
  std::vector<std::string> texts;
  for (const SpecializationPoint& point : manifest.points) {
    const PointValue* here = value_of(point, manifest.configurations[loser.index]);
    const PointValue* there = value_of(point, manifest.configurations[winner.index]);
    if (here == nullptr || there == nullptr || here->preference == there->preference) continue;
    const auto difference =
        static_cast<std::int64_t>(there->preference) - static_cast<std::int64_t>(here->preference);
    texts.push_back(fmt::format("{} counts {} {} than {}", named(point.name, there->name),
                                std::abs(difference), difference > 0 ? "more" : "less",
                                named(point.name, here->name)));
  }
  return texts;
}

std::string reason_against(const IrManifest& manifest, const Judgement& loser,
                           const Judgement& winner) {
  if (loser.preference == winner.preference)
    return "would run and is preferred as much, but comes later in the image";
  const auto differences = compared(manifest, loser, winner);
  if (differences.size() == 1) return "would run, but " + differences.front();
  return fmt::format("would run, but is preferred less ({} to {}): {}", loser.preference,
                     winner.preference, enumerated(differences));
}

/// The values that made it the most preferred: "openmp=on 10, simd=avx2 20".
std::string preferences_of(const IrManifest& manifest, const Judgement& judgement) {
  std::vector<std::string> texts;
  for (const SpecializationPoint& point : manifest.points) {
    const PointValue* value = value_of(point, manifest.configurations[judgement.index]);
    if (value == nullptr || value->preference == 0) continue;
    texts.push_back(fmt::format("{} counts {}", named(point.name, value->name), value->preference));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string reason_for(const IrManifest& manifest, const std::vector<Judgement>& judgements,
                       const Judgement& chosen, std::span<const Target> targets,
                       const ValuesByPoint& settings) {
  const auto fitting = std::ranges::count_if(judgements, &Judgement::fits);
  const std::string with = settings.empty() ? "" : fmt::format(" with {}", all_settings(settings));
  const std::string who = names_of(targets);
  if (fitting == 1) return fmt::format("the only one{} that {} can run", with, who);
  const auto equals = std::ranges::count_if(judgements, [&](const Judgement& judgement) {
    return judgement.fits() && judgement.preference == chosen.preference;
  });
  const std::string preferences = preferences_of(manifest, chosen);
  std::string text = fmt::format("of the {}{} that {} can run, ", fitting, with, who);
  if (preferences.empty()) return text + "the first: none is preferred";
  text += equals == 1 ? std::string("the most preferred")
                      : fmt::format("the first of the {} most preferred", equals);
  return fmt::format("{} ({})", text, preferences);
}

/// What a target alone would have been given.
std::vector<std::string> notes_on_targets(const IrManifest& manifest, const Judgement& chosen,
                                          std::span<const Target> targets,
                                          const ValuesByPoint& settings) {
  std::vector<std::string> notes;
  if (targets.size() < 2) return notes;
  for (const Target& target : targets) {
    const auto alone = judge_all(manifest, {&target, 1}, settings);
    const Judgement* best = best_of(alone);
    if (best == nullptr || best->preference <= chosen.preference) continue;
    notes.push_back(
        fmt::format("`{}` alone could run `{}`, which is preferred more ({} to {}); a deployment "
                    "for several targets has one configuration for all of them",
                    target.name, manifest.configurations[best->index].name, best->preference,
                    chosen.preference));
  }
  return notes;
}

void sort_nearest_first(std::vector<Judgement>& judgements) {
  std::ranges::sort(judgements, {}, [](const Judgement& judgement) {
    return std::tuple(judgement.unasked.size(), judgement.lacks(), -judgement.preference,
                      judgement.index);
  });
}

/// The nearest ones, what lacks least first; of what was asked for, if there is any of it.
std::string nearest(const IrManifest& manifest, std::vector<Judgement> judgements) {
  constexpr std::size_t k_named = 3;
  const auto is_unasked = [](const Judgement& judgement) { return !judgement.unasked.empty(); };
  if (!std::ranges::all_of(judgements, is_unasked)) std::erase_if(judgements, is_unasked);
  sort_nearest_first(judgements);
  std::string text = "the nearest:";
  for (std::size_t i = 0; i < std::min(k_named, judgements.size()); ++i) {
    text += fmt::format("\n    {}: {}", manifest.configurations[judgements[i].index].name,
                        fmt::join(objections_of(judgements[i]), "; "));
  }
  if (judgements.size() > k_named)
    text += fmt::format("\n    and {} more", judgements.size() - k_named);
  return text;
}

/// What would be deployed if nothing were asked for.
std::string without_settings(const IrManifest& manifest, std::span<const Target> targets,
                             const ValuesByPoint& settings) {
  if (settings.empty()) return {};
  const auto judgements = judge_all(manifest, targets, {});
  const Judgement* best = best_of(judgements);
  if (best == nullptr) return {};
  return fmt::format("\n    without `--set`, it would be {}",
                     manifest.configurations[best->index].name);
}

/// A configuration that lacks nothing but an MPI can bring its own.
std::string with_own_mpi(const std::vector<Judgement>& judgements) {
  const bool is_enough = std::ranges::any_of(judgements, [](const Judgement& judgement) {
    return judgement.unasked.empty() && !judgement.unmet.empty() &&
           std::ranges::all_of(judgement.unmet, [](const UnmetRequirement& unmet) {
             return unmet.kind == UnmetRequirement::Kind::mpi;
           });
  });
  return is_enough ? "\n`--library mpi=image` brings the MPI that it was built with" : "";
}

Error nothing_fits(const IrManifest& manifest, const std::vector<Judgement>& judgements,
                   std::span<const Target> targets, const ValuesByPoint& settings) {
  const bool is_asked_for = std::ranges::any_of(
      judgements, [](const Judgement& judgement) { return judgement.unasked.empty(); });
  if (!is_asked_for) {
    return fail(ErrorKind::invalid_input, "`{}` has no configuration with {}", manifest.application,
                all_settings(settings))
        .with_code("plan.no-configuration")
        .with_help(nearest(manifest, judgements));
  }
  const std::string with = settings.empty() ? "" : fmt::format(" with {}", all_settings(settings));
  return fail(ErrorKind::incompatible, "no configuration of `{}`{} runs on {}",
              manifest.application, with, names_of(targets))
      .with_code("plan.no-configuration")
      .with_help(nearest(manifest, judgements) + without_settings(manifest, targets, settings) +
                 with_own_mpi(judgements));
}

RejectedConfiguration rejected(const IrManifest& manifest, const Judgement& judgement,
                               const Judgement& chosen) {
  const Configuration& configuration = manifest.configurations[judgement.index];
  RejectedConfiguration rejection{.name = configuration.name,
                                  .values = configuration.values,
                                  .reasons = objections_of(judgement)};
  if (judgement.fits()) rejection.reasons = {reason_against(manifest, judgement, chosen)};
  return rejection;
}

Status check_there_is_a_choice(const IrManifest& manifest, std::span<const Target> targets) {
  for (const Target& target : targets) XAAS_CHECK(check_architecture(manifest, target));
  if (!manifest.configurations.empty()) return {};
  return fail(ErrorKind::corrupt, "`{}` has no configuration", manifest.application)
      .with_code("plan.no-configuration");
}

}  // namespace

Result<std::vector<ConfigurationVerdict>> judge_configurations(const IrManifest& manifest,
                                                               const Target& target,
                                                               const ValuesByPoint& settings) {
  XAAS_CHECK(check_there_is_a_choice(manifest, {&target, 1}));
  std::vector<Judgement> judgements = judge_all(manifest, {&target, 1}, settings);
  const auto is_unasked = [](const Judgement& judgement) { return !judgement.unasked.empty(); };
  if (std::ranges::all_of(judgements, is_unasked))
    return nothing_fits(manifest, judgements, {&target, 1}, settings);
  std::erase_if(judgements, is_unasked);
  if (manifest.configurations.size() == 1) check_programs(manifest, {&target, 1}, judgements[0]);
  sort_nearest_first(judgements);
  std::vector<ConfigurationVerdict> verdicts;
  verdicts.reserve(judgements.size());
  for (Judgement& judgement : judgements)
    verdicts.push_back({.index = judgement.index, .unmet = std::move(judgement.unmet)});
  return verdicts;
}

Result<ConfigurationChoice> choose_configuration(const IrManifest& manifest,
                                                 std::span<const Target> targets,
                                                 const ValuesByPoint& settings) {
  XAAS_CHECK(check_there_is_a_choice(manifest, targets));
  const std::vector<Judgement> judgements = judge_all(manifest, targets, settings);
  const Judgement* chosen = best_of(judgements);
  if (chosen == nullptr) return nothing_fits(manifest, judgements, targets, settings);
  const Configuration& configuration = manifest.configurations[chosen->index];
  ConfigurationChoice choice{
      .index = chosen->index, .name = configuration.name, .values = configuration.values};
  if (judgements.size() == 1) return choice;
  choice.reason = reason_for(manifest, judgements, *chosen, targets, settings);
  for (const Judgement& judgement : judgements) {
    if (judgement.index != chosen->index)
      choice.rejected.push_back(rejected(manifest, judgement, *chosen));
  }
  choice.notes = notes_on_targets(manifest, *chosen, targets, settings);
  return choice;
}

std::string explain_choice(const ConfigurationChoice& choice) {
  if (choice.rejected.empty()) return {};
  std::string text = fmt::format("{} is chosen: {}\n", choice.name, choice.reason);
  for (const RejectedConfiguration& rejection : choice.rejected) {
    text += fmt::format("  not {}: {}\n", rejection.name, fmt::join(rejection.reasons, "; "));
  }
  return text;
}

}  // namespace xaas
