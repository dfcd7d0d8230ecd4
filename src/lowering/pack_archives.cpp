// SPDX-License-Identifier: Apache-2.0
#include "materialize.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/support/files.hpp"

#include <fmt/core.h>

#include <utility>

namespace xaas {
namespace {

using Item = LoweringJob::Item;
using Paths = std::vector<std::string>;

/// The members' files in order; bitcode takes the next of `paths`.
Paths files_of(const LoweringJob::Library& library, Paths::const_iterator& next) {
  Paths files;
  for (const auto& member : library.members) {
    const auto* object = std::get_if<LoweringJob::Object>(&member);
    files.push_back(object != nullptr ? object->path : *next++);
  }
  return files;
}

Status write_members(const Paths& files, const std::filesystem::path& archive) {
  std::vector<ArchiveMember> members;
  for (const std::string& file : files) {
    XAAS_TRY(auto bytes, read_file(file));
    members.push_back(
        {.name = std::filesystem::path(file).filename().string(), .bytes = std::move(bytes)});
  }
  XAAS_TRY(const auto bytes, write_archive(members));
  return write_file(archive, bytes);
}

/// Takes over the paths of the bitcode that an item names.
void keep_paths(const Item& item, Paths::const_iterator& next, Paths& left) {
  if (std::holds_alternative<LoweringJob::Bitcode>(item)) left.push_back(*next++);
  const auto* library = std::get_if<LoweringJob::Library>(&item);
  if (library == nullptr) return;
  for (const auto& member : library->members) {
    if (std::holds_alternative<LoweringJob::Bitcode>(member)) left.push_back(*next++);
  }
}

}  // namespace

Status pack_archives(LoweringJob& job, Paths& paths) {
  std::vector<Item> items;
  Paths left;
  auto next = std::as_const(paths).begin();
  for (Item& item : job.items) {
    auto* library = std::get_if<LoweringJob::Library>(&item);
    if (library == nullptr || library->archive.empty()) {
      keep_paths(item, next, left);
      items.push_back(std::move(item));
      continue;
    }
    // A folder each: the name is what options go by, and two archives may have the same.
    const auto archive = std::filesystem::path(job.work) / fmt::format("archive-{}", items.size()) /
                         library->archive;
    XAAS_CHECK(write_members(files_of(*library, next), archive));
    if (library->whole) items.emplace_back(LoweringJob::Option{"--whole-archive"});
    items.emplace_back(LoweringJob::Object{.prefix = "", .path = archive.string()});
    if (library->whole) items.emplace_back(LoweringJob::Option{"--no-whole-archive"});
  }
  job.items = std::move(items);
  paths = std::move(left);
  return {};
}

}  // namespace xaas
