// SPDX-License-Identifier: Apache-2.0
#include "specialize/specialize_command.hpp"

#include "cache/cache_folder.hpp"
#include "export/library_binds.hpp"
#include "record/deployment_report.hpp"
#include "run/image_loader.hpp"
#include "specialize/deployment.hpp"
#include "specialize/lower_products.hpp"
#include "specialize/placement.hpp"
#include "specialize/preparation.hpp"
#include "specialize/site_libraries.hpp"
#include "specialize/verify_products.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/image/xaas_image.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/json.hpp"
#include "xaas/support/process.hpp"
#include "xaas/targets/choose_target.hpp"
#include "xaas/targets/site_profile.hpp"
#include "xaas/targets/target.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <map>
#include <optional>
#include <ranges>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace xaas {
namespace {

DeploymentRecord start_record(const IrImage& image, const DeploymentPlan& plan,
                              const SpecializeOptions& options) {
  return {.application = image.ir.application,
          .image = image.index.digest,
          .ir = image.ir_descriptor.digest,
          .producer = fmt::format("xaas-deploy {} (LLVM {})", XAAS_VERSION, XAAS_LLVM_VERSION),
          .configuration = plan.configuration,
          .values = image.ir.configurations.front().values,
          .library_settings = options.libraries,
          .lto = name_of(plan.options.lto),
          .frame_pointers = options.frame_pointers,
          .debug_info = options.debug,
          .source = options.debug ? options.source.string() : "",
          .entrypoint = image.generic.config.entrypoint,
          .command = image.generic.config.command,
          .environment = image.generic.config.environment};
}

/// The first few are enough to find the others by.
std::vector<UnitExceptions> recorded_exceptions(const IrManifest& ir, const DeploymentPlan& plan) {
  constexpr std::size_t k_named = 3;
  std::map<std::string, std::set<std::string>> sources_by_reason;
  for (const LinkPlan& link : plan.links) {
    for (const auto& [reason, sources] : exceptions_of(ir, link))
      sources_by_reason[reason].insert(sources.begin(), sources.end());
  }
  std::vector<UnitExceptions> recorded;
  for (const auto& [reason, sources] : sources_by_reason) {
    recorded.push_back({.reason = reason, .count = sources.size()});
    for (const std::string& source : sources | std::views::take(k_named))
      recorded.back().sources.push_back(source);
  }
  return recorded;
}

std::string name_of(CLibrary library) {
  return library == CLibrary::image ? "image" : "host";
}

/// A tree says whose C library it runs with.
void add_c_library(DeploymentRecord& record, const IrManifest& ir, const DeploymentPlan& plan) {
  record.c_library = name_of(plan.tree_c_library);
  if (plan.options.tree_c_library) record.c_library_setting = name_of(*plan.options.tree_c_library);
  record.notes.push_back(
      fmt::format("programs run with {} C library: {}",
                  plan.tree_c_library == CLibrary::image ? "the image's" : "the machine's",
                  plan.tree_c_library_reason));
  if (plan.tree_c_library == CLibrary::host) return;
  std::vector<std::string> others = record.targets.back().generic_products;
  for (const GenericFile& file : ir.generic_files) others.push_back(file.path);
  if (others.empty()) return;
  record.notes.push_back(fmt::format("the machine's C library starts what was not lowered: {}",
                                     fmt::join(others, ", ")));
}

/// Whether this machine can run what is made for the target.
bool runs_here(const Target& target) {
  const auto host = detect_host_processor();
  return host && runs_on(target, *host);
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

/// All but trees: an image, several in an index, or the root of one in one file.
Status write_whole_root(const RootFileContent& content, const DeploymentOutput& output) {
  if (const auto* file = std::get_if<FileOutput>(&output)) return write_root_file(content, *file);
  XAAS_TRY(const auto written, write_deployed_image(content.image, content.parts, content.record,
                                                    std::get<LayoutReference>(output),
                                                    content.force ? Replace::yes : Replace::no));
  static_cast<void>(written);
  return {};
}

/// Image paths of what is linked anew.
std::set<std::string> lowered_paths(const IrManifest& ir, const DeploymentPlan& plan) {
  std::set<std::string> paths;
  for (const LinkPlan& link : plan.links) {
    if (!lowers_something(link)) continue;
    for (const std::size_t product : link.products) paths.insert(ir.products[product].path);
  }
  return paths;
}

/// Lowers for each target; the record gets a part for each.
Result<std::vector<ProductSet>> lower_all(const LoweringRequest& request,
                                          const std::vector<DeploymentPlan>& plans,
                                          DeploymentRecord& record, Progress& progress) {
  std::vector<ProductSet> sets;
  for (const DeploymentPlan& plan : plans) {
    DeployedTarget part{.target = what_decides(plan.target),
                        .view = plans.size() > 1 ? plan.target.name : "",
                        .numerics = name_of(plan.options.numerics),
                        .exceptions = recorded_exceptions(request.image.ir, plan)};
    XAAS_TRY(part.libraries, linked_libraries(plan.libraries));
    XAAS_TRY(auto products, lower_products(request, plan, record, part, progress));
    std::ranges::move(notes_on_libraries(plan.libraries), std::back_inserter(part.notes));
    sets.push_back({.products = std::move(products), .runs_here = runs_here(plan.target)});
    record.targets.push_back(std::move(part));
  }
  return sets;
}

/// Whoever makes a tree again does it from another folder.
std::string lasting(LayoutReference reference) {
  std::error_code error;
  reference.path = std::filesystem::absolute(reference.path, error).lexically_normal();
  return reference.str();
}

}  // namespace

Result<DeploymentRecord> make_deployment(const Preparation& preparation,
                                         const DeploymentOutput& output,
                                         const SpecializeOptions& options, Progress& progress) {
  const IrImage& image = preparation.image;
  const auto* tree = std::get_if<TreeOutput>(&output);
  std::vector<DeploymentPlan> plans = preparation.plans;
  if (tree != nullptr && plans.size() > 1) {
    XAAS_TRY(plans, plans_of_views(preparation));
  }
  const DebugInfo debug_info = options.debug ? DebugInfo::with : DebugInfo::without;
  XAAS_TRY(const auto site, load_site_profile());
  XAAS_TRY(auto cache,
           open_cache({.folder = options.cache, .use = options.use_cache}, site, progress));
  XAAS_TRY(const auto workshop,
           open_workshop(image, plans, debug_info, std::move(cache), progress));
  std::optional<TreeLayout> layout;
  if (tree != nullptr) {
    const bool all_here = std::ranges::all_of(plans, runs_here, &DeploymentPlan::target);
    const auto machines = never_bundled(site, preparation.interfaces);
    XAAS_TRY(layout, TreeLayout::make(image, workshop.root,
                                      {.c_library = plans.front().tree_c_library,
                                       .runs_here = all_here,
                                       .never_bundled = machines,
                                       .choices = plans.front().libraries,
                                       .lowered = lowered_paths(image.ir, plans.front())}));
  }
  XAAS_TRY(const auto placement, place_at(image.ir, plans, prefix_of(image.ir, output, options),
                                          layout && !layout->loader().empty()));
  const LoweringRequest request{.image = image,
                                .workshop = workshop,
                                .layout = layout ? &*layout : nullptr,
                                .placement = placement,
                                .options = options,
                                .jobs = options.jobs == 0 ? default_jobs(site) : options.jobs,
                                .memory = site.memory};
  DeploymentRecord record = start_record(image, plans.front(), options);
  record.decision = {.requirements = requirements_of(image.ir.points, record.values),
                     .reason = preparation.choice.reason,
                     .rejected = preparation.choice.rejected};
  record.notes = preparation.choice.notes;
  XAAS_TRY(const auto parts, lower_all(request, plans, record, progress));
  progress.stage("writing the deployment");
  if (tree != nullptr) {
    record.reference = lasting(image.reference);
    drop_images_own(record.environment, preparation.interfaces);
    add_c_library(record, image.ir, plans.front());
    auto note = note_on_openings(layout->bundled(), preparation.interfaces);
    if (!note.empty()) record.notes.push_back(std::move(note));
    if (!layout->left_out().empty()) {
      record.notes.push_back(
          fmt::format("left to the machine, as its site profile (`never_bundle`) or their "
                      "interface says: {}",
                      fmt::join(layout->left_out(), ", ")));
    }
    return write_tree({.image = image,
                       .root = workshop.root,
                       .layout = *layout,
                       .parts = parts,
                       .placement = placement,
                       .record = std::move(record),
                       .force = options.force},
                      *tree);
  }
  for (const ProductSet& part : parts) {
    if (part.runs_here) XAAS_CHECK(check_programs_load(part.products, image.ir, workshop.root));
  }
  if (std::holds_alternative<FileOutput>(output)) {
    for (DeployedTarget& part : record.targets)
      part.bound = library_binds(part.libraries, workshop.root, preparation.interfaces);
  }
  XAAS_CHECK(write_whole_root({.image = image,
                               .root = workshop.root,
                               .parts = parts,
                               .record = record,
                               .threads = request.jobs,
                               .force = options.force},
                              output));
  return record;
}

namespace {

/// What all plans together read of the IR.
IrBytes bytes_read(const Preparation& preparation) {
  std::set<Digest> wanted;
  for (const DeploymentPlan& plan : preparation.plans)
    wanted.merge(wanted_blobs(preparation.image.ir, plan, DebugInfo::without));
  return ir_bytes_for(preparation.image, wanted);
}

std::string explain_plans(const Preparation& preparation, bool why) {
  const ConfigurationChoice& choice = preparation.choice;
  std::string text;
  if (why) {
    text = explain_choice(choice);
    if (!text.empty()) text += "\n";
  } else if (!choice.rejected.empty()) {
    text = fmt::format("configuration {} of {}: {}; `plan --why` says why no other\n\n",
                       choice.name, choice.rejected.size() + 1, choice.reason);
  }
  for (std::size_t i = 0; i < preparation.plans.size(); ++i)
    text += (i == 0 ? "" : "\n") + explain_plan(preparation.image.ir, preparation.plans[i]);
  for (const std::string& note : choice.notes) text += fmt::format("note: {}\n", note);
  const IrBytes bytes = bytes_read(preparation);
  return text +
         fmt::format("reads {} of {} of IR\n", human_bytes(bytes.read), human_bytes(bytes.all));
}

/// One plan as it is; several as a list.
std::string print_plans(const Preparation& preparation) {
  Json list = Json::array();
  for (const DeploymentPlan& plan : preparation.plans)
    list.push_back(Json::parse(print_plan(preparation.image.ir, plan, preparation.choice)));
  Json json = list.size() == 1 ? Json(list.front())
                               : Json({{"schema", "xaas.plans/1"}, {"plans", std::move(list)}});
  const IrBytes bytes = bytes_read(preparation);
  json["ir_bytes"] = {{"read", bytes.read}, {"all", bytes.all}};
  return print_json(json);
}

}  // namespace

Result<int> run_plan_command(const SpecializeOptions& options) {
  XAAS_TRY(const auto preparation, prepare(options));
  XAAS_CHECK(print_output(options.json ? print_plans(preparation)
                                       : explain_plans(preparation, options.why)));
  return 0;
}

Result<int> run_specialize_command(const SpecializeOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  Progress progress("xaas-deploy",
                    options.quiet ? Progress::Style::quiet : Progress::Style::automatic);
  if (!options.events.empty()) XAAS_CHECK(progress.write_events_to(options.events));
  XAAS_TRY(const auto output, parse_deployment_output(options.output));
  XAAS_CHECK(check_output_is_free(output, options.force));
  XAAS_TRY(const auto preparation, prepare(options));
  XAAS_CHECK(check_request(preparation, output, options));
  XAAS_TRY(const auto record, make_deployment(preparation, output, options, progress));
  progress.finish();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  XAAS_CHECK(print_output(options.json    ? print_deployment_json(record, options.output, seconds)
                          : options.quiet ? ""
                                          : print_deployment(record, options.output, seconds)));
  return 0;
}

}  // namespace xaas
