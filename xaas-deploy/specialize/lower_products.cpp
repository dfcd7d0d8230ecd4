// SPDX-License-Identifier: Apache-2.0
#include "specialize/lower_products.hpp"

#include "cache/cache_contents.hpp"
#include "specialize/c_library_pair.hpp"
#include "specialize/identity.hpp"
#include "specialize/placement.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/lowering/lower.hpp"
#include "xaas/support/process.hpp"
#include "xaas/targets/site_profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <utility>

namespace xaas {
namespace {

/// The same link again, with debug information; core files of one are read with the other, so
/// both have one build id.
Result<CacheNotes> lower_with_debug_info(LoweringJob job, const std::filesystem::path& plain,
                                         const LoweringLimits& limits) {
  XAAS_TRY(const auto bytes, read_file(plain));
  XAAS_TRY(const auto facts, read_elf(bytes));
  if (facts) job.build_id = facts->build_id;
  XAAS_CHECK(make_folders(job.work));
  XAAS_TRY(auto lowered, lower_in_child(job, k_lower_command, limits));
  return std::move(lowered.cache);
}

/// Threads by a link's share of the units, and the longest links first: they run side by side, and
/// none must be left alone at the end with one thread.
void share_threads(std::vector<PlannedLowering>& lowerings, unsigned jobs) {
  const auto size = [](const PlannedLowering& lowering) { return lowering.plan->units.size(); };
  std::size_t units = 0;
  for (const PlannedLowering& lowering : lowerings) units += size(lowering);
  for (PlannedLowering& lowering : lowerings) {
    const auto share = static_cast<double>(size(lowering)) / static_cast<double>(units);
    lowering.job.threads = std::max(1U, static_cast<unsigned>(std::ceil(share * jobs)));
    if (lowering.debug_job) lowering.debug_job->threads = lowering.job.threads;
  }
  std::ranges::sort(lowerings, [&](const PlannedLowering& a, const PlannedLowering& b) {
    return std::pair(size(b), a.job.name) < std::pair(size(a), b.job.name);
  });
}

/// The files that a program's loader brings, unpacked; empty: the program's own loader is kept.
std::string loader_in(const LoweringRequest& request) {
  if (request.layout == nullptr || request.layout->loader().empty()) return {};
  return request.placement.padded + "/" + request.layout->loader();
}

std::vector<std::filesystem::path> files_in_root(const std::filesystem::path& root,
                                                 const std::vector<std::string>& paths) {
  std::vector<std::filesystem::path> files;
  files.reserve(paths.size());
  for (const std::string& path : paths) files.push_back(root / path.substr(1));
  return files;
}

LoweringPlaces places_for(const LoweringRequest& request, const DeployedTarget& part) {
  const Workshop& workshop = request.workshop;
  std::error_code error;
  LoweringPlaces places{.blobs = workshop.blobs,
                        .root = workshop.root,
                        .work = workshop.folder.path() / "links" / part.view,
                        .cache = workshop.cache.folder.empty() ? workshop.cache.folder
                                                               : workshop.cache.folder / k_objects,
                        .save_temps = request.options.save_temps,
                        .placement = request.placement,
                        .loader = loader_in(request),
                        .c_library = {}};
  if (!places.save_temps.empty())
    places.save_temps = std::filesystem::absolute(places.save_temps, error);
  if (request.layout != nullptr)
    places.c_library = files_in_root(workshop.root, linked_files(request.layout->c_library()));
  return places;
}

std::vector<PlannedLowering> make_jobs(const LoweringRequest& request, const DeploymentPlan& plan,
                                       const LoweringPlaces& places,
                                       const ProductIdentity& identity) {
  const SpecializeOptions& options = request.options;
  const ProductSettings settings{
      .runpath = [&](const Product& product) -> std::optional<std::vector<std::string>> {
        return request.layout != nullptr ? request.layout->runpath_of(product) : product.runpath;
      },
      .identity = [&](const std::string& recorded) { return identity_option(identity, recorded); },
      .debug_info = options.debug ? DebugInfo::with : DebugInfo::without};
  auto lowerings = make_lowering_jobs(request.image.ir, plan, places, settings);
  share_threads(lowerings, request.jobs);
  for (PlannedLowering& lowering : lowerings) {
    lowering.job.frame_pointers = options.frame_pointers;
    if (!lowering.debug_job) continue;
    lowering.debug_job->frame_pointers = options.frame_pointers;
    lowering.debug_job->source_folder = options.source.string();
  }
  return lowerings;
}

/// Those of the machine's libraries that programs are linked with.
std::set<std::string> sonames_of(const std::vector<LibraryChoice>& choices) {
  std::set<std::string> sonames;
  for (const LibraryChoice& choice : choices) {
    for (const auto& [replaced, file] : choice.files) sonames.insert(file.soname);
    for (const StandInLibrary& file : choice.demanded) sonames.insert(file.soname);
  }
  return sonames;
}

Result<std::vector<VerifiedProduct>> lower_one(const LoweringRequest& request,
                                               const DeploymentPlan& plan,
                                               const PlannedLowering& lowering,
                                               const LoweringLimits& limits, CacheNotes& notes) {
  XAAS_CHECK(make_folders(lowering.job.work));
  XAAS_TRY(const auto lowered, lower_in_child(lowering.job, k_lower_command, limits));
  notes.add(lowered.cache);
  if (lowering.debug_job) {
    XAAS_TRY(const auto more,
             lower_with_debug_info(*lowering.debug_job, lowering.job.output, limits));
    notes.add(more);
  }
  const Verification against{
      .manifest = request.image.ir,
      .target = plan.target,
      .root = request.workshop.root,
      .work = lowering.job.work,
      .cache = request.workshop.cache.folder,
      .intended = {.interpreter = loader_in(request), .needed = sonames_of(plan.libraries)}};
  std::vector<VerifiedProduct> products;
  for (const std::size_t product : lowering.products) {
    XAAS_TRY(auto verified, verify_product(against, lowering, lowered, product));
    notes.add(verified.cache);
    products.push_back(std::move(verified));
  }
  return products;
}

/// Links that run at the same time share what all may take.
LoweringLimits limits_for(const LoweringRequest& request, std::size_t links) {
  if (request.memory == 0) return {};
  const auto at_a_time = std::clamp<std::size_t>(links, 1, request.jobs);
  const auto share =
      at_a_time > 1
          ? fmt::format(", here for {} links at a time: fewer `--jobs` leave more to each",
                        at_a_time)
          : std::string(": lower on another machine");
  return {.memory = std::max<std::uint64_t>(request.memory / at_a_time, 1),
          .reason = fmt::format("the site profile `{}` lets lowering take {} (`memory`){}",
                                site_profile_path().string(), human_bytes(request.memory), share)};
}

void describe_products(DeployedTarget& part, const IrManifest& ir, const DeploymentPlan& plan,
                       const std::vector<VerifiedProduct>& products) {
  part.notes = plan.notes;
  for (const VerifiedProduct& product : products) {
    part.products.push_back(product.record);
    if (!product.note.empty()) part.notes.push_back(product.note);
  }
  for (const LinkPlan& link : plan.links) {
    for (const std::size_t index : link.products) {
      if (std::ranges::find(products, index, &VerifiedProduct::product) == products.end())
        part.generic_products.push_back(ir.products[index].path);
    }
    part.notes.insert(part.notes.end(), link.notes.begin(), link.notes.end());
  }
}

}  // namespace

Result<Workshop> open_workshop(const IrImage& image, std::span<const DeploymentPlan> plans,
                               DebugInfo debug_info, Cache cache, Progress& progress) {
  // Whole images, of runs that were killed.
  remove_stale_temporaries();
  XAAS_TRY(auto folder, TemporaryFolder::make());
  Workshop workshop{.folder = std::move(folder), .cache = std::move(cache)};
  workshop.root = workshop.folder.path() / "root";
  workshop.blobs = workshop.folder.path() / "blobs";
  progress.stage("reading the image");
  XAAS_CHECK(unpack_image(image.layout, image.generic, workshop.root));
  std::set<Digest> wanted;
  for (const DeploymentPlan& plan : plans) wanted.merge(wanted_blobs(image.ir, plan, debug_info));
  XAAS_CHECK(fetch_ir_blobs(image, wanted, workshop.blobs));
  return workshop;
}

Result<std::vector<VerifiedProduct>> lower_products(const LoweringRequest& request,
                                                    const DeploymentPlan& plan,
                                                    const DeploymentRecord& record,
                                                    DeployedTarget& part, Progress& progress) {
  const IrManifest& ir = request.image.ir;
  const LoweringPlaces places = places_for(request, part);
  const DebugInfo debug_info = request.options.debug ? DebugInfo::with : DebugInfo::without;
  XAAS_CHECK(link_libraries(ir, plan, places));
  XAAS_CHECK(write_guards(plan.target, places));
  XAAS_CHECK(write_placed_objects(ir, plan, places, debug_info));
  const auto lowerings = make_jobs(request, plan, places, identity_of(record, part));
  std::vector<std::vector<VerifiedProduct>> per_link(lowerings.size());
  std::vector<CacheNotes> notes(lowerings.size());
  const LoweringLimits limits = limits_for(request, lowerings.size());
  progress.stage("lowering for " + plan.target.cpu.name, lowerings.size());
  XAAS_CHECK(for_each_parallel(lowerings.size(), request.jobs, [&](std::size_t i) -> Status {
    XAAS_TRY(per_link[i], lower_one(request, plan, lowerings[i], limits, notes[i]));
    progress.step(lowerings[i].job.name);
    return {};
  }));
  report_cache(request.workshop.cache, notes, progress);
  std::vector<VerifiedProduct> products;
  for (auto& some : per_link) std::ranges::move(some, std::back_inserter(products));
  std::ranges::sort(products, {}, &VerifiedProduct::product);
  describe_products(part, ir, plan, products);
  return products;
}

}  // namespace xaas
