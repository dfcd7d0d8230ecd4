// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/manifest.hpp"
#include "xaas/planning/choose_configuration.hpp"
#include "xaas/support/result.hpp"
#include "xaas/targets/target.hpp"

#include <string>
#include <vector>

namespace xaas {

/// `xaas-deploy why-not`: what would have to change for configurations to be deployed to a target.
struct WhyNotOptions {
  std::string image;
  std::string target{"host"};
  std::vector<std::string> settings;  // of points, as `--set`
  bool json = false;
};
Result<int> run_why_not_command(const WhyNotOptions& options);

/// Something that is in the way, once, and what helps against it.
struct Obstacle {
  UnmetRequirement unmet;
  std::string help;
};

/// Every different requirement of the verdicts, those of the nearest configurations first.
std::vector<Obstacle> obstacles_of(const IrManifest& ir, const Target& target,
                                   const std::vector<ConfigurationVerdict>& verdicts);

/// In words; `asked` is "" or " with simd=amx".
std::string print_why_not(const IrManifest& ir, const Target& target,
                          const std::vector<ConfigurationVerdict>& verdicts,
                          const std::string& asked);

}  // namespace xaas
