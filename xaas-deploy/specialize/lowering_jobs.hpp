// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/ir/manifest.hpp"
#include "xaas/lowering/lower.hpp"
#include "xaas/planning/plan.hpp"
#include "xaas/support/result.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace xaas {

/// The run path of one product in the deployment; empty optional: the link's own.
using RunpathPolicy =
    std::function<std::optional<std::vector<std::string>>(const Product& product)>;

/// Where a deployment will lie, for what has the install prefix compiled in.
struct Placement {
  std::string prefix;
  std::string placeholder;  // in the IR; empty: the image's prefix is compiled in for good
  std::string padded;       // `prefix`, as long as the placeholder; empty when it is not needed
};

/// Where the links of a deployment find their inputs and leave their results.
struct LoweringPlaces {
  std::filesystem::path blobs;       // contents of the IR layers by hex digest
  std::filesystem::path root;        // the generic image, unpacked
  std::filesystem::path work;        // private to the links
  std::filesystem::path cache;       // empty: none
  std::filesystem::path save_temps;  // empty: none
  Placement placement;
  /// Programs are started by this loader, and bring the C library that goes with it (files of the
  /// image, unpacked): nothing of it may come from the machine. Empty: as they were linked.
  std::string loader;
  std::vector<std::filesystem::path> c_library;
};

/// A link to run, and the products that its output becomes.
struct PlannedLowering {
  LoweringJob job;
  /// The same link with debug information, to be run after it. Archives have none.
  std::optional<LoweringJob> debug_job;
  const LinkPlan* plan = nullptr;
  std::vector<std::size_t> products;  // indices into IrManifest::products
};

/// Links of machine code alone stay as they are in the generic image.
bool lowers_something(const LinkPlan& plan);

/// The shared libraries of one link, by soname.
std::filesystem::path library_folder(const LoweringPlaces& places, const LinkPlan& plan);

/// How a link finds it in that folder: by its own soname, or that of what stands for it.
std::string linked_soname(const std::vector<LibraryChoice>& choices, const LinkLibrary& library);

/// Whether units are read with their debug companions, too.
enum class DebugInfo { without, with };

/// Contents that the plan's links read from the IR layers.
std::set<Digest> wanted_blobs(const IrManifest& manifest, const DeploymentPlan& plan,
                              DebugInfo debug_info);

/// The linker's option that names the deployment in a product, given the link's own or "".
using IdentityPolicy = std::function<std::string(const std::string& recorded)>;

/// What products are given besides their code.
struct ProductSettings {
  RunpathPolicy runpath;
  IdentityPolicy identity;
  DebugInfo debug_info = DebugInfo::without;
};

/// One job for each link that has something to lower and each run path that its products need.
std::vector<PlannedLowering> make_lowering_jobs(const IrManifest& manifest,
                                                const DeploymentPlan& plan,
                                                const LoweringPlaces& places,
                                                const ProductSettings& settings);

/// Writes the object files that make products refuse processors that they are not for, where the
/// jobs name them. Call before the jobs run.
Status write_guards(const Target& target, const LoweringPlaces& places);

/// Lays out the shared libraries of each link by soname, as the jobs name them. Call before the
/// jobs run: an input that would make the linker open other files than the image's is refused here.
Status link_libraries(const IrManifest& manifest, const DeploymentPlan& plan,
                      const LoweringPlaces& places);

}  // namespace xaas
