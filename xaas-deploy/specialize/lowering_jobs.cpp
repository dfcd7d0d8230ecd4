// SPDX-License-Identifier: Apache-2.0
#include "specialize/lowering_jobs.hpp"

#include "specialize/placement.hpp"

#include "xaas/lowering/guard.hpp"
#include "xaas/support/files.hpp"
#include "xaas/targets/run_time_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace xaas {
namespace {

using Runpath = std::optional<std::vector<std::string>>;

/// A folder per link: LLVM's dumps are called after units, which links may share.
std::string save_temps_folder(const LoweringPlaces& places, std::size_t link) {
  return places.save_temps.empty() ? ""
                                   : (places.save_temps / fmt::format("link-{}", link)).string();
}

/// Such a program relocates itself, and glibc's code for it cannot bear a run path
/// (elf/get-dynamic-info.h).
bool is_static_pie(const Link& link) {
  return std::ranges::any_of(link.items, [](const LinkItem& item) {
    const auto* option = std::get_if<LinkOption>(&item);
    return option != nullptr && option->text == "--no-dynamic-linker";
  });
}

/// Whether an option goes by the names of archives (ld(1), --exclude-libs).
bool names_archives(const Link& link) {
  return std::ranges::any_of(link.items, [](const LinkItem& item) {
    const auto* option = std::get_if<LinkOption>(&item);
    return option != nullptr && option->text.starts_with("--exclude-libs");
  });
}

/// The file whose members a job for an archive replaces.
std::string generic_archive(const Link& link, const Product& product,
                            const LoweringPlaces& places) {
  return link.kind == LinkKind::archive ? (places.root / product.path.substr(1)).string() : "";
}

std::filesystem::path guard_file(const LoweringPlaces& places, GuardPlace place) {
  return places.work / (place == GuardPlace::program ? "guard-program.o" : "guard-library.o");
}

/// Programs and libraries that take their own way from the first instruction on are left alone: a
/// linker script says where everything goes.
bool takes_guard(const Link& link) {
  if (link.kind == LinkKind::archive) return false;
  return std::ranges::none_of(link.items, [](const LinkItem& item) {
    const auto* option = std::get_if<LinkOption>(&item);
    const auto* file = std::get_if<LinkFile>(&item);
    return (option != nullptr && (option->text == "-r" || option->text == "--relocatable")) ||
           (file != nullptr &&
            (file->prefix == "--script=" || file->prefix == "--default-script="));
  });
}

/// Builds one job's inputs from one link of the manifest.
class JobMaker {
 public:
  JobMaker(const IrManifest& manifest, const DeploymentPlan& plan, const LinkPlan& link,
           const LoweringPlaces& places, DebugInfo debug_info)
      : manifest_(manifest),
        places_(places),
        choices_(plan.libraries),
        libraries_(library_folder(places, link)),
        guarded_(!run_time_checks(plan.target).checks.empty()),
        debug_info_(debug_info) {
    for (const UnitPlan& unit : link.units) plans_[unit.unit] = &unit;
  }

  std::vector<LoweringJob::Item> make_items(const Link& link, const Runpath& runpath,
                                            const IdentityPolicy& identity) {
    std::vector<LoweringJob::Item> items;
    archives_by_name_ = names_archives(link);
    const bool brings_loader =
        !places_.loader.empty() && std::ranges::any_of(link.items, is_loader_option);
    const auto guard = guard_file(
        places_, link.kind == LinkKind::executable ? GuardPlace::program : GuardPlace::library);
    if (guarded_ && takes_guard(link))
      items.emplace_back(LoweringJob::Object{.prefix = "", .path = guard.string()});
    const auto is_replaced = [&](const LinkItem& item) {
      return (runpath && is_runpath_option(item)) || is_identity_option(item) ||
             (debug_info_ == DebugInfo::with && is_strip_option(item)) ||
             (brings_loader && is_loader_option(item));
    };
    for (const LinkItem& item : link.items) {
      if (!is_replaced(item)) std::visit([&](const auto& value) { add(value, items); }, item);
    }
    if (link.kind == LinkKind::archive) return items;
    const auto own = std::ranges::find_if(link.items, is_identity_option);
    items.emplace_back(LoweringJob::Option{
        identity(own == link.items.end() ? "" : std::get<LinkOption>(*own).text)});
    if (brings_loader) add_loader(items);
    if (is_static_pie(link)) return items;
    if (runpath) add_runpath(*runpath, items);
    add_demanded(link, items);
    add_site_folders(link, runpath, items);
    return items;
  }

 private:
  static void add_runpath(const std::vector<std::string>& runpath,
                          std::vector<LoweringJob::Item>& items) {
    // One word: alone, a path that begins with `@` would be a response file.
    if (!runpath.empty())
      items.emplace_back(LoweringJob::Option{fmt::format("--rpath={}", fmt::join(runpath, ":"))});
    // DT_RPATH, unlike DT_RUNPATH, also serves the libraries that a bundled library needs.
    items.emplace_back(LoweringJob::Option{"--disable-new-dtags"});
  }

  /// Behind the deployment's own folders: only what it does not bring is the machine's.
  void add_site_folders(const Link& link, const Runpath& runpath,
                        std::vector<LoweringJob::Item>& items) const {
    std::set<std::string> folders;
    if (runpath) folders.insert(runpath->begin(), runpath->end());
    const auto add = [&](const StandInLibrary& file) {
      if (!file.folder.empty() && folders.insert(file.folder).second)
        items.emplace_back(LoweringJob::Option{"--rpath=" + file.folder});
    };
    for (const LibraryChoice& choice : choices_) {
      // What the MPI takes that a program brings is found by the program's run path.
      const bool is_below = choice.kind == PointKind::fabric;
      if (!is_below && !takes_of(link, choice)) continue;
      for (const auto& [soname, file] : choice.files)
        if (is_below || takes(link, soname)) add(file);
      std::ranges::for_each(choice.demanded, add);
    }
  }

  [[nodiscard]] static bool takes(const Link& link, const std::string& soname) {
    return std::ranges::any_of(link.items, [&](const LinkItem& item) {
      const auto* library = std::get_if<LinkLibrary>(&item);
      return library != nullptr && library->soname == soname;
    });
  }

  [[nodiscard]] static bool takes_of(const Link& link, const LibraryChoice& choice) {
    return std::ranges::any_of(choice.files,
                               [&](const auto& file) { return takes(link, file.first); });
  }

  /// What nothing refers to by a symbol.
  void add_demanded(const Link& link, std::vector<LoweringJob::Item>& items) const {
    for (const LibraryChoice& choice : choices_) {
      if (choice.demanded.empty() || !takes_of(link, choice)) continue;
      items.emplace_back(LoweringJob::Option{"--no-as-needed"});
      for (const StandInLibrary& file : choice.demanded)
        items.emplace_back(LoweringJob::Object{.prefix = "", .path = file.path});
    }
  }

  static bool is_identity_option(const LinkItem& item) {
    const auto* option = std::get_if<LinkOption>(&item);
    return option != nullptr && option->text.starts_with("--package-metadata=");
  }

  static bool is_loader_option(const LinkItem& item) {
    const auto* option = std::get_if<LinkOption>(&item);
    return option != nullptr && option->text.starts_with("--dynamic-linker=");
  }

  /// A library that the program does not need might need more of the C library, and would get it
  /// from the machine: so the program needs all of it.
  void add_loader(std::vector<LoweringJob::Item>& items) const {
    items.emplace_back(LoweringJob::Option{"--dynamic-linker=" + places_.loader});
    items.emplace_back(LoweringJob::Option{"--no-as-needed"});
    for (const std::filesystem::path& file : places_.c_library)
      items.emplace_back(LoweringJob::Object{.prefix = "", .path = file.string()});
  }

  static bool is_strip_option(const LinkItem& item) {
    const auto* option = std::get_if<LinkOption>(&item);
    return option != nullptr && (option->text == "-s" || option->text == "--strip-all" ||
                                 option->text == "-S" || option->text == "--strip-debug");
  }

  static bool is_runpath_option(const LinkItem& item) {
    const auto* option = std::get_if<LinkOption>(&item);
    return option != nullptr &&
           (option->text.starts_with("--rpath=") || option->text == "--enable-new-dtags" ||
            option->text == "--disable-new-dtags");
  }

  [[nodiscard]] std::string blob(const Digest& digest) const {
    return (places_.blobs / digest.hex()).string();
  }

  /// With debug information where it is wanted and there is some.
  [[nodiscard]] Digest form(const Digest& plain, const Digest& companion) const {
    const bool with = debug_info_ == DebugInfo::with && !companion.is_empty();
    return with ? companion : plain;
  }

  std::variant<LoweringJob::Object, LoweringJob::Bitcode> input_of(std::size_t index) const {
    const TranslationUnit& unit = manifest_.units[index];
    const UnitPlan& plan = *plans_.at(index);
    if (plan.treatment == Treatment::machine_code) {
      const Digest object = form(unit.machine_code, unit.debug_machine_code);
      const bool is_placed = unit.names_prefix && !places_.placement.placeholder.empty();
      return LoweringJob::Object{
          .prefix = "", .path = is_placed ? placed_object(places_, object).string() : blob(object)};
    }
    const UnitVariant lowered = form_of(unit, plan);
    LoweringJob::Bitcode bitcode{.path = blob(form(lowered.bitcode, lowered.debug_bitcode)),
                                 .name = fmt::format("{}-{}", index, unit.source),
                                 .extra_features = {},
                                 .keep_bits = plan.keep_bits,
                                 .fused = lowered.numerics.fused,
                                 .names_prefix = lowered.names_prefix};
    if (plan.treatment == Treatment::lower_with_floor) {
      for (const std::string& feature : unit.floor) bitcode.extra_features.push_back("+" + feature);
    }
    return bitcode;
  }

  void add(const LinkOption& item, std::vector<LoweringJob::Item>& items) const {
    items.emplace_back(LoweringJob::Option{item.text});
  }
  void add(const LinkUnit& item, std::vector<LoweringJob::Item>& items) const {
    std::visit([&](auto input) { items.emplace_back(std::move(input)); }, input_of(item.unit));
  }
  void add(const LinkArchive& item, std::vector<LoweringJob::Item>& items) const {
    LoweringJob::Library library{.members = {},
                                 .archive = archives_by_name_ ? item.name : std::string(),
                                 .whole = item.whole};
    const bool loose = item.whole && !archives_by_name_;
    for (const std::size_t member : item.members) {
      auto input = input_of(member);
      if (loose) {
        std::visit([&](auto value) { items.emplace_back(std::move(value)); }, std::move(input));
      } else {
        library.members.push_back(std::move(input));
      }
    }
    if (!loose) items.emplace_back(std::move(library));
  }
  void add(const LinkFile& item, std::vector<LoweringJob::Item>& items) const {
    items.emplace_back(LoweringJob::Object{.prefix = item.prefix, .path = blob(item.content)});
  }
  /// By name from a folder of links: a library without a soname would be recorded under the path
  /// that it was opened by.
  void add(const LinkLibrary& item, std::vector<LoweringJob::Item>& items) const {
    items.emplace_back(LoweringJob::Option{"-L" + libraries_.string()});
    items.emplace_back(LoweringJob::Option{"-l:" + linked_soname(choices_, item)});
  }

  const IrManifest& manifest_;
  const LoweringPlaces& places_;
  const std::vector<LibraryChoice>& choices_;
  std::filesystem::path libraries_;
  std::map<std::size_t, const UnitPlan*> plans_;
  bool guarded_;
  DebugInfo debug_info_;
  bool archives_by_name_ = false;
};

/// What is read of a unit.
void add_forms(const TranslationUnit& unit, const UnitPlan& plan, DebugInfo debug_info,
               std::set<Digest>& wanted) {
  const bool as_it_is = plan.treatment == Treatment::machine_code;
  const UnitVariant lowered = form_of(unit, plan);
  wanted.insert(as_it_is ? unit.machine_code : lowered.bitcode);
  if (debug_info == DebugInfo::with)
    wanted.insert(as_it_is ? unit.debug_machine_code : lowered.debug_bitcode);
}

/// All of a job but its inputs and its places.
LoweringJob make_job(const IrManifest& manifest, const DeploymentPlan& plan,
                     const LinkPlan& link_plan, std::size_t first_product,
                     const LoweringPlaces& places) {
  const Product& product = manifest.products[first_product];
  return {.name = product.path,
          .archive = generic_archive(manifest.links[link_plan.link], product, places),
          .cpu = plan.target.cpu.name,
          .tune = plan.target.cpu.tune,
          .features = code_generation_features(plan.target),
          .opt_level = link_plan.opt_level,
          .full_lto = link_plan.lto == LtoMode::full,
          .placeholder = places.placement.placeholder,
          .prefix = places.placement.padded,
          .cache = places.cache.string()};
}

}  // namespace

Status write_guards(const Target& target, const LoweringPlaces& places) {
  for (const GuardPlace place : {GuardPlace::program, GuardPlace::library}) {
    XAAS_TRY(const auto object, guard_object(place, target));
    if (!object.empty()) XAAS_CHECK(write_file(guard_file(places, place), object));
  }
  return {};
}

bool lowers_something(const LinkPlan& plan) {
  return std::ranges::any_of(
      plan.units, [](const UnitPlan& unit) { return unit.treatment != Treatment::machine_code; });
}

std::filesystem::path library_folder(const LoweringPlaces& places, const LinkPlan& plan) {
  return places.work / fmt::format("libraries-{}", plan.link);
}

std::string linked_soname(const std::vector<LibraryChoice>& choices, const LinkLibrary& library) {
  const StandInLibrary* file = exchanged(choices, library.soname);
  return file == nullptr ? library.soname : file->soname;
}

std::set<Digest> wanted_blobs(const IrManifest& manifest, const DeploymentPlan& plan,
                              DebugInfo debug_info) {
  std::set<Digest> wanted;
  for (const LinkPlan& link : plan.links) {
    if (!lowers_something(link)) continue;
    for (const UnitPlan& unit : link.units)
      add_forms(manifest.units[unit.unit], unit, debug_info, wanted);
    for (const LinkItem& item : manifest.links[link.link].items) {
      if (const auto* file = std::get_if<LinkFile>(&item)) wanted.insert(file->content);
      const auto* library = std::get_if<LinkLibrary>(&item);
      if (library != nullptr && library->path.empty()) wanted.insert(library->content);
    }
  }
  wanted.erase(Digest());
  return wanted;
}

std::vector<PlannedLowering> make_lowering_jobs(const IrManifest& manifest,
                                                const DeploymentPlan& plan,
                                                const LoweringPlaces& places,
                                                const ProductSettings& settings) {
  std::vector<PlannedLowering> lowerings;
  for (const LinkPlan& link_plan : plan.links) {
    if (!lowers_something(link_plan)) continue;
    std::map<Runpath, std::vector<std::size_t>> by_runpath;
    for (const std::size_t product : link_plan.products)
      by_runpath[settings.runpath(manifest.products[product])].push_back(product);
    for (auto& [path, products] : by_runpath) {
      const Link& link = manifest.links[link_plan.link];
      const auto items = [&](DebugInfo which) {
        return JobMaker(manifest, plan, link_plan, places, which)
            .make_items(link, path, settings.identity);
      };
      LoweringJob job = make_job(manifest, plan, link_plan, products.front(), places);
      job.work = (places.work / fmt::format("{}", lowerings.size())).string();
      job.output = job.work + "/output";
      job.save_temps = save_temps_folder(places, lowerings.size());
      job.items = items(DebugInfo::without);
      lowerings.push_back({.job = job, .plan = &link_plan, .products = std::move(products)});
      if (settings.debug_info == DebugInfo::without || link.kind == LinkKind::archive) continue;
      job.items = items(DebugInfo::with);
      job.output = job.work + "/output-with-debug-info";
      job.work += "/debug";
      lowerings.back().debug_job = std::move(job);
    }
  }
  return lowerings;
}

}  // namespace xaas
