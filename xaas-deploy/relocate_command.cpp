// SPDX-License-Identifier: Apache-2.0
#include "deployed.hpp"
#include "placement.hpp"
#include "tree_commands.hpp"

#include "xaas/ir/prefix.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace xaas {
namespace {

namespace fs = std::filesystem;

/// One prefix in both of its forms.
struct Prefix {
  std::string text;
  std::string padded;

  [[nodiscard]] const std::string& in(const PrefixedFile& file) const {
    return file.is_text ? text : padded;
  }
};

bool stands_at(std::string_view prefix, const std::vector<std::uint64_t>& places,
               std::string_view bytes) {
  return std::ranges::all_of(places, [&](std::uint64_t place) {
    return place <= bytes.size() && bytes.substr(place).starts_with(prefix);
  });
}

/// The places after the prefix has become another, of another length in texts.
std::vector<std::uint64_t> moved_places(const PrefixedFile& file, const Prefix& from,
                                        const Prefix& to) {
  std::vector<std::uint64_t> places;
  places.reserve(file.places.size());
  for (const std::uint64_t place : file.places) {
    places.push_back(place + places.size() * to.in(file).size() -
                     places.size() * from.in(file).size());
  }
  return places;
}

/// A run that was killed has done some of the files: those are left as they are.
Status relocate_file(const fs::path& tree, PrefixedFile& file, const Prefix& from,
                     const Prefix& to) {
  const fs::path path = tree / file.path;
  XAAS_TRY(const auto bytes, read_file(path));
  auto places = moved_places(file, from, to);
  if (stands_at(from.in(file), file.places, bytes)) {
    std::error_code error;
    const auto mode = fs::status(path, error).permissions();
    XAAS_CHECK(write_file(path, replaced_at(bytes, file.places, from.in(file).size(), to.in(file)),
                          static_cast<unsigned>(mode) & 07777));
  } else if (!stands_at(to.in(file), places, bytes)) {
    return fail(ErrorKind::mismatch,
                "`{}` was changed since it was deployed: `{}` is not where it was", path.string(),
                from.text)
        .with_code("relocate.changed")
        .with_help("specialize the image again, into the place where the tree lies now");
  }
  file.places = std::move(places);
  return {};
}

/// Before anything is written.
Status check_files(const fs::path& tree, const std::vector<PrefixedFile>& files, const Prefix& from,
                   const Prefix& to) {
  for (const PrefixedFile& file : files) {
    XAAS_TRY(const auto bytes, read_file(tree / file.path));
    if (stands_at(from.in(file), file.places, bytes) ||
        stands_at(to.in(file), moved_places(file, from, to), bytes))
      continue;
    PrefixedFile copy = file;
    return relocate_file(tree, copy, from, to);  // which says what is wrong
  }
  return {};
}

Status update_contents(const fs::path& tree, DeploymentRecord& record) {
  for (DeployedTarget& part : record.targets) {
    for (DeployedProduct& product : part.products) {
      if (std::ranges::find(record.prefixed, product.place, &PrefixedFile::path) ==
          record.prefixed.end())
        continue;
      XAAS_TRY(const auto bytes, read_file(tree / product.place));
      product.content = digest_of(bytes);
    }
  }
  return {};
}

}  // namespace

Result<int> run_relocate_command(const RelocateOptions& options) {
  XAAS_TRY(auto deployed, open_deployed("tree:" + options.tree.string()));
  DeploymentRecord& record = *deployed.record;
  std::error_code error;
  fs::path prefix = options.prefix.empty() ? fs::absolute(options.tree, error) : options.prefix;
  prefix = prefix.lexically_normal();
  if (!prefix.has_filename()) prefix = prefix.parent_path();
  const Prefix from{.text = record.prefix, .padded = padded_prefix(record.prefix, record.room)};
  const Prefix to{.text = prefix.string(), .padded = padded_prefix(prefix.string(), record.room)};
  if (record.prefixed.empty()) {
    XAAS_CHECK(print_output(
        fmt::format("nothing in `{}` depends on where it lies\n", options.tree.string())));
    return 0;
  }
  if (!prefix.is_absolute()) {
    return fail(ErrorKind::invalid_input, "`--prefix {}` is no absolute path of a folder",
                options.prefix.string())
        .with_code("deploy.prefix");
  }
  const bool needs_room =
      std::ranges::any_of(record.prefixed, [](const PrefixedFile& file) { return !file.is_text; });
  if (needs_room && to.padded.empty()) {
    return fail(ErrorKind::incompatible,
                "`{}` has {} characters, and what is compiled into `{}` has room for {}", to.text,
                to.text.size(), record.application, record.room)
        .with_code("deploy.prefix-length")
        .with_help("choose a shorter folder, or name a shorter way to it with --prefix");
  }
  XAAS_CHECK(check_files(deployed.path, record.prefixed, from, to));
  for (PrefixedFile& file : record.prefixed)
    XAAS_CHECK(relocate_file(deployed.path, file, from, to));
  record.prefix = to.text;
  XAAS_CHECK(update_contents(deployed.path, record));
  XAAS_CHECK(write_file(deployed.path / k_record_path, print_record(record)));
  XAAS_CHECK(print_output(fmt::format("{} files of `{}`: {} -> {}\n", record.prefixed.size(),
                                      record.application, from.text, to.text)));
  return 0;
}

}  // namespace xaas
