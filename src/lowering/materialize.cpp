// SPDX-License-Identifier: Apache-2.0
#include "materialize.hpp"

#include "unit_rewrite.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <system_error>

namespace xaas {
namespace {

using Bitcode = LoweringJob::Bitcode;

template <class Item>
void collect_units(const Item& item, std::vector<const Bitcode*>& units) {
  if (const auto* unit = std::get_if<Bitcode>(&item)) units.push_back(unit);
}

std::vector<const Bitcode*> units_of(const LoweringJob& job) {
  std::vector<const Bitcode*> units;
  for (const LoweringJob::Item& item : job.items) {
    collect_units(item, units);
    if (const auto* library = std::get_if<LoweringJob::Library>(&item))
      for (const auto& member : library->members) collect_units(member, units);
  }
  return units;
}

/// "0003-zstd_compress.c.bc"
std::string file_name_of(std::size_t index, const std::string& name) {
  constexpr std::size_t k_longest = 100;
  std::string text = name.size() > k_longest ? name.substr(name.size() - k_longest) : name;
  for (char& c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '-') c = '_';
  return fmt::format("{:04}-{}.bc", index, text);
}

Rewrite rewrite_for(const LoweringJob& job, const Bitcode& unit) {
  return Rewrite{.features = job.features,
                 .floor = unit.extra_features,
                 .tune = job.tune == job.cpu ? "" : job.tune,
                 .keep_bits = unit.keep_bits,
                 .fused = unit.fused,
                 .frame_pointers = job.frame_pointers,
                 .source_folder = job.source_folder,
                 .placeholder = unit.names_prefix ? job.placeholder : std::string(),
                 .prefix = job.prefix,
                 .thin_lto = !job.full_lto};
}

struct Placed {
  std::string path;
  std::set<std::string> explicit_functions;
};

Result<Placed> place_unit(const Bitcode& unit, const UnitFacts& facts, const Rewrite& rewrite,
                          const std::string& path) {
  const bool stays = !facts.has_features && rewrite.floor.empty() && rewrite.tune.empty() &&
                     !rewrite.keep_bits && !rewrite.frame_pointers &&
                     rewrite.source_folder.empty() && rewrite.placeholder.empty() &&
                     rewrite.thin_lto;
  if (stays) {
    std::error_code error;
    std::filesystem::remove(path, error);
    XAAS_CHECK(make_link(std::filesystem::absolute(unit.path, error), path));
    return Placed{.path = path, .explicit_functions = {}};
  }
  XAAS_TRY(const std::string bitcode, read_file(unit.path));
  XAAS_TRY(RewrittenUnit rewritten, rewrite_unit(bitcode, rewrite));
  XAAS_CHECK(write_file(path, rewritten.bitcode));
  return Placed{.path = path, .explicit_functions = std::move(rewritten.explicit_functions)};
}

Result<UnitFacts> inspect_file(const std::string& path) {
  XAAS_TRY(const std::string bitcode, read_file(path));
  return inspect_unit(bitcode);
}

template <class Value>
Status keep(Result<Value> result, Value& slot, const Bitcode& unit) {
  if (!result)
    return std::move(result.error()).while_doing(fmt::format("reading the unit `{}`", unit.name));
  slot = std::move(*result);
  return {};
}

}  // namespace

Result<Materialized> materialize_units(const LoweringJob& job, const std::string& folder) {
  const std::vector<const Bitcode*> units = units_of(job);
  std::vector<UnitFacts> facts(units.size());
  XAAS_CHECK(make_folders(folder));
  XAAS_CHECK(for_each_parallel(units.size(), job.threads, [&](std::size_t i) {
    return keep(inspect_file(units[i]->path), facts[i], *units[i]);
  }));
  std::vector<Placed> placed(units.size());
  XAAS_CHECK(for_each_parallel(units.size(), job.threads, [&](std::size_t i) {
    const std::string path = folder + "/" + file_name_of(i, units[i]->name);
    return keep(place_unit(*units[i], facts[i], rewrite_for(job, *units[i]), path), placed[i],
                *units[i]);
  }));
  Materialized result;
  for (std::size_t i = 0; i < units.size(); ++i) {
    result.paths.push_back(std::move(placed[i].path));
    result.facts.functions += facts[i].functions;
    result.facts.explicit_functions.merge(placed[i].explicit_functions);
  }
  return result;
}

}  // namespace xaas
