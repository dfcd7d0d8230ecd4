// SPDX-License-Identifier: Apache-2.0
#include "job_json.hpp"

#include "xaas/support/json.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <utility>

// item   = {"option": TEXT}
//        | {"object": PATH, "prefix": TEXT}
//        | {"bitcode": PATH, "name": TEXT, "extra_features": [FEATURE...], "keep_bits": BOOLEAN,
//           "fused": BOOLEAN, "names_prefix": BOOLEAN}
//        | {"library": [item...]}            items of a library are objects and bitcode

namespace xaas {
namespace {

using Member = std::variant<LoweringJob::Object, LoweringJob::Bitcode>;

Json to_json(const LoweringJob::Object& object) {
  return {{"object", object.path}, {"prefix", object.prefix}};
}

Json to_json(const LoweringJob::Bitcode& unit) {
  return {
      {"bitcode", unit.path},        {"name", unit.name},   {"extra_features", unit.extra_features},
      {"keep_bits", unit.keep_bits}, {"fused", unit.fused}, {"names_prefix", unit.names_prefix}};
}

Json to_json(const LoweringJob::Option& option) {
  return {{"option", option.text}};
}

Json to_json(const LoweringJob::Library& library) {
  Json members = Json::array();
  for (const Member& member : library.members)
    members.push_back(std::visit([](const auto& one) { return to_json(one); }, member));
  return {{"library", std::move(members)}, {"archive", library.archive}, {"whole", library.whole}};
}

Result<Member> parse_member(const JsonReader& reader) {
  if (reader.has("bitcode")) {
    LoweringJob::Bitcode unit;
    XAAS_TRY(unit.path, reader.string("bitcode"));
    XAAS_TRY(unit.name, reader.string("name"));
    XAAS_TRY(unit.extra_features, reader.strings("extra_features"));
    XAAS_TRY(unit.keep_bits, reader.boolean_or("keep_bits", false));
    XAAS_TRY(unit.fused, reader.boolean_or("fused", false));
    XAAS_TRY(unit.names_prefix, reader.boolean_or("names_prefix", false));
    return unit;
  }
  LoweringJob::Object object;
  XAAS_TRY(object.path, reader.string("object"));
  XAAS_TRY(object.prefix, reader.string_or("prefix", ""));
  return object;
}

Result<LoweringJob::Item> parse_item(const JsonReader& reader) {
  if (reader.has("option")) {
    XAAS_TRY(std::string text, reader.string("option"));
    return LoweringJob::Option{std::move(text)};
  }
  if (reader.has("library")) {
    LoweringJob::Library library;
    XAAS_TRY(library.archive, reader.string_or("archive", ""));
    XAAS_TRY(library.whole, reader.boolean_or("whole", false));
    XAAS_TRY(const auto members, reader.objects("library"));
    for (const JsonReader& member : members) {
      XAAS_TRY(Member parsed, parse_member(member));
      library.members.push_back(std::move(parsed));
    }
    return library;
  }
  XAAS_TRY(Member member, parse_member(reader));
  return std::visit([](auto& one) { return LoweringJob::Item(std::move(one)); }, member);
}

Result<unsigned> parse_count(const JsonReader& reader, std::string_view key, unsigned fallback) {
  XAAS_TRY(const std::int64_t number, reader.integer_or(key, fallback));
  if (std::cmp_greater(number, std::numeric_limits<unsigned>::max())) {
    return fail(ErrorKind::corrupt, "`{}` is {}, which is more than there can be", key, number)
        .with_code("support.json-field");
  }
  return static_cast<unsigned>(number);
}

}  // namespace

std::string print_job(const LoweringJob& job) {
  Json items = Json::array();
  for (const LoweringJob::Item& item : job.items)
    items.push_back(std::visit([](const auto& one) { return to_json(one); }, item));
  return print_json({{"name", job.name},
                     {"archive", job.archive},
                     {"output", job.output},
                     {"cpu", job.cpu},
                     {"tune", job.tune},
                     {"features", job.features},
                     {"opt_level", job.opt_level},
                     {"full_lto", job.full_lto},
                     {"frame_pointers", job.frame_pointers},
                     {"source_folder", job.source_folder},
                     {"build_id", job.build_id},
                     {"placeholder", job.placeholder},
                     {"prefix", job.prefix},
                     {"threads", job.threads},
                     {"cache", job.cache},
                     {"save_temps", job.save_temps},
                     {"work", job.work},
                     {"items", std::move(items)}});
}

Result<LoweringJob> parse_job(std::string_view json) {
  XAAS_TRY(const Json document, parse_json(json));
  const JsonReader reader(document, "");
  LoweringJob job;
  XAAS_TRY(job.name, reader.string("name"));
  XAAS_TRY(job.archive, reader.string_or("archive", ""));
  XAAS_TRY(job.output, reader.string("output"));
  XAAS_TRY(job.cpu, reader.string("cpu"));
  XAAS_TRY(job.tune, reader.string_or("tune", ""));
  XAAS_TRY(job.features, reader.strings("features"));
  XAAS_TRY(job.opt_level, parse_count(reader, "opt_level", job.opt_level));
  XAAS_TRY(job.full_lto, reader.boolean_or("full_lto", false));
  XAAS_TRY(job.frame_pointers, reader.boolean_or("frame_pointers", false));
  XAAS_TRY(job.source_folder, reader.string_or("source_folder", ""));
  XAAS_TRY(job.build_id, reader.string_or("build_id", ""));
  XAAS_TRY(job.placeholder, reader.string_or("placeholder", ""));
  XAAS_TRY(job.prefix, reader.string_or("prefix", ""));
  XAAS_TRY(job.threads, parse_count(reader, "threads", job.threads));
  XAAS_TRY(job.cache, reader.string_or("cache", ""));
  XAAS_TRY(job.save_temps, reader.string_or("save_temps", ""));
  XAAS_TRY(job.work, reader.string("work"));
  XAAS_TRY(const auto items, reader.objects("items"));
  for (const JsonReader& item : items) {
    XAAS_TRY(LoweringJob::Item parsed, parse_item(item));
    job.items.push_back(std::move(parsed));
  }
  return job;
}

std::string print_result(const LoweringResult& result) {
  return print_json({{"functions", result.functions},
                     {"explicit_functions", result.explicit_functions},
                     {"microseconds", std::llround(result.seconds * 1e6)},
                     {"damaged_cache_entries", result.cache.damaged},
                     {"cache_problem", result.cache.problem}});
}

Result<LoweringResult> parse_result(std::string_view json) {
  XAAS_TRY(const Json document, parse_json(json));
  const JsonReader reader(document, "");
  LoweringResult result;
  XAAS_TRY(const std::int64_t functions, reader.integer("functions"));
  XAAS_TRY(const auto names, reader.strings("explicit_functions"));
  XAAS_TRY(const std::int64_t microseconds, reader.integer("microseconds"));
  XAAS_TRY(result.cache.damaged, reader.strings("damaged_cache_entries"));
  XAAS_TRY(result.cache.problem, reader.string_or("cache_problem", ""));
  result.functions = static_cast<std::size_t>(functions);
  result.explicit_functions = {names.begin(), names.end()};
  result.seconds = static_cast<double>(microseconds) / 1e6;
  return result;
}

}  // namespace xaas
