// SPDX-License-Identifier: Apache-2.0
#include "xaas/targets/site_profile.hpp"

#include "schema_check.hpp"

#include "xaas/support/environment.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/json.hpp"
#include "xaas/support/process.hpp"
#include "xaas/support/quantities.hpp"
#include "xaas/support/text.hpp"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace xaas {
namespace {

constexpr std::string_view k_schema = "xaas.site/1";
constexpr std::string_view k_schema_name = "xaas.site/";
constexpr int k_schema_major = 1;
constexpr const char* k_standard_place = "/etc/xaas/site.json";
constexpr const char* k_standard_targets = "/etc/xaas/targets";
constexpr const char* k_standard_interfaces = "/etc/xaas/interfaces";

Status check_schema(const std::string& schema) {
  int major = 0;
  if (schema.starts_with(k_schema_name)) {
    const char* const begin = schema.data() + k_schema_name.size();
    std::from_chars(begin, schema.data() + schema.size(), major);
  }
  if (major == k_schema_major) return {};
  if (major > k_schema_major) {
    return fail(ErrorKind::unsupported, "the site profile has schema `{}`, newer than `{}`", schema,
                k_schema)
        .with_code("site.newer-schema")
        .with_help("use a newer release of this program");
  }
  return fail(ErrorKind::corrupt, "`schema` is `{}`; a site profile has `{}`", schema, k_schema)
      .with_code("site.malformed");
}

/// A number, or a text that parse_size() reads.
Result<std::uint64_t> read_memory(const JsonReader& reader) {
  if (!reader.has("memory")) return std::uint64_t{0};
  if (!reader.value()["memory"].is_string()) {
    XAAS_TRY(const auto bytes, reader.integer("memory"));
    return static_cast<std::uint64_t>(bytes);
  }
  XAAS_TRY(const auto text, reader.string("memory"));
  if (const auto bytes = parse_size(text)) return *bytes;
  return fail(ErrorKind::invalid_input, "`memory` is `{}`, which is more than there can be", text)
      .with_code("site.malformed");
}

Result<SiteProfile> read_profile(const JsonReader& reader) {
  SiteProfile profile;
  XAAS_TRY(profile.cache, reader.string_or("cache", {}));
  XAAS_TRY(const auto jobs, reader.integer_or("jobs", 0));
  profile.jobs = static_cast<unsigned>(jobs);
  XAAS_TRY(profile.memory, read_memory(reader));
  XAAS_TRY(profile.targets, reader.string_or("targets", {}));
  XAAS_TRY(profile.interfaces, reader.string_or("interfaces", {}));
  XAAS_TRY(profile.never_bundle, reader.strings("never_bundle"));
  XAAS_TRY(profile.bind, reader.strings("bind"));
  XAAS_TRY(profile.launcher, reader.strings("launcher"));
  XAAS_TRY(profile.fabric, reader.string_or("fabric", {}));
  return profile;
}

/// A later version may mean other things by the same fields, so the version comes first.
Status check_fields(const Json& value, std::string_view json) {
  XAAS_TRY(const auto schema, JsonReader(value, {}).string("schema"));
  XAAS_CHECK(check_schema(schema));
  for (const FieldProblem& problem : check_by_schema(value, "xaas.site.schema")) {
    if (!problem.is_error) continue;
    return fail(ErrorKind::invalid_input, "{} (line {})", problem.text,
                line_of_value(json, problem.steps))
        .with_code("site.malformed")
        .with_help(problem.help);
  }
  return {};
}

template <class T>
Result<T> with_default_code(Result<T> result) {
  const bool is_plain = !result && !result.error().code().starts_with("site.");
  if (is_plain) return std::move(result.error()).with_code("site.malformed");
  return result;
}

bool is_name_character(char character) {
  return is_alphanumeric(character) || character == '_';
}

/// Takes the variable's name from the front of `text`, which stands behind a `$`; empty when there
/// is none.
std::string take_name(std::string_view& text) {
  const bool has_braces = text.starts_with('{');
  if (has_braces) text.remove_prefix(1);
  const auto* const end = std::ranges::find_if_not(text, is_name_character);
  const auto length = static_cast<std::size_t>(end - text.begin());
  std::string name(text.substr(0, length));
  text.remove_prefix(length);
  if (!has_braces) return name;
  if (!text.starts_with('}')) return {};
  text.remove_prefix(1);
  return name;
}

/// The text of a field with values in the place of variables.
Result<std::string> put_in(const Variables& variables, std::string_view field,
                           std::string_view text) {
  std::string path;
  for (std::string_view rest = text; !rest.empty();) {
    const auto plain = rest.substr(0, rest.find('$'));
    path += plain;
    rest.remove_prefix(plain.size());
    if (rest.empty()) break;
    rest.remove_prefix(1);
    const auto name = take_name(rest);
    const auto value = name.empty() ? std::nullopt : variables(name);
    if (!value || value->empty()) {
      return fail(ErrorKind::invalid_input,
                  "the site profile's `{}` is `{}`, and the variable `{}` is not set", field, text,
                  name)
          .with_code("site.variable");
    }
    path += *value;
  }
  if (path.empty() || path.starts_with('/')) return path;
  return fail(ErrorKind::invalid_input,
              "the site profile's `{}` is `{}`, here `{}`, which is no absolute path", field, text,
              path)
      .with_code("site.variable");
}

}  // namespace

Result<SiteProfile> parse_site_profile(std::string_view json) {
  XAAS_TRY(const auto value, with_default_code(parse_json(json)));
  if (!value.is_object()) {
    return fail(ErrorKind::corrupt, "a site profile is a JSON object, this is not one")
        .with_code("site.malformed");
  }
  XAAS_CHECK(with_default_code(check_fields(value, json)));
  return with_default_code(read_profile(JsonReader(value, {})));
}

std::string print_site_profile(const SiteProfile& profile) {
  Json json = {{"schema", k_schema}};
  if (!profile.cache.empty()) json["cache"] = profile.cache;
  if (profile.jobs != 0) json["jobs"] = profile.jobs;
  if (profile.memory != 0) json["memory"] = profile.memory;
  if (!profile.targets.empty()) json["targets"] = profile.targets;
  if (!profile.interfaces.empty()) json["interfaces"] = profile.interfaces;
  if (!profile.never_bundle.empty()) json["never_bundle"] = profile.never_bundle;
  if (!profile.bind.empty()) json["bind"] = profile.bind;
  if (!profile.launcher.empty()) json["launcher"] = profile.launcher;
  if (!profile.fabric.empty()) json["fabric"] = profile.fabric;
  return print_json(json);
}

std::filesystem::path site_profile_path() {
  const auto named = environment_variable("XAAS_SITE_PROFILE").value_or("");
  return named.empty() ? k_standard_place : named;
}

Result<SiteProfile> load_site_profile() {
  const auto file = site_profile_path();
  if (!file.is_absolute()) {
    return fail(ErrorKind::invalid_input, "XAAS_SITE_PROFILE is `{}`, which is no absolute path",
                file.string())
        .with_code("site.path")
        .with_help("a relative one would mean another file in each folder");
  }
  auto text = read_file(file, k_longest_document);
  const bool is_absent = !text && text.error().kind() == ErrorKind::not_found;
  if (is_absent && file == k_standard_place) return SiteProfile();
  const std::string doing = fmt::format("reading the site profile `{}`", file.string());
  XAAS_TRY(const auto json, while_doing(std::move(text), doing));
  return while_doing(parse_site_profile(json), doing);
}

unsigned default_jobs(const SiteProfile& profile) {
  const unsigned usable = usable_processors();
  return profile.jobs == 0 ? usable : std::min(usable, profile.jobs);
}

Result<std::filesystem::path> site_cache(const SiteProfile& profile, const Variables& variables) {
  auto path = put_in(variables, "cache", profile.cache);
  if (path) return std::filesystem::path(*path);
  return std::move(path.error())
      .with_help("set it, or name the cache with `--cache` or XAAS_CACHE");
}

Result<std::filesystem::path> site_targets(const SiteProfile& profile, const Variables& variables) {
  if (profile.targets.empty()) return std::filesystem::path(k_standard_targets);
  XAAS_TRY(auto path, put_in(variables, "targets", profile.targets));
  return std::filesystem::path(path);
}

Result<std::filesystem::path> site_interfaces(const SiteProfile& profile,
                                              const Variables& variables) {
  if (profile.interfaces.empty()) return std::filesystem::path(k_standard_interfaces);
  XAAS_TRY(auto path, put_in(variables, "interfaces", profile.interfaces));
  return std::filesystem::path(path);
}

Variables environment_variables() {
  return [](const std::string& name) -> std::optional<std::string> {
    if (auto value = environment_variable(name)) return value;
    if (name == "UID") return std::to_string(::geteuid());
    return std::nullopt;
  };
}

}  // namespace xaas
