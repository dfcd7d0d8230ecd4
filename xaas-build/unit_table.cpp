// SPDX-License-Identifier: Apache-2.0
#include "unit_table.hpp"

#include "build_paths.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/ir/prefix.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace xaas {
namespace {

bool is_optimization_level(std::string_view flag) {
  return flag.starts_with("-O");
}

/// Clang writes it to each loop (`llvm.loop.unroll.disable`), flang does not.
bool stays_with_loops(std::string_view flag, std::string_view language) {
  return flag == "-fno-unroll-loops" && language != "fortran";
}

}  // namespace

Result<Digest> BlobFolder::put(std::string_view bytes) const {
  Digest digest = digest_of(bytes);
  const std::filesystem::path path = path_of(digest);
  std::error_code error;
  if (!std::filesystem::exists(path, error)) XAAS_CHECK(write_file(path, bytes));
  return digest;
}

std::string unhonoured_flag(const std::vector<std::string>& pipeline_flags,
                            std::string_view language) {
  std::string level = "-O0";
  std::vector<std::string> lost;
  for (const std::string& flag : pipeline_flags) {
    if (is_optimization_level(flag)) {
      level = flag;
    } else if (!stays_with_loops(flag, language)) {
      lost.push_back(flag);
    }
  }
  if (level == "-O0") return "compiled without optimization";
  if (level == "-O1" || level == "-O" || level == "-Og") lost.insert(lost.begin(), level);
  if (lost.empty()) return {};
  return fmt::format("compiled with {}, and a link has one optimization pipeline",
                     fmt::join(lost, " "));
}

void UnitTable::add(const BuildResult& build) {
  // Equal objects of one build are one unit. Flags that a deployment must honour come first, then
  // the smaller name, so that the choice is the same every time.
  const auto rank = [](const CompileRecord& record) {
    return std::pair(unhonoured_flag(record.pipeline_flags, record.language).empty(),
                     std::string_view(record.source));
  };
  for (const CompileRecord& record : build.log.compiles) {
    compiled_.insert(record.object);
    const auto [place, added] = compiles_.emplace(std::pair(&build, record.object), &record);
    if (!added && rank(record) < rank(*place->second)) place->second = &record;
  }
}

std::size_t UnitTable::index_of(const BuildResult& build, const UsedObject& object) {
  const auto compile = compiles_.find({&build, object.object});
  Entry entry{.used = object, .build = &build};
  Identity identity{.object = object.object, .language = {}, .isa_flags = {}, .pipeline_flags = {}};
  if (compile != compiles_.end()) {
    entry.compile = compile->second;
    entry.compiled_in = &build;
    identity.language = entry.compile->language;
    identity.isa_flags = entry.compile->isa_flags;
    identity.pipeline_flags = entry.compile->pipeline_flags;
  }
  const auto [place, added] = indices_.emplace(std::move(identity), entries_.size());
  if (added) entries_.push_back(std::move(entry));
  return place->second;
}

Result<RangeTable> UnitTable::ask_compiler(const UnitRequest& request) const {
  RangeTable table;
  table[{"c", {}}] = {};
  for (const Entry& entry : entries_) {
    if (entry.compile == nullptr || !entry.compile->opaque_reason.empty()) continue;
    table[{entry.compile->language, entry.compile->isa_flags}] = {};
  }
  for (auto& [key, range] : table) {
    const auto& [language, isa_flags] = key;
    if (language == "c" || language == "c++") {
      XAAS_TRY(range, processor_range(request.compiler, request.isas, isa_flags, language));
    } else {
      XAAS_TRY(range.baseline,
               command_line_features(request.compiler, request.isas.baseline, isa_flags, language));
    }
  }
  return table;
}

Status UnitTable::keep_machine_code(TranslationUnit& unit, std::string_view object,
                                    std::string reason) const {
  unit.reason = std::move(reason);
  XAAS_TRY(const auto plain, strip_elf(object, Strip::debug));
  XAAS_TRY(unit.machine_code, blobs_->put(plain));
  unit.names_prefix |= plain.contains(placeholder_prefix());
  XAAS_TRY(const auto facts, read_elf(object));
  if (facts && facts->has_debug_info) {
    XAAS_TRY(const auto companion, strip_elf(object, Strip::nothing));
    XAAS_TRY(unit.debug_machine_code, blobs_->put(companion));
  }
  return {};
}

Status UnitTable::add_variants(TranslationUnit& unit, FoundVariants found) const {
  unit.asks = std::move(found.asks);
  for (FoundVariant& variant : found.variants) {
    UnitVariant added{.isa = std::move(variant.isa),
                      .needs = std::move(variant.needs),
                      .explicit_functions = std::move(variant.unit.explicit_functions),
                      .numerics = std::move(variant.unit.numerics),
                      .names_prefix = variant.unit.names_prefix};
    XAAS_TRY(added.bitcode, blobs_->put(variant.unit.bitcode));
    if (!variant.unit.debug_bitcode.empty()) {
      XAAS_TRY(added.debug_bitcode, blobs_->put(variant.unit.debug_bitcode));
    }
    unit.variants.push_back(std::move(added));
  }
  return {};
}

Result<TranslationUnit> UnitTable::make_unit(const Entry& entry, const RangeTable& ranges,
                                             const VariantFinder& finder, Remarks& remarks) const {
  XAAS_TRY(const auto object, read_file(entry.build->store / entry.used.object.hex()));
  TranslationUnit unit{.source = display_path(*entry.build, entry.used.path),
                       .language = "unknown"};
  XAAS_TRY(const auto facts, read_elf(object));
  if (facts) unit.text_bytes = facts->text_bytes;
  if (entry.compile == nullptr) {
    XAAS_CHECK(keep_machine_code(unit, object, "made or changed by a tool that was not captured"));
    return unit;
  }
  const CompileRecord& compile = *entry.compile;
  unit.source = display_path(*entry.build, compile.source);
  unit.language = compile.language;
  unit.pipeline_flags = compile.pipeline_flags;
  unit.neutralized = compile.neutralized;
  if (!compile.opaque_reason.empty()) {
    XAAS_CHECK(keep_machine_code(unit, object, compile.opaque_reason));
    return unit;
  }
  XAAS_TRY(const auto bitcode, read_elf_section(object, ".llvm.lto"));
  if (!bitcode) {
    XAAS_CHECK(keep_machine_code(unit, object, "the compiler put no bitcode into its object"));
    return unit;
  }
  const CommandLineFeatures& given = ranges.at({compile.language, compile.isa_flags}).baseline;
  const CommandLineFeatures& baseline = ranges.at({"c", {}}).baseline;
  auto result = canonicalize(*bitcode, given, baseline, build_root(*entry.build));
  if (!result && result.error().kind() == ErrorKind::unsupported) {
    XAAS_CHECK(keep_machine_code(unit, object, result.error().message()));
    return unit;
  }
  if (!result) return std::move(result.error());
  CanonicalUnit& canonical = *result;
  unit.floor = feature_floor(given, baseline);
  unit.is_abi_bound = canonical.is_abi_bound;
  unit.explicit_functions = std::move(canonical.explicit_functions);
  // flang names the source for messages of its runtime library, which open nothing.
  if (unit.language == "fortran") canonical.build_paths.erase(compile.source);
  remarks.build_paths.merge(canonical.build_paths);
  XAAS_TRY(unit.bitcode, blobs_->put(canonical.bitcode));
  if (!canonical.debug_bitcode.empty()) {
    XAAS_TRY(unit.debug_bitcode, blobs_->put(canonical.debug_bitcode));
  }
  std::string reason = unhonoured_flag(unit.pipeline_flags, unit.language);
  const bool is_lowered = reason.empty() && !canonical.reads_files;
  XAAS_TRY(FoundVariants found, finder.find(*entry.compiled_in, compile, canonical,
                                            is_lowered ? VariantFinder::Use::lowered
                                                       : VariantFinder::Use::machine_code));
  remarks.variant_failures = std::move(found.failures);
  XAAS_CHECK(add_variants(unit, std::move(found)));
  if (reason.empty()) reason = std::move(canonical.why_not_lowered);
  unit.numerics = std::move(canonical.numerics);
  unit.names_prefix = canonical.names_prefix;
  if (!reason.empty() || !can_keep_bits(unit))
    XAAS_CHECK(keep_machine_code(unit, object, std::move(reason)));
  return unit;
}

Result<std::vector<TranslationUnit>> UnitTable::finish(const UnitRequest& request,
                                                       Progress& progress) {
  XAAS_TRY(const RangeTable ranges, ask_compiler(request));
  std::set<const BuildResult*> builds;
  for (const Entry& entry : entries_)
    if (entry.compiled_in != nullptr) builds.insert(entry.compiled_in);
  XAAS_TRY(const VariantFinder finder,
           VariantFinder::make(builds, request.isas, ranges, request.scratch));
  std::vector<TranslationUnit> units(entries_.size());
  std::vector<Remarks> remarks(entries_.size());
  progress.stage(request.isas.levels.empty() ? "canonicalizing units"
                                             : "canonicalizing units and finding variants",
                 entries_.size());
  XAAS_CHECK(for_each_parallel(entries_.size(), request.jobs, [&](std::size_t i) -> Status {
    XAAS_TRY(units[i], while_doing(make_unit(entries_[i], ranges, finder, remarks[i]),
                                   fmt::format("making a unit of `{}`", entries_[i].used.path)));
    progress.step(units[i].source);
    return {};
  }));
  for (std::size_t i = 0; i < units.size(); ++i) {
    build_paths_.merge(remarks[i].build_paths);
    for (std::string& failure : remarks[i].variant_failures)
      variant_failures_[std::move(failure)].insert(units[i].source);
  }
  return units;
}

}  // namespace xaas
