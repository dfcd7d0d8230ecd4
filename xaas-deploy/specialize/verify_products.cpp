// SPDX-License-Identifier: Apache-2.0
#include "specialize/verify_products.hpp"

#include "cache/cache_contents.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/ir/prefix.hpp"
#include "xaas/support/cache_entry.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"
#include "xaas/verify/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace xaas {
namespace {

Strip strip_of(StripLevel level) {
  switch (level) {
    case StripLevel::nothing:
      return Strip::nothing;
    case StripLevel::debug:
      return Strip::debug;
    case StripLevel::all:
      return Strip::all;
  }
  return Strip::nothing;
}

/// The census depends on the file, on which functions count apart, and on how classes are told
/// apart (the number); all are in the key.
Digest census_key(std::string_view lowered, const std::set<std::string>& explicit_functions) {
  DigestBuilder builder;
  builder.update(XAAS_VERSION " census 2\n");
  builder.update(digest_of(lowered).str());
  for (const std::string& name : explicit_functions) builder.update("\n" + name);
  return builder.finish();
}

/// A cache that cannot be read or written costs time, not the deployment.
Result<Census> cached_census(std::string_view lowered,
                             const std::set<std::string>& explicit_functions,
                             const std::filesystem::path& cache, CacheNotes& notes) {
  if (cache.empty()) return take_census(lowered, explicit_functions);
  const auto path = cache / k_verdicts / census_key(lowered, explicit_functions).hex();
  const CacheEntry entry = read_cache_entry(path);
  if (entry.state == CacheEntry::State::whole) {
    if (auto census = parse_census(entry.content)) return census;
  }
  notes.add_damage(path, entry);
  XAAS_TRY(auto census, take_census(lowered, explicit_functions));
  if (const auto kept = write_cache_entry(path, print_census(census)); !kept)
    notes.add({.damaged = {}, .problem = kept.error().message()});
  return census;
}

std::size_t lowered_units(const LinkPlan& plan) {
  std::size_t count = 0;
  for (const UnitPlan& unit : plan.units)
    count += unit.treatment == Treatment::machine_code ? 0 : 1;
  return count;
}

std::uint64_t count_of(const Census& census, const std::string& name) {
  const auto plain = census.instructions.find(name);
  const auto own = census.explicit_instructions.find(name);
  return (plain == census.instructions.end() ? 0 : plain->second) +
         (own == census.explicit_instructions.end() ? 0 : own->second);
}

/// Instruction sets that the target lacks and that lowering brought in. What the generic file has
/// too is assembly or a library's code that asks the processor before it runs.
std::vector<std::string> unrunnable_classes(const Census& census, const Census& generic,
                                            const Target& target) {
  std::vector<std::string> classes = classes_beyond(census, target);
  std::erase_if(classes, [&](const std::string& name) { return count_of(generic, name) > 0; });
  return classes;
}

/// Of all that the loader lists, what it did not find.
std::string loader_complaint(const Outcome& outcome) {
  std::istringstream lines(outcome.output);
  std::vector<std::string> complaints;
  for (std::string line; std::getline(lines, line);) {
    if (!line.contains("not found") && !line.contains("undefined symbol")) continue;
    const auto begin = std::min(line.find_first_not_of(" \t"), line.size());
    // "undefined symbol: x\t(/where/it/is/tried/p)"
    complaints.push_back(line.substr(begin, line.find('\t', begin) - begin));
  }
  if (complaints.empty()) return fmt::format("it ended with {}", outcome.exit_code);
  return fmt::format("{}", fmt::join(complaints, "; "));
}

/// A unit that has the placeholder in pieces alone does not name it; then the generic file tells.
bool may_have_pieces(const IrManifest& manifest, const LinkPlan& plan, const Product& product) {
  const auto& unreached = manifest.install.unreached;
  return std::ranges::find(unreached, product.path) != unreached.end() ||
         std::ranges::any_of(plan.units, [&](const UnitPlan& unit) {
           return form_of(manifest.units[unit.unit], unit).names_prefix;
         });
}

/// The file with debug information, if it is the same program.
Result<std::optional<std::string>> with_debug_info(const LoweringJob& job, std::string_view plain,
                                                   VerifiedProduct& verified) {
  XAAS_TRY(auto bytes, read_file(job.output));
  XAAS_TRY(const auto difference, first_loaded_difference(plain, bytes));
  if (difference.empty()) return std::optional(std::move(bytes));
  verified.note =
      fmt::format("`{}` is without debug information: with it, LLVM would make another `{}`",
                  job.name, difference);
  return std::optional<std::string>();
}

Status refuse(const Product& product, std::vector<std::string> breaches) {
  if (breaches.empty()) return {};
  return fail(ErrorKind::mismatch, "the lowered `{}` differs from the generic one: {}",
              product.path, fmt::join(breaches, "; "))
      .with_code("verify.product")
      .with_help("nothing was written; please report this with the image's digest");
}

}  // namespace

Result<VerifiedProduct> verify_product(const Verification& against, const PlannedLowering& lowering,
                                       const LoweringResult& lowered, std::size_t index) {
  const Product& product = against.manifest.products[index];
  XAAS_TRY(const auto bytes, read_file(lowering.job.output));
  XAAS_TRY(const auto generic_file, path_in_root(against.root, product.path));
  XAAS_TRY(const auto generic, read_file(generic_file));
  XAAS_TRY(auto breaches, interface_differences(generic, bytes, against.intended));
  CacheNotes notes;
  XAAS_TRY(auto census, cached_census(bytes, lowered.explicit_functions, against.cache, notes));
  XAAS_TRY(const auto generic_census, cached_census(generic, {}, against.cache, notes));
  for (const std::string& name : unrunnable_classes(census, generic_census, against.target)) {
    breaches.push_back(
        fmt::format("it has {} instructions, which `{}` cannot run", name, against.target.name));
  }
  XAAS_CHECK(refuse(product, std::move(breaches)));
  VerifiedProduct verified{.product = index,
                           .file = against.work / fmt::format("product-{}", index),
                           .cache = std::move(notes)};
  std::optional<std::string> installed;
  if (lowering.debug_job) {
    XAAS_TRY(installed, with_debug_info(*lowering.debug_job, bytes, verified));
  }
  const bool is_archive = against.manifest.links[product.link].kind == LinkKind::archive;
  if (!installed && !is_archive) {
    XAAS_TRY(installed, strip_elf(bytes, strip_of(product.strip)));
  }
  if (!installed) installed = bytes;
  verified.has_pieces_of_placeholder = may_have_pieces(against.manifest, *lowering.plan, product) &&
                                       has_pieces_of(lowering.job.placeholder, bytes);
  XAAS_CHECK(write_file(verified.file, *installed, product.mode));
  verified.record = {.path = product.path,
                     .content = digest_of(*installed),
                     .units = lowering.plan->units.size(),
                     .lowered = lowered_units(*lowering.plan),
                     .variants = variants_of(against.manifest, *lowering.plan),
                     .census = std::move(census)};
  return verified;
}

Status check_it_loads(const std::string& name, const std::filesystem::path& program,
                      std::vector<std::string> loader) {
  XAAS_TRY(const auto bytes, read_file(program));
  XAAS_TRY(const auto elf, read_elf(bytes));
  if (!elf || elf->interpreter.empty()) return {};
  loader.push_back(program.string());
  const Command command{
      .argv = std::move(loader),
      .environment = {{"LD_BIND_NOW", "1"}, {"LD_WARN", "yes"}, {"LD_TRACE_LOADED_OBJECTS", "1"}},
      .unset = {"LD_PRELOAD"},
      .output = Command::Output::capture,
      .errors = Command::Errors::with_output,
      .time_limit = std::chrono::seconds(60)};
  XAAS_TRY(const auto outcome, run(command));
  const bool complete =
      !outcome.output.contains("not found") && !outcome.output.contains("undefined symbol");
  if (outcome.succeeded() && complete) return {};
  return fail(ErrorKind::mismatch, "the loader cannot start `{}`: {}", name,
              loader_complaint(outcome))
      .with_code("verify.loads")
      .with_help(
          "a library that the machine that packaged it lacked goes into the image with `xaas-build "
          "ir --include`");
}

}  // namespace xaas
