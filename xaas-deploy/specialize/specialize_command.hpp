// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/planning/plan.hpp"
#include "xaas/support/command_line.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace xaas {

/// `xaas-deploy plan` and `xaas-deploy specialize`.
struct SpecializeOptions {
  std::string image;
  std::string output;
  std::vector<std::string> targets;   // each as resolve_target() reads it; empty: default_targets()
  std::vector<std::string> gpus;      // of all targets; empty: what is known of each
  std::vector<std::string> settings;  // of points: "simd=avx2,avx512"
  LibrarySettings libraries;          // whose are linked
  PlanOptions plan;
  std::filesystem::path cache;  // empty: the user's cache folder
  bool use_cache = true;
  unsigned jobs = 0;  // 0: what this process may use
  std::filesystem::path save_temps;
  std::filesystem::path prefix;  // of a tree; empty: its folder
  bool frame_pointers = false;
  bool debug = false;            // products have debug information
  std::filesystem::path source;  // where it says that the source lies; empty: as in the image
  std::filesystem::path events;
  bool force = false;
  bool quiet = false;
  bool json = false;
  bool why = false;  // `plan`: say why this configuration, and not another one
};

CLI::App* add_plan_command(CLI::App& app, SpecializeOptions& options);
CLI::App* add_specialize_command(CLI::App& app, SpecializeOptions& options);
Result<int> run_plan_command(const SpecializeOptions& options);
Result<int> run_specialize_command(const SpecializeOptions& options);

/// The hidden word on our own command line that makes this program the child that runs one link.
inline constexpr const char* k_lower_command = "lower-one-link";

}  // namespace xaas
