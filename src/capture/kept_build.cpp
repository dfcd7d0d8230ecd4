// SPDX-License-Identifier: Apache-2.0
#include "xaas/capture/build.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/json.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

// A finished build in its folder: a later run of xaas-build goes on from there.

namespace xaas {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_schema = "xaas.kept-build/1";
constexpr auto k_systems =
    std::to_array({BuildSystem::cmake, BuildSystem::meson, BuildSystem::configure,
                   BuildSystem::make, BuildSystem::command});

fs::path file_of(const fs::path& work) {
  return work / "build.json";
}

void set_folder(BuildResult& build, const fs::path& folder) {
  build.stage = folder / "stage";
  build.store = folder / "capture/store";
  build.build_log = folder / "build.log";
  build.seen_paths.begin()->second = folder;
}

Result<double> read_seconds(const JsonReader& reader, const char* key) {
  XAAS_TRY(const auto milliseconds, reader.integer(key));
  return static_cast<double>(milliseconds) / 1000;
}

Result<BuildResult> read_build(const JsonReader& reader, const fs::path& work) {
  BuildResult build;
  XAAS_TRY(const auto system, reader.string("system"));
  for (const BuildSystem known : k_systems)
    if (name_of(known) == system) build.system = known;
  XAAS_TRY(const auto source, reader.string("source"));
  XAAS_TRY(const auto folder, reader.string("build"));
  XAAS_TRY(const auto root, reader.string("root"));
  XAAS_TRY(build.compiler, reader.string("compiler"));
  XAAS_TRY(const auto tools, reader.string("tools"));
  XAAS_TRY(build.fixed_path, reader.boolean_or("fixed_path", false));
  XAAS_TRY(build.seconds, read_seconds(reader, "milliseconds"));
  XAAS_TRY(build.compile_seconds, read_seconds(reader, "compile_milliseconds"));
  build.source = source;
  build.build = folder;
  build.tools = tools;
  build.seen_paths = {{root, work}};
  set_folder(build, work);
  XAAS_TRY(build.log, read_capture_log(work / "capture"));
  return build;
}

Result<std::optional<BuildResult>> read_kept_build(const fs::path& work, const Digest& key) {
  XAAS_TRY(const auto text, read_file(file_of(work), k_longest_document));
  XAAS_TRY(const auto json, parse_json(text));
  const JsonReader reader(json, file_of(work).string());
  XAAS_TRY(const auto schema, reader.string("schema"));
  XAAS_TRY(const auto found, reader.digest("key"));
  if (schema != k_schema || found != key) return std::optional<BuildResult>{};
  XAAS_TRY(auto build, read_build(reader, work));
  return std::optional(std::move(build));
}

std::int64_t milliseconds(double seconds) {
  return static_cast<std::int64_t>(seconds * 1000);
}

}  // namespace

Status move_build(BuildResult& build, const fs::path& to) {
  std::error_code error;
  XAAS_CHECK(make_folders(to.parent_path()));
  fs::rename(build.folder(), to, error);
  if (error) {
    return fail(ErrorKind::io, "`{}` cannot be moved to `{}`: {}", build.folder().string(),
                to.string(), error.message())
        .with_code("build.move");
  }
  set_folder(build, to);
  return {};
}

Status keep_build(const BuildResult& build, const Digest& key) {
  return write_file(
      file_of(build.folder()),
      print_json(Json{{"schema", k_schema},
                      {"key", key.str()},
                      {"system", name_of(build.system)},
                      {"source", build.source.string()},
                      {"build", build.build.string()},
                      {"root", build.seen_paths.begin()->first},
                      {"compiler", build.compiler},
                      {"tools", build.tools.string()},
                      {"fixed_path", build.fixed_path},
                      {"milliseconds", milliseconds(build.seconds)},
                      {"compile_milliseconds", milliseconds(build.compile_seconds)}}));
}

std::optional<BuildResult> kept_build(const fs::path& work, const Digest& key) {
  auto build = read_kept_build(work, key);
  if (!build) return {};
  return *std::move(build);
}

std::optional<BuildCost> cost_of_kept_build(const fs::path& work) {
  const auto text = read_file(file_of(work), k_longest_document);
  if (!text) return {};
  const auto json = parse_json(*text);
  if (!json) return {};
  const auto seconds = read_seconds(JsonReader(*json, file_of(work).string()), "milliseconds");
  if (!seconds) return {};
  BuildCost cost{.seconds = *seconds};
  std::error_code error;
  for (fs::directory_iterator entry(work / "capture/store", error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code unreadable;
    const auto size = entry->file_size(unreadable);
    if (!unreadable) cost.bytes += size;
  }
  return cost;
}

}  // namespace xaas
