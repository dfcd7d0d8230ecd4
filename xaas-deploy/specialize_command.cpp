// SPDX-License-Identifier: Apache-2.0
#include "specialize_command.hpp"

#include "c_library_pair.hpp"
#include "cache_contents.hpp"
#include "cache_folder.hpp"
#include "deployment.hpp"
#include "deployment_report.hpp"
#include "identity.hpp"
#include "image_loader.hpp"
#include "lowering_jobs.hpp"
#include "placement.hpp"
#include "verify_products.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/image/xaas_image.hpp"
#include "xaas/lowering/lower.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"
#include "xaas/targets/site_profile.hpp"
#include "xaas/targets/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xaas {
namespace {

/// What both commands begin with.
struct Preparation {
  IrImage image;
  DeploymentPlan plan;
};

Status check_debug_companions(const IrImage& image) {
  if (debug_blobs(image.ir).empty()) {
    return fail(ErrorKind::unsupported, "`{}` was captured without debug information",
                image.reference.str())
        .with_code("deploy.no-debug-info")
        .with_help("capture a build that compiles with -g, e.g. `CFLAGS='-O3 -g' xaas-build ir`");
  }
  for (const Descriptor& layer : image.ir_layers.layers) {
    if (image.layout.has_blob(layer.digest)) continue;
    return fail(ErrorKind::not_found,
                "`{}` was copied without its layer of debug information, `{}`",
                image.reference.str(), layer.digest.str())
        .with_code("deploy.no-debug-info")
        .with_help("copy the whole image, or specialize without --debug");
  }
  return {};
}

/// The number that the text begins with, else 0: "22.1.8" -> 22.
int leading_number(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Status check_llvm_version(const IrManifest& ir) {
  if (leading_number(ir.llvm_version) <= leading_number(XAAS_LLVM_VERSION)) return {};
  return fail(ErrorKind::unsupported,
              "the image's bitcode is from LLVM {}; this program has LLVM {}", ir.llvm_version,
              XAAS_LLVM_VERSION)
      .with_code("ir.newer-llvm")
      .with_help(
          "LLVM reads older bitcode, never newer: use an xaas-deploy that is at least as new");
}

Result<Preparation> prepare(const SpecializeOptions& options) {
  XAAS_TRY(const auto reference, parse_layout_reference(options.image));
  XAAS_TRY(auto image, open_ir_image(reference));
  XAAS_CHECK(check_llvm_version(image.ir));
  XAAS_TRY(const auto target, resolve_target(options.target));
  XAAS_TRY(auto plan, make_plan(image.ir, target, options.plan));
  return Preparation{.image = std::move(image), .plan = std::move(plan)};
}

/// A tree that runs with the machine's C library needs one that is new enough, where we know it.
Status check_host_c_library(const IrManifest& ir, const DeploymentPlan& plan) {
  const Target& target = plan.target;
  if (plan.tree_c_library == CLibrary::image) return {};
  if (target.libc_version.empty() || ir.glibc_floor.empty()) return {};
  if (!is_older_version(target.libc_version, ir.glibc_floor)) return {};
  return fail(ErrorKind::incompatible, "`{}` needs glibc {}; `{}` has {}", ir.application,
              ir.glibc_floor, target.name, target.libc_version)
      .with_code("deploy.libc")
      .with_help("without `--c-library host` the tree brings its own, the image's");
}

/// Of a tree that is made to run with this machine's C library.
Status check_math_library(const IrManifest& ir, const DeploymentPlan& plan) {
  if (plan.options.numerics == NumericsMode::native) return {};
  if (plan.tree_c_library == CLibrary::image) return {};
  const PlanNumerics numerics = numerics_of(ir, plan);
  if (numerics.math_calls.empty()) return {};
  return fail(ErrorKind::unsupported,
              "a tree computes {} with this machine's C library, and `--numerics generic` wants "
              "the results of the image's",
              fmt::join(numerics.math_calls, ", "))
      .with_code("deploy.math-library")
      .with_help("leave the choice to `--c-library image`");
}

/// The folders of one run, all inside a temporary one.
struct Workshop {
  TemporaryFolder folder;
  std::filesystem::path root;   // the generic image
  std::filesystem::path blobs;  // IR contents
  Cache cache;
};

Result<Workshop> open_workshop(const Preparation& preparation, DebugInfo debug_info, Cache cache,
                               Progress& progress) {
  // Whole images, of runs that were killed.
  remove_stale_temporaries();
  XAAS_TRY(auto folder, TemporaryFolder::make());
  Workshop workshop{.folder = std::move(folder), .cache = std::move(cache)};
  workshop.root = workshop.folder.path() / "root";
  workshop.blobs = workshop.folder.path() / "blobs";
  progress.stage("reading the image");
  XAAS_CHECK(unpack_image(preparation.image.layout, preparation.image.generic, workshop.root));
  XAAS_CHECK(fetch_ir_blobs(preparation.image,
                            wanted_blobs(preparation.image.ir, preparation.plan, debug_info),
                            workshop.blobs));
  return workshop;
}

/// The same link again, with debug information; core files of one are read with the other, so
/// both have one build id.
Result<CacheNotes> lower_with_debug_info(LoweringJob job, const std::filesystem::path& plain) {
  XAAS_TRY(const auto bytes, read_file(plain));
  XAAS_TRY(const auto facts, read_elf(bytes));
  if (facts) job.build_id = facts->build_id;
  XAAS_CHECK(make_folders(job.work));
  XAAS_TRY(auto lowered, lower_in_child(job, k_lower_command));
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

struct LinkedProducts {
  std::vector<VerifiedProduct> products;
  CacheNotes cache;
};

Result<LinkedProducts> lower_link(const Preparation& preparation, const PlannedLowering& lowering,
                                  const Workshop& workshop, const std::string& loader) {
  XAAS_CHECK(make_folders(lowering.job.work));
  XAAS_TRY(const auto lowered, lower_in_child(lowering.job, k_lower_command));
  LinkedProducts made{.products = {}, .cache = lowered.cache};
  if (lowering.debug_job) {
    XAAS_TRY(const auto more, lower_with_debug_info(*lowering.debug_job, lowering.job.output));
    made.cache.add(more);
  }
  const Verification against{.manifest = preparation.image.ir,
                             .target = preparation.plan.target,
                             .root = workshop.root,
                             .work = lowering.job.work,
                             .cache = workshop.cache.folder,
                             .loader = loader};
  for (const std::size_t product : lowering.products) {
    XAAS_TRY(auto verified, verify_product(against, lowering, lowered, product));
    made.cache.add(verified.cache);
    made.products.push_back(std::move(verified));
  }
  return made;
}

/// Links and verifies. Links run side by side, each in a child process.
Result<std::vector<VerifiedProduct>> lower_products(const Preparation& preparation,
                                                    const std::vector<PlannedLowering>& lowerings,
                                                    const Workshop& workshop,
                                                    const std::string& loader, unsigned jobs,
                                                    Progress& progress) {
  std::vector<std::vector<VerifiedProduct>> per_link(lowerings.size());
  std::vector<CacheNotes> notes(lowerings.size());
  progress.stage("lowering", lowerings.size());
  XAAS_CHECK(for_each_parallel(lowerings.size(), jobs, [&](std::size_t i) -> Status {
    XAAS_TRY(auto made, lower_link(preparation, lowerings[i], workshop, loader));
    per_link[i] = std::move(made.products);
    notes[i] = std::move(made.cache);
    progress.step(lowerings[i].job.name);
    return {};
  }));
  report_cache(workshop.cache, notes, progress);
  std::vector<VerifiedProduct> products;
  for (auto& some : per_link) std::ranges::move(some, std::back_inserter(products));
  std::ranges::sort(products, {}, &VerifiedProduct::product);
  return products;
}

DeploymentRecord start_record(const Preparation& preparation) {
  const IrImage& image = preparation.image;
  const PlanOptions& options = preparation.plan.options;
  return {.application = image.ir.application,
          .image = image.index.digest,
          .ir = image.ir_descriptor.digest,
          .producer = fmt::format("xaas-deploy {} (LLVM {})", XAAS_VERSION, XAAS_LLVM_VERSION),
          .configuration = preparation.plan.configuration,
          .lto = name_of(options.lto),
          .numerics = name_of(options.numerics),
          .target = preparation.plan.target,
          .entrypoint = image.generic.config.entrypoint,
          .command = image.generic.config.command,
          .environment = image.generic.config.environment,
          .notes = preparation.plan.notes};
}

void add_products(DeploymentRecord& record, const Preparation& preparation,
                  const std::vector<VerifiedProduct>& products) {
  for (const VerifiedProduct& product : products) {
    record.products.push_back(product.record);
    if (!product.note.empty()) record.notes.push_back(product.note);
  }
  for (const LinkPlan& link : preparation.plan.links) {
    for (const std::size_t index : link.products) {
      const auto made = std::ranges::find(products, index, &VerifiedProduct::product);
      if (made == products.end())
        record.generic_products.push_back(preparation.image.ir.products[index].path);
    }
    record.notes.insert(record.notes.end(), link.notes.begin(), link.notes.end());
  }
}

/// A tree says whose C library it runs with.
void add_c_library(DeploymentRecord& record, const Preparation& preparation) {
  const DeploymentPlan& plan = preparation.plan;
  record.c_library = plan.tree_c_library == CLibrary::image ? "image" : "host";
  record.notes.push_back(
      fmt::format("programs run with {} C library: {}",
                  plan.tree_c_library == CLibrary::image ? "the image's" : "the machine's",
                  plan.tree_c_library_reason));
  if (plan.tree_c_library == CLibrary::host) return;
  std::vector<std::string> others = record.generic_products;
  for (const GenericFile& file : preparation.image.ir.generic_files) others.push_back(file.path);
  if (others.empty()) return;
  record.notes.push_back(fmt::format("the machine's C library starts what was not lowered: {}",
                                     fmt::join(others, ", ")));
}

bool runs_here(const Target& target) {
  const auto host = detect_host();
  return host && host->architecture == target.architecture &&
         std::ranges::includes(host->cpu.features, target.cpu.features);
}

/// The image's loader; nothing for a program without one.
Result<std::vector<std::string>> loader_of(const std::filesystem::path& program,
                                           const std::filesystem::path& image_root) {
  XAAS_TRY(const auto bytes, read_file(program));
  XAAS_TRY(const auto elf, read_elf(bytes));
  if (!elf || elf->interpreter.empty()) return std::vector<std::string>();
  return loader_command(image_root, elf->interpreter);
}

Status check_programs_load(const std::vector<VerifiedProduct>& products, const IrManifest& ir,
                           const std::filesystem::path& image_root) {
  for (const VerifiedProduct& product : products) {
    if (ir.links[ir.products[product.product].link].kind != LinkKind::executable) continue;
    XAAS_TRY(auto loader, loader_of(product.file, image_root));
    XAAS_CHECK(check_it_loads(ir.products[product.product].path, product.file, std::move(loader)));
  }
  return {};
}

std::string prefix_of(const IrManifest& ir, const DeploymentOutput& output,
                      const SpecializeOptions& options) {
  const auto* tree = std::get_if<TreeOutput>(&output);
  if (tree == nullptr) return ir.install.prefix;
  return (options.prefix.empty() ? tree->folder : options.prefix).string();
}

/// Where the prefix is asked for, it is that of a tree.
Status check_prefix(const std::filesystem::path& prefix, const DeploymentOutput& output) {
  if (prefix.empty()) return {};
  if (!std::holds_alternative<TreeOutput>(output)) {
    return fail(ErrorKind::invalid_input, "`--prefix` is for trees: an image has a prefix already")
        .with_code("deploy.prefix")
        .with_help("`xaas-build ir --prefix` decides on an image's");
  }
  if (prefix.is_absolute() && prefix == prefix.lexically_normal() && prefix.has_filename())
    return {};
  return fail(ErrorKind::invalid_input, "`--prefix {}` is no absolute path of a folder",
              prefix.string())
      .with_code("deploy.prefix");
}

std::vector<std::filesystem::path> files_in_root(const std::filesystem::path& root,
                                                 const std::vector<std::string>& paths) {
  std::vector<std::filesystem::path> files;
  files.reserve(paths.size());
  for (const std::string& path : paths) files.push_back(root / path.substr(1));
  return files;
}

/// All but trees: an image, or its root in one file.
Status write_whole_root(const RootFileContent& content, const DeploymentOutput& output) {
  if (const auto* file = std::get_if<FileOutput>(&output)) return write_root_file(content, *file);
  XAAS_TRY(const auto written, write_deployed_image(content.image, content.products, content.record,
                                                    std::get<LayoutReference>(output),
                                                    content.force ? Replace::yes : Replace::no));
  static_cast<void>(written);
  return {};
}

Result<DeploymentRecord> deploy(const Preparation& preparation, const DeploymentOutput& output,
                                const SpecializeOptions& options, Progress& progress) {
  XAAS_TRY(const auto site, load_site_profile());
  const unsigned jobs = options.jobs == 0 ? default_jobs(site) : options.jobs;
  const DebugInfo debug_info = options.debug ? DebugInfo::with : DebugInfo::without;
  XAAS_TRY(auto cache,
           open_cache({.folder = options.cache, .use = options.use_cache}, site, progress));
  XAAS_TRY(const auto workshop, open_workshop(preparation, debug_info, std::move(cache), progress));
  const IrImage& image = preparation.image;
  const auto* tree = std::get_if<TreeOutput>(&output);
  std::optional<TreeLayout> layout;
  const bool is_for_here = runs_here(preparation.plan.target);
  if (tree != nullptr) {
    XAAS_TRY(layout,
             TreeLayout::make(image, workshop.root, preparation.plan.tree_c_library, is_for_here));
  }
  XAAS_TRY(const auto placement, place_at(image.ir, prefix_of(image.ir, output, options),
                                          layout && !layout->loader().empty()));
  const std::string loader = layout && !layout->loader().empty()
                                 ? placement.padded + "/" + layout->loader()
                                 : std::string();
  std::error_code error;
  const LoweringPlaces places{
      .blobs = workshop.blobs,
      .root = workshop.root,
      .work = workshop.folder.path() / "links",
      .cache =
          workshop.cache.folder.empty() ? workshop.cache.folder : workshop.cache.folder / k_objects,
      .save_temps = options.save_temps.empty()
                        ? options.save_temps
                        : std::filesystem::absolute(options.save_temps, error),
      .placement = placement,
      .loader = loader,
      .c_library = layout ? files_in_root(workshop.root, linked_files(layout->c_library()))
                          : std::vector<std::filesystem::path>{}};
  const auto runpath = [&](const Product& product) -> std::optional<std::vector<std::string>> {
    return layout ? layout->runpath_of(product) : product.runpath;
  };
  XAAS_CHECK(link_libraries(image.ir, preparation.plan, places));
  XAAS_CHECK(write_guards(preparation.plan.target, places));
  XAAS_CHECK(write_placed_objects(image.ir, preparation.plan, places, debug_info));
  DeploymentRecord record = start_record(preparation);
  record.frame_pointers = options.frame_pointers;
  record.debug_info = options.debug;
  const auto identity = [&](const std::string& own) { return identity_option(record, own); };
  auto lowerings =
      make_lowering_jobs(image.ir, preparation.plan, places, runpath, identity, debug_info);
  share_threads(lowerings, jobs);
  for (PlannedLowering& lowering : lowerings) {
    lowering.job.frame_pointers = options.frame_pointers;
    if (!lowering.debug_job) continue;
    lowering.debug_job->frame_pointers = options.frame_pointers;
    lowering.debug_job->source_folder = options.source.string();
  }
  XAAS_TRY(const auto products,
           lower_products(preparation, lowerings, workshop, loader, jobs, progress));
  add_products(record, preparation, products);
  progress.stage("writing the deployment");
  if (tree != nullptr) {
    record.reference = image.reference.str();
    add_c_library(record, preparation);
    return write_tree({.image = image,
                       .root = workshop.root,
                       .layout = *layout,
                       .products = products,
                       .placement = placement,
                       .record = std::move(record),
                       .runs_here = is_for_here,
                       .force = options.force},
                      *tree);
  }
  if (is_for_here) XAAS_CHECK(check_programs_load(products, image.ir, workshop.root));
  XAAS_CHECK(write_whole_root({.image = image,
                               .root = workshop.root,
                               .products = products,
                               .record = record,
                               .threads = jobs,
                               .force = options.force},
                              output));
  return record;
}

}  // namespace

Result<int> run_plan_command(const SpecializeOptions& options) {
  XAAS_TRY(const auto preparation, prepare(options));
  XAAS_CHECK(print_output(options.json ? print_plan(preparation.image.ir, preparation.plan)
                                       : explain_plan(preparation.image.ir, preparation.plan)));
  return 0;
}

Result<int> run_specialize_command(const SpecializeOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  Progress progress("xaas-deploy",
                    options.quiet ? Progress::Style::quiet : Progress::Style::automatic);
  if (!options.events.empty()) XAAS_CHECK(progress.write_events_to(options.events));
  XAAS_TRY(const auto output, parse_deployment_output(options.output));
  XAAS_CHECK(check_output_is_free(output, options.force));
  XAAS_CHECK(check_prefix(options.prefix, output));
  XAAS_TRY(const auto preparation, prepare(options));
  if (options.debug) XAAS_CHECK(check_debug_companions(preparation.image));
  if (std::holds_alternative<TreeOutput>(output)) {
    XAAS_CHECK(check_host_c_library(preparation.image.ir, preparation.plan));
    XAAS_CHECK(check_math_library(preparation.image.ir, preparation.plan));
  }
  XAAS_TRY(const auto record, deploy(preparation, output, options, progress));
  progress.finish();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  XAAS_CHECK(print_output(options.json    ? print_deployment_json(record, options.output, seconds)
                          : options.quiet ? ""
                                          : print_deployment(record, options.output, seconds)));
  return 0;
}

}  // namespace xaas
