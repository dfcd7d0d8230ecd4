// SPDX-License-Identifier: Apache-2.0
#include "link_table.hpp"

#include "build_paths.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/ir/link_rules.hpp"
#include "xaas/support/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace xaas {
namespace {

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

/// Only plain objects can stand for the `ld -r` output that they went into: an archive's members
/// would be chosen again by the final link, and options (scripts, --localize...) may have changed
/// symbols.
bool has_only_objects(const LinkRecord& record) {
  return std::ranges::all_of(record.inputs, [](const RecordedInput& input) {
    const bool harmless_option =
        input.role == RecordedInput::Role::option &&
        (input.text == "-r" || input.text == "--relocatable" || input.text == "--eh-frame-hdr" ||
         input.text.starts_with("-m") || input.text.starts_with("--hash-style="));
    return input.role == RecordedInput::Role::object || harmless_option;
  });
}

}  // namespace

LinkTable::LinkTable(const BuildResult& build, UnitTable& units, const BlobFolder& blobs)
    : build_(&build), units_(&units), blobs_(&blobs) {
  for (const LinkRecord& record : build.log.links) {
    if (record.kind == LinkRecord::Kind::relocatable) {
      relocatable_links_.emplace(record.content, &record);
    }
  }
}

const LinkRecord* LinkTable::expandable_link(const Digest& object) const {
  const auto found = relocatable_links_.find(object);
  if (found == relocatable_links_.end()) return nullptr;
  const LinkRecord& record = *found->second;
  return record.opaque_reason.empty() && has_only_objects(record) ? &record : nullptr;
}

Result<std::string> LinkTable::stored(const Digest& content) const {
  return read_file(build_->store / content.hex());
}

Result<Link> LinkTable::make_link(const LinkRecord& record, const LibraryPlace& place) {
  if (!record.opaque_reason.empty()) {
    return fail(ErrorKind::unsupported, "the link of `{}` could not be recorded: {}",
                file_name(record.output), record.opaque_reason);
  }
  Link link{.name = file_name(record.output),
            .kind = record.kind == LinkRecord::Kind::shared_library ? LinkKind::shared_library
                                                                    : LinkKind::executable};
  for (const RecordedInput& input : record.inputs) XAAS_CHECK(add_input(input, place, link));
  return link;
}

Link LinkTable::make_archive(const std::string& name, const std::vector<UsedObject>& objects) {
  Link link{.name = name, .kind = LinkKind::archive};
  for (const UsedObject& object : objects)
    link.items.emplace_back(LinkUnit{.unit = units_->index_of(*build_, object)});
  return link;
}

Status LinkTable::add_input(const RecordedInput& input, const LibraryPlace& place, Link& link) {
  switch (input.role) {
    case RecordedInput::Role::option:
      if (!is_link_option(input.text)) {
        return fail(ErrorKind::unsupported, "its link uses `{}`, which an image cannot name",
                    input.text);
      }
      link.items.emplace_back(LinkOption{.text = input.text});
      return {};
    case RecordedInput::Role::object:
      return add_object(input, link);
    case RecordedInput::Role::archive:
      return add_archive(input, link);
    case RecordedInput::Role::shared_library:
      return add_library(input, place, link);
    case RecordedInput::Role::file_argument:
      return add_file(input, link);
  }
  return fail(ErrorKind::internal, "a recorded input of `{}` has no role", link.name);
}

Status LinkTable::add_object(const RecordedInput& input, Link& link) {
  if (!units_->is_compiled(input.content)) {
    if (const LinkRecord* inner = expandable_link(input.content)) {
      for (const RecordedInput& object : inner->inputs) {
        if (object.role == RecordedInput::Role::object) XAAS_CHECK(add_object(object, link));
      }
      return {};
    }
    if (!is_in_build(*build_, input.path)) return add_file(input, link);
  }
  const std::size_t unit = units_->index_of(*build_, {.object = input.content, .path = input.path});
  link.items.emplace_back(LinkUnit{.unit = unit});
  return {};
}

Status LinkTable::add_archive(const RecordedInput& input, Link& link) {
  XAAS_TRY(const auto bytes, stored(input.content));
  const std::string folder = current_path(*build_, input.path).parent_path().string();
  XAAS_TRY(const auto members, read_archive(bytes, folder));
  if (!members) return add_file(input, link);
  std::vector<Digest> digests;
  for (const ArchiveMember& member : *members) digests.push_back(digest_of(member.bytes));
  const bool ours =
      is_in_build(*build_, input.path) ||
      std::ranges::any_of(digests, [&](const Digest& d) { return units_->is_compiled(d); });
  if (!ours) {
    if (!input.whole) return add_file(input, link);
    link.items.emplace_back(LinkOption{.text = "--whole-archive"});
    XAAS_CHECK(add_file(input, link));
    link.items.emplace_back(LinkOption{.text = "--no-whole-archive"});
    return {};
  }
  LinkArchive archive{.name = file_name(input.path), .whole = input.whole};
  for (std::size_t i = 0; i < members->size(); ++i) {
    const ArchiveMember& member = (*members)[i];
    if (!is_object_file(member.bytes)) continue;
    XAAS_CHECK(write_file(build_->store / digests[i].hex(), member.bytes));
    archive.members.push_back(units_->index_of(
        *build_, {.object = digests[i], .path = fmt::format("{}({})", input.path, member.name)}));
  }
  link.items.emplace_back(std::move(archive));
  return {};
}

Status LinkTable::add_library(const RecordedInput& input, const LibraryPlace& place, Link& link) {
  XAAS_TRY(const auto bytes, stored(input.content));
  XAAS_TRY(const auto facts, read_elf(bytes));
  const std::string soname = facts && !facts->soname.empty() ? facts->soname : input.text;
  if (soname.empty() || soname.contains('/')) {
    return fail(ErrorKind::unsupported, "it links `{}`, which has no soname, by its path",
                input.path);
  }
  LinkLibrary library{.soname = soname, .path = place(input.path, soname, input.content)};
  XAAS_TRY(library.content, blobs_->put(bytes));
  link.items.emplace_back(std::move(library));
  return {};
}

Status LinkTable::add_file(const RecordedInput& input, Link& link) {
  XAAS_TRY(const auto bytes, stored(input.content));
  const std::string prefix = input.role == RecordedInput::Role::file_argument ? input.text : "";
  if (!is_link_file_prefix(prefix)) {
    return fail(ErrorKind::unsupported, "its link uses `{}`, which an image cannot name", prefix);
  }
  if (const std::string objection = objection_to_link_file(prefix, bytes); !objection.empty()) {
    return fail(ErrorKind::unsupported, "it links `{}`, {}", input.path, objection);
  }
  XAAS_TRY(auto content, blobs_->put(bytes));
  link.items.emplace_back(
      LinkFile{.prefix = prefix, .name = file_name(input.path), .content = std::move(content)});
  return {};
}

}  // namespace xaas
