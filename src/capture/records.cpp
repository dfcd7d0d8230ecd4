// SPDX-License-Identifier: Apache-2.0
#include "xaas/capture/records.hpp"

#include "compile_input_json.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace xaas {
namespace {

using Role = RecordedInput::Role;
using Kind = LinkRecord::Kind;

constexpr auto k_roles = std::to_array<std::pair<Role, std::string_view>>({
    {Role::option, "option"},
    {Role::object, "object"},
    {Role::archive, "archive"},
    {Role::shared_library, "shared-library"},
    {Role::file_argument, "file-argument"},
});
constexpr auto k_kinds = std::to_array<std::pair<Kind, std::string_view>>({
    {Kind::executable, "executable"},
    {Kind::shared_library, "shared-library"},
    {Kind::relocatable, "relocatable"},
});

constexpr auto k_reuses = std::to_array<std::pair<CompileReuse, std::string_view>>({
    {CompileReuse::compiled, "compiled"},
    {CompileReuse::same_inputs, "same-inputs"},
    {CompileReuse::same_text, "same-text"},
});

template <class Table, class Value>
std::string name_in(const Table& table, Value value) {
  for (const auto& [entry, name] : table)
    if (entry == value) return std::string(name);
  return {};
}

template <class Table>
auto value_in(const Table& table, std::string_view key, const JsonReader& reader,
              std::string_view field) -> Result<decltype(table.front().first)> {
  for (const auto& [value, name] : table)
    if (name == key) return value;
  return fail(ErrorKind::corrupt, "`{}.{}` is `{}`, which is not one of the known names",
              reader.path(), field, key)
      .with_code("capture.record");
}

Json json_of(const RecordedInput& input) {
  Json json{{"role", name_in(k_roles, input.role)}};
  if (!input.text.empty()) json["text"] = input.text;
  if (!input.path.empty()) json["path"] = input.path;
  if (!input.content.is_empty()) json["content"] = input.content.str();
  if (input.whole) json["whole"] = true;
  return json;
}

Result<RecordedInput> read_input(const JsonReader& reader) {
  RecordedInput input;
  XAAS_TRY(const std::string role, reader.string("role"));
  XAAS_TRY(input.role, value_in(k_roles, role, reader, "role"));
  XAAS_TRY(input.text, reader.string_or("text", ""));
  XAAS_TRY(input.path, reader.string_or("path", ""));
  XAAS_TRY(input.content, reader.digest_or_empty("content"));
  XAAS_TRY(input.whole, reader.boolean_or("whole", false));
  return input;
}

Result<CompileRecord> read_compile(const JsonReader& reader) {
  CompileRecord record;
  XAAS_TRY(record.source, reader.string("source"));
  XAAS_TRY(record.folder, reader.string("folder"));
  XAAS_TRY(record.output, reader.string("output"));
  XAAS_TRY(record.language, reader.string("language"));
  XAAS_TRY(record.object, reader.digest("object"));
  XAAS_TRY(record.opaque_reason, reader.string_or("opaque_reason", ""));
  XAAS_TRY(record.isa_flags, reader.strings("isa_flags"));
  XAAS_TRY(record.pipeline_flags, reader.strings("pipeline_flags"));
  XAAS_TRY(record.neutralized, reader.strings("neutralized"));
  XAAS_TRY(record.arguments, reader.strings("arguments"));
  XAAS_TRY(const std::string reuse, reader.string_or("reuse", "compiled"));
  XAAS_TRY(record.reuse, value_in(k_reuses, reuse, reader, "reuse"));
  XAAS_TRY(record.inputs, read_compile_inputs(reader));
  return record;
}

Result<LinkRecord> read_link(const JsonReader& reader) {
  LinkRecord record;
  XAAS_TRY(record.folder, reader.string("folder"));
  XAAS_TRY(record.output, reader.string("output"));
  XAAS_TRY(record.content, reader.digest("content"));
  XAAS_TRY(record.build_id, reader.string_or("build_id", ""));
  XAAS_TRY(const std::string kind, reader.string("link"));
  XAAS_TRY(record.kind, value_in(k_kinds, kind, reader, "link"));
  XAAS_TRY(record.opaque_reason, reader.string_or("opaque_reason", ""));
  XAAS_TRY(const auto inputs, reader.objects("inputs"));
  for (const JsonReader& input : inputs) {
    XAAS_TRY(auto read, read_input(input));
    record.inputs.push_back(std::move(read));
  }
  return record;
}

Status add_record(const JsonReader& reader, CaptureLog& log) {
  XAAS_TRY(const std::string kind, reader.string("kind"));
  if (kind == "compile") {
    XAAS_TRY(auto record, read_compile(reader));
    log.compiles.push_back(std::move(record));
  } else if (kind == "link") {
    XAAS_TRY(auto record, read_link(reader));
    log.links.push_back(std::move(record));
  } else if (kind == "warning") {
    XAAS_TRY(auto text, reader.string("text"));
    log.warnings.push_back(std::move(text));
  } else {
    return fail(ErrorKind::corrupt, "`{}` is a record of the unknown kind `{}`", reader.path(),
                kind)
        .with_code("capture.record");
  }
  return {};
}

}  // namespace

std::string print_record(const CompileRecord& record) {
  return print_json(Json{
      {"kind", "compile"},
      {"source", record.source},
      {"folder", record.folder},
      {"output", record.output},
      {"language", record.language},
      {"object", record.object.str()},
      {"opaque_reason", record.opaque_reason},
      {"isa_flags", record.isa_flags},
      {"pipeline_flags", record.pipeline_flags},
      {"neutralized", record.neutralized},
      {"arguments", record.arguments},
      {"reuse", name_in(k_reuses, record.reuse)},
      {"inputs", json_of(record.inputs)},
  });
}

std::string print_record(const LinkRecord& record) {
  Json inputs = Json::array();
  for (const RecordedInput& input : record.inputs) inputs.push_back(json_of(input));
  return print_json(Json{
      {"kind", "link"},
      {"folder", record.folder},
      {"output", record.output},
      {"content", record.content.str()},
      {"build_id", record.build_id},
      {"link", name_in(k_kinds, record.kind)},
      {"opaque_reason", record.opaque_reason},
      {"inputs", std::move(inputs)},
  });
}

Result<CaptureLog> read_capture_log(const std::filesystem::path& capture_folder) {
  CaptureLog log;
  const auto folder = capture_folder / "log";
  XAAS_TRY(const auto files, list_tree(folder));
  for (const auto& file : files) {
    // A temporary of a wrapper that was killed.
    if (file.extension() != ".json") continue;
    XAAS_TRY(const std::string text, read_file(folder / file));
    XAAS_TRY(const Json json, while_doing(parse_json(text), "reading " + (folder / file).string()));
    XAAS_CHECK(add_record(JsonReader(json, file.string()), log));
  }
  // File names come from the content; people expect the order of the tree.
  std::ranges::sort(log.compiles, {}, [](const CompileRecord& record) {
    return std::tie(record.output, record.source, record.object);
  });
  std::ranges::sort(log.links, {}, [](const LinkRecord& record) {
    return std::tie(record.output, record.content);
  });
  std::ranges::sort(log.warnings);
  return log;
}

}  // namespace xaas
