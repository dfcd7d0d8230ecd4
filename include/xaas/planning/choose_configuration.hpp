// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/manifest.hpp"
#include "xaas/planning/unmet_requirements.hpp"
#include "xaas/specializations/specialization.hpp"
#include "xaas/support/result.hpp"
#include "xaas/targets/target.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace xaas {

struct RejectedConfiguration {
  std::string name;
  PointAssignment values;
  std::vector<std::string> reasons;  // in words, at least one

  friend bool operator==(const RejectedConfiguration&, const RejectedConfiguration&) = default;
};

/// Which configuration of an image is deployed, and why not another one.
struct ConfigurationChoice {
  std::size_t index = 0;  // into IrManifest::configurations
  std::string name;
  PointAssignment values;
  std::string reason;                           // in words; empty: there is only one
  std::vector<RejectedConfiguration> rejected;  // in the manifest's order
  std::vector<std::string> notes;  // about targets that could have run a better one alone

  friend bool operator==(const ConfigurationChoice&, const ConfigurationChoice&) = default;
};

/// The configuration that all targets share: of those that `settings` leave (`--set`) and whose
/// requirements hold on every target, the one with the highest sum of preferences; of equals the
/// first in the manifest. What a target's description does not know satisfies no requirement.
/// `incompatible` when none is left: the message says why, the help lists the nearest and what they
/// lack.
Result<ConfigurationChoice> choose_configuration(const IrManifest& manifest,
                                                 std::span<const Target> targets,
                                                 const ValuesByPoint& settings);

/// What keeps a configuration from being deployed to a target.
struct ConfigurationVerdict {
  std::size_t index = 0;                // into IrManifest::configurations
  std::vector<UnmetRequirement> unmet;  // empty: nothing does
};

/// Of each configuration that `settings` leave, the nearest first: what lacks least, and of that
/// what is most preferred. Errors are those of choose_configuration(), but for `incompatible` where
/// only requirements are not met.
Result<std::vector<ConfigurationVerdict>> judge_configurations(const IrManifest& manifest,
                                                               const Target& target,
                                                               const ValuesByPoint& settings);

/// The choice in words, for whoever asks why; empty where there was none to make.
std::string explain_choice(const ConfigurationChoice& choice);

}  // namespace xaas
