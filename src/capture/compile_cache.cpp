// SPDX-License-Identifier: Apache-2.0
#include "compile_cache.hpp"

#include "compile_input_json.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/json.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

std::string print(const CachedCompile& compile) {
  return print_json(Json{{"object", compile.object.str()},
                         {"messages", compile.messages},
                         {"dependencies", compile.dependencies},
                         {"inputs", json_of(compile.inputs)},
                         {"absent", compile.absent},
                         {"present", compile.present},
                         {"message_flags", compile.message_flags}});
}

Result<CachedCompile> read_entry(const fs::path& file) {
  XAAS_TRY(const std::string text, read_file(file));
  XAAS_TRY(const Json json, parse_json(text));
  const JsonReader reader(json, file.string());
  CachedCompile compile;
  XAAS_TRY(compile.object, reader.digest("object"));
  XAAS_TRY(compile.messages, reader.string("messages"));
  XAAS_TRY(compile.dependencies, reader.string("dependencies"));
  XAAS_TRY(compile.inputs, read_compile_inputs(reader));
  XAAS_TRY(compile.absent, reader.strings("absent"));
  XAAS_TRY(compile.present, reader.strings("present"));
  XAAS_TRY(compile.message_flags, reader.strings("message_flags"));
  return compile;
}

bool is_there(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

bool is_file(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

/// Digests of files as they are now, each read once.
class Present {
 public:
  bool has(const CompileInput& input) {
    const auto [place, added] = digests_.try_emplace(input.path);
    if (added) {
      const auto digest = digest_of_file(input.path);
      if (digest) place->second = *digest;
    }
    return place->second == input.content;
  }

 private:
  std::map<std::string, Digest> digests_;
};

bool is_as_it_was(const CachedCompile& compile, Present& present) {
  return std::ranges::all_of(compile.inputs, [&](auto& input) { return present.has(input); }) &&
         std::ranges::none_of(compile.absent, is_there) &&
         std::ranges::all_of(compile.present, is_file);
}

}  // namespace

unsigned mode_of_new_files() {
  // There is no way to read it without setting it; a wrapper has one thread.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666U & ~mask;
}

// What cannot be read is not there: the compiler is asked instead.

std::optional<CachedCompile> CompileCache::find_by_inputs(const Digest& key) const {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(folder_ / "inputs" / key.hex(), error), end;
       !error && entry != end; entry.increment(error))
    if (entry->path().extension() == ".json") files.push_back(entry->path());
  std::ranges::sort(files);
  Present present;
  for (const fs::path& file : files) {
    auto compile = read_entry(file);
    if (compile && is_as_it_was(*compile, present)) return *std::move(compile);
  }
  return {};
}

std::optional<CachedCompile> CompileCache::find_by_text(const Digest& key) const {
  auto compile = read_entry(folder_ / "texts" / (key.hex() + ".json"));
  if (!compile) return {};
  return *std::move(compile);
}

Status CompileCache::keep_by_inputs(const Digest& key, const CachedCompile& compile) const {
  const std::string text = print(compile);
  return write_file(folder_ / "inputs" / key.hex() / (digest_of(text).hex() + ".json"), text);
}

Status CompileCache::keep_by_text(const Digest& key, const CachedCompile& compile) const {
  return write_file(folder_ / "texts" / (key.hex() + ".json"), print(compile));
}

bool CompileCache::take_object(const Digest& object, const fs::path& to) const {
  const auto bytes = read_file(object_path(object));
  if (!bytes || digest_of(*bytes) != object) return false;
  return write_file(to, *bytes, mode_of_new_files()).has_value();
}

Result<Digest> CompileCache::keep_object(const fs::path& object) const {
  XAAS_TRY(const std::string bytes, read_file(object));
  Digest digest = digest_of(bytes);
  std::error_code error;
  if (!fs::exists(object_path(digest), error)) XAAS_CHECK(write_file(object_path(digest), bytes));
  return digest;
}

}  // namespace xaas
