// SPDX-License-Identifier: Apache-2.0
#include "specialize/preparation.hpp"

#include "interface/interface_command.hpp"
#include "specialize/default_target.hpp"
#include "specialize/site_libraries.hpp"

#include "xaas/specializations/library_interface.hpp"
#include "xaas/targets/site_profile.hpp"
#include "xaas/targets/target_library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace xaas {
namespace {

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

/// Targets name folders, tags and entries of an index, so each has a name of its own.
Status check_names(const std::vector<Target>& targets) {
  if (targets.size() < 2) return {};
  std::set<std::string> names{std::string(k_generic_view)};
  for (const Target& target : targets) {
    const auto is_plain = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
    };
    if (target.name.empty() || target.name.starts_with('.') ||
        !std::ranges::all_of(target.name, is_plain)) {
      return fail(ErrorKind::invalid_input, "a target is called `{}`, which cannot name a folder",
                  target.name)
          .with_code("deploy.targets")
          .with_help("letters, digits, `-`, `_` and `.`: change `name` in the target's file");
    }
    if (names.insert(target.name).second) continue;
    return fail(ErrorKind::invalid_input, "`{}` names two targets, or the generic programs",
                target.name)
        .with_code("deploy.targets")
        .with_help("change `name` in one target's file, or name it once");
  }
  return {};
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

/// What the command lines of all units of a link have asked for: its program cannot start without.
std::set<std::string> floor_of(const IrManifest& ir, const LinkPlan& link) {
  std::optional<std::set<std::string>> common;
  for (const UnitPlan& unit : link.units) {
    if (unit.treatment == Treatment::machine_code) continue;
    const std::set<std::string>& floor = ir.units[unit.unit].floor;
    if (common) {
      std::erase_if(*common, [&](const std::string& name) { return !floor.contains(name); });
    } else {
      common = floor;
    }
  }
  return common.value_or(std::set<std::string>());
}

/// Programs of a configuration run where its values' requirements hold, and nowhere else: the guard
/// of the generic ones asks for that, too.
void add_requirements(const IrManifest& ir, const DeploymentPlan& plan, Target& baseline) {
  std::set<std::string> features = baseline.cpu.features;
  features.merge(requirements_of(ir.points, ir.configurations.front().values).cpu);
  for (const LinkPlan& link : plan.links) features.merge(floor_of(ir, link));
  baseline.cpu.features = with_implied_features(ir.architecture, features);
}

struct RequestedTargets {
  std::vector<Target> targets;
  bool is_this_machine = false;  // the only one is, and was detected now
};

Result<RequestedTargets> targets_of(const SpecializeOptions& options) {
  XAAS_TRY(const auto gpus, parse_gpus(options.gpus));
  std::vector<std::string> texts = options.targets;
  if (texts.empty()) {
    XAAS_TRY(texts, default_targets(detect_host_scheduler().scheduler));
  }
  RequestedTargets requested{.is_this_machine = texts == std::vector<std::string>{"host"}};
  for (const std::string& text : texts) {
    XAAS_TRY(auto target, resolve_target(text));
    if (!options.gpus.empty()) replace_gpus(target, gpus);
    requested.targets.push_back(std::move(target));
  }
  XAAS_CHECK(check_names(requested.targets));
  return requested;
}

/// A program that brings its MPI needs none of the machine.
void waive_mpi(std::vector<SpecializationPoint>& points) {
  for (SpecializationPoint& point : points)
    for (PointValue& value : point.values) value.requirements.mpi.clear();
}

Status check_settings_of_several(const LibrarySettings& settings) {
  for (const auto& [interface, which] : settings) {
    if (which == k_image_library) continue;
    return fail(ErrorKind::invalid_input,
                "`--library {}={}` is for one target: several share one tree or index", interface,
                which)
        .with_code("deploy.library")
        .with_help("deploy for each machine by itself to link its own");
  }
  return {};
}

/// What users ask for, and where they ask for nothing, the site: a library to networks instead of
/// its MPI.
Result<LibrarySettings> settings_of(const SpecializeOptions& options, bool is_for_tree) {
  LibrarySettings settings = options.libraries;
  if (!is_for_tree || options.targets.size() > 1 || settings.contains("mpi")) return settings;
  XAAS_TRY(const auto site, load_site_profile());
  if (site.fabric.empty()) return settings;
  settings["mpi"] = k_image_library;
  settings.emplace(site.fabric, k_site_library);
  return settings;
}

/// Whose libraries are linked. An image travels, so it takes the machine's only where somebody asks
/// for it; so does a deployment for several machines, which cannot have one library in two places.
Result<std::vector<LibraryChoice>> libraries_for(const IrManifest& ir,
                                                 const std::vector<LibraryInterface>& interfaces,
                                                 const RequestedTargets& requested,
                                                 const LibrarySettings& settings,
                                                 bool is_for_tree) {
  const LibraryUses uses = library_uses(ir, interfaces);
  const Target& target = requested.targets.front();
  LibraryChoiceInputs question{
      .manifest = ir, .target = target, .interfaces = interfaces, .settings = settings};
  if (requested.targets.size() > 1) {
    XAAS_CHECK(check_settings_of_several(settings));
    question.why_not_site = "several targets share it";
    return choose_libraries(question);
  }
  question.implementations = find_implementations({.target = target,
                                                   .is_detected_here = requested.is_this_machine,
                                                   .interfaces = interfaces,
                                                   .uses = uses,
                                                   .settings = settings});
  question.takes_site = is_for_tree;
  question.why_not_site = "an image brings its own unless `--library` asks for the machine's";
  XAAS_TRY(auto choices, choose_libraries(question));
  if (is_for_tree) drop_shared_folders(choices, target.architecture);
  return choices;
}

}  // namespace

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
  XAAS_TRY(const auto requested, targets_of(options));
  const std::vector<Target>& targets = requested.targets;
  const bool is_for_tree = options.output.empty() || options.output.starts_with("tree:");
  XAAS_TRY(const auto library_settings, settings_of(options, is_for_tree));
  const auto mpi = library_settings.find("mpi");
  if (mpi != library_settings.end() && mpi->second == k_image_library) waive_mpi(image.ir.points);
  XAAS_TRY(const auto settings, parse_narrowing(image.ir.points, options.settings));
  XAAS_TRY(auto choice, choose_configuration(image.ir, targets, settings));
  XAAS_TRY(image, take_configuration(std::move(image), choice.index));
  XAAS_TRY(auto interfaces, known_interfaces());
  XAAS_TRY(const auto libraries,
           libraries_for(image.ir, interfaces, requested, library_settings, is_for_tree));
  std::vector<DeploymentPlan> plans;
  for (const Target& target : targets) {
    XAAS_TRY(auto plan, make_plan(image.ir, target, options.plan));
    plan.libraries = libraries;
    plans.push_back(std::move(plan));
  }
  return Preparation{.image = std::move(image),
                     .choice = std::move(choice),
                     .plans = std::move(plans),
                     .interfaces = std::move(interfaces)};
}

Result<std::vector<DeploymentPlan>> plans_of_views(const Preparation& preparation) {
  const IrManifest& ir = preparation.image.ir;
  std::vector<DeploymentPlan> plans = preparation.plans;
  const auto needs_image =
      std::ranges::find(plans, CLibrary::image, &DeploymentPlan::tree_c_library);
  const DeploymentPlan& decisive = needs_image == plans.end() ? plans.front() : *needs_image;
  const CLibrary c_library = decisive.tree_c_library;
  const std::string reason = decisive.tree_c_library_reason;

  XAAS_TRY(Target baseline, target_of_cpu(ir.baseline, ir.architecture));
  baseline.name = k_generic_view;
  add_requirements(ir, plans.front(), baseline);
  PlanOptions options = plans.front().options;
  options.tree_c_library = c_library;
  options.numerics = NumericsMode::generic;
  XAAS_TRY(auto generic, make_plan(ir, baseline, options));
  if (!check_math_library(ir, generic)) {
    options.numerics = NumericsMode::native;
    XAAS_TRY(generic, make_plan(ir, baseline, options));
  }
  std::erase_if(generic.links, [&](const LinkPlan& link) {
    return ir.links[link.link].kind == LinkKind::archive;
  });
  plans.push_back(std::move(generic));
  for (DeploymentPlan& plan : plans) {
    plan.tree_c_library = c_library;
    plan.tree_c_library_reason = reason;
  }
  return plans;
}

Status check_request(const Preparation& preparation, const DeploymentOutput& output,
                     const SpecializeOptions& options) {
  XAAS_CHECK(check_prefix(options.prefix, output));
  if (options.debug) XAAS_CHECK(check_debug_companions(preparation.image));
  if (preparation.plans.size() > 1 && std::holds_alternative<FileOutput>(output)) {
    return fail(ErrorKind::invalid_input,
                "a root file system in one file is for one target, not {}",
                preparation.plans.size())
        .with_code("deploy.targets")
        .with_help("write one file for each, or `tree:` or `oci:`, which hold several");
  }
  if (!std::holds_alternative<TreeOutput>(output)) return {};
  for (const DeploymentPlan& plan : preparation.plans) {
    XAAS_CHECK(check_host_c_library(preparation.image.ir, plan));
    XAAS_CHECK(check_math_library(preparation.image.ir, plan));
  }
  return {};
}

}  // namespace xaas
