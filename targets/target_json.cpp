// SPDX-License-Identifier: Apache-2.0
#include "cpu_checks.hpp"
#include "machine_json.hpp"
#include "processor_family.hpp"

#include "xaas/support/json.hpp"
#include "xaas/targets/target.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <utility>

namespace xaas {
namespace {

constexpr std::string_view k_schema = "xaas.target/1";
constexpr std::string_view k_schema_name = "xaas.target/";
constexpr int k_schema_major = 1;

Status check_schema(const std::string& schema) {
  int major = 0;
  if (schema.starts_with(k_schema_name)) {
    const char* const begin = schema.data() + k_schema_name.size();
    std::from_chars(begin, schema.data() + schema.size(), major);
  }
  if (major == k_schema_major) return {};
  if (major > k_schema_major) {
    return fail(ErrorKind::unsupported, "the target description has schema `{}`, newer than `{}`",
                schema, k_schema)
        .with_code("target.newer-schema")
        .with_help("use a newer xaas-deploy, or detect the target again with this one");
  }
  return fail(ErrorKind::corrupt, "`schema` is `{}`; a target description has `{}`", schema,
              k_schema)
      .with_code("target.not-a-target");
}

Result<std::map<std::string, std::string>> read_origins(const JsonReader& reader) {
  std::map<std::string, std::string> origins;
  if (!reader.has("origins")) return origins;
  XAAS_TRY(const auto object, reader.object("origins"));
  for (const auto& item : object.value().items()) {
    XAAS_TRY(auto origin, object.string(item.key()));
    origins.emplace(item.key(), std::move(origin));
  }
  return origins;
}

/// A level is what the features say, whatever the file claims.
Status check_cpu(const ProcessorFamily& family, Cpu& cpu) {
  auto problems = problems_of(family, cpu);
  if (!problems.empty()) return std::move(problems.front().error);
  cpu.name = family.code_generation_name(cpu.name);
  cpu.tune = family.code_generation_name(cpu.tune);
  cpu.level = level_of(family.architecture, cpu.features);
  cpu.missing_for_next_level = missing_for_level_after(family, cpu.level, cpu.features);
  return {};
}

Result<Target> read_target(const JsonReader& reader) {
  XAAS_TRY(const auto schema, reader.string("schema"));
  XAAS_CHECK(check_schema(schema));
  Target target;
  XAAS_TRY(target.name, reader.string_or("name", {}));
  XAAS_TRY(target.architecture, reader.string("architecture"));
  const auto* family = family_of(target.architecture);
  XAAS_TRY(target.triple,
           reader.string_or("triple", family == nullptr ? "" : std::string(family->triple)));
  XAAS_TRY(const auto cpu, reader.object("cpu"));
  XAAS_TRY(target.cpu, read_cpu(cpu));
  if (family != nullptr) XAAS_CHECK(check_cpu(*family, target.cpu));
  if (reader.has("libc")) {
    XAAS_TRY(const auto libc, reader.object("libc"));
    XAAS_TRY(target.libc_version, libc.string_or("version", {}));
    XAAS_TRY(target.libc_name, libc.string_or("name", target.libc_version.empty() ? "" : "glibc"));
  }
  XAAS_CHECK(read_machine(reader, target));
  XAAS_TRY(target.origins, read_origins(reader));
  if (reader.has("probes")) {
    XAAS_TRY(const auto probes, reader.object("probes"));
    XAAS_TRY(target.probe_errors, probes.strings("errors"));
  }
  return target;
}

template <class T>
Result<T> with_default_code(Result<T> result) {
  if (!result && result.error().code().empty())
    return std::move(result.error()).with_code("target.malformed");
  return result;
}

}  // namespace

Result<Target> parse_target(std::string_view json) {
  XAAS_TRY(const auto value, with_default_code(parse_json(json)));
  if (!value.is_object()) {
    return fail(ErrorKind::corrupt, "a target description is a JSON object, this is not one")
        .with_code("target.not-a-target");
  }
  return with_default_code(read_target(JsonReader(value, {})));
}

std::string print_target(const Target& target) {
  Json json = {{"schema", k_schema},
               {"name", target.name},
               {"architecture", target.architecture},
               {"triple", target.triple}};
  json["cpu"] = print_cpu(target.cpu);
  json["libc"] = Json::object();
  if (!target.libc_name.empty()) json["libc"]["name"] = target.libc_name;
  if (!target.libc_version.empty()) json["libc"]["version"] = target.libc_version;
  print_machine(target, json);
  json["origins"] = Json::object();
  for (const auto& [field, origin] : target.origins) json["origins"][field] = origin;
  json["probes"] = {{"errors", target.probe_errors}};
  return print_json(json);
}

}  // namespace xaas
