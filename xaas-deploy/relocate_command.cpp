// SPDX-License-Identifier: Apache-2.0
#include "relocate_command.hpp"

#include "run/deployed.hpp"
#include "run/image_root.hpp"

#include "xaas/ir/prefix.hpp"
#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace xaas {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_on_the_way = "/.xaas-relocating";

/// One prefix in both of its forms.
struct Prefix {
  std::string text;
  std::string padded;

  [[nodiscard]] const std::string& in(const PrefixedFile& file) const {
    return file.is_text ? text : padded;
  }
};

Prefix prefix_of(const DeploymentRecord& record, const std::string& text) {
  return {.text = text, .padded = padded_prefix(text, record.room)};
}

Error changed(const fs::path& path, std::string_view how) {
  return fail(ErrorKind::mismatch, "`{}` was changed since it was deployed: {}", path.string(), how)
      .with_code("relocate.changed")
      .with_help("specialize the image again, into the place where the tree lies now");
}

/// What becomes of a file; its places are brought up to date. A run that was killed has done some
/// of the files: those stay as they are.
Result<std::string> relocated(const fs::path& tree, PrefixedFile& file, const Prefix& from,
                              const Prefix& to) {
  // Nothing of a tree is written through a link, which may lead anywhere.
  if (const auto link = link_on_the_way(tree, file.path))
    return changed(tree / file.path, fmt::format("`{}` is a link", link->string()));
  XAAS_TRY(auto bytes, read_file(tree / file.path));
  const auto places = moved_places(file.places, from.in(file).size(), to.in(file).size());
  if (stands_at(from.in(file), file.places, bytes)) {
    bytes = replaced_at(bytes, file.places, from.in(file).size(), to.in(file));
  } else if (!stands_at(to.in(file), places, bytes)) {
    return changed(tree / file.path, fmt::format("`{}` is not where it was", from.text));
  }
  file.places = places;
  return bytes;
}

Status write_in_place(const fs::path& path, const std::string& bytes) {
  std::error_code error;
  const auto mode = fs::status(path, error).permissions();
  return write_file(path, bytes, static_cast<unsigned>(mode) & 07777);
}

/// The record is written last: until then the same call does what is left.
Status relocate(const fs::path& tree, DeploymentRecord& record, const Prefix& to) {
  const Prefix from = prefix_of(record, record.prefix);
  for (PrefixedFile file : record.prefixed)  // a look at all, before anything is written
    XAAS_CHECK(relocated(tree, file, from, to));
  remove_stale_temporaries((tree / k_record_path).parent_path());
  for (PrefixedFile& file : record.prefixed) {
    remove_stale_temporaries((tree / file.path).parent_path());
    XAAS_TRY(const auto bytes, relocated(tree, file, from, to));
    XAAS_CHECK(write_in_place(tree / file.path, bytes));
    for (DeployedTarget& part : record.targets) {
      for (DeployedProduct& product : part.products)
        if (product.place == file.path) product.content = digest_of(bytes);
    }
  }
  record.prefix = to.text;
  return write_file(tree / k_record_path, print_record(record));
}

/// Where one begins with the other, a text that was done looks like one that was not: "/opt/app2"
/// for "/opt/app". Then the way leads over a prefix that is like neither.
bool are_alike(const std::string& a, const std::string& b) {
  return a != b && (a.starts_with(b) || b.starts_with(a));
}

Result<std::string> wanted_prefix(const RelocateOptions& options) {
  std::error_code error;
  fs::path prefix = options.prefix.empty() ? fs::absolute(options.tree, error) : options.prefix;
  prefix = prefix.lexically_normal();
  if (!prefix.has_filename()) prefix = prefix.parent_path();
  if (prefix.is_absolute()) return prefix.string();
  return fail(ErrorKind::invalid_input, "`--prefix {}` is no absolute path of a folder",
              options.prefix.string())
      .with_code("deploy.prefix");
}

Status check_room(const DeploymentRecord& record, const Prefix& to) {
  const bool needs_room =
      std::ranges::any_of(record.prefixed, [](const PrefixedFile& file) { return !file.is_text; });
  if (!needs_room || !to.padded.empty()) return {};
  return fail(ErrorKind::incompatible,
              "`{}` has {} characters, and what is compiled into `{}` has room for {}", to.text,
              to.text.size(), record.application, record.room)
      .with_code("deploy.prefix-length")
      .with_help("choose a shorter folder, or name a shorter way to it with --prefix");
}

}  // namespace

Result<int> run_relocate_command(const RelocateOptions& options) {
  XAAS_TRY(auto deployed, open_deployed("tree:" + options.tree.string()));
  DeploymentRecord& record = *deployed.record;
  if (record.prefixed.empty()) {
    XAAS_CHECK(print_output(
        fmt::format("nothing in `{}` depends on where it lies\n", options.tree.string())));
    return 0;
  }
  XAAS_TRY(const auto wanted, wanted_prefix(options));
  const Prefix to = prefix_of(record, wanted);
  XAAS_CHECK(check_room(record, to));
  const std::string from = record.prefix;
  if (are_alike(from, to.text)) {
    const Prefix between = prefix_of(record, std::string(k_on_the_way));
    XAAS_CHECK(check_room(record, between));
    XAAS_CHECK(relocate(deployed.path, record, between));
  }
  XAAS_CHECK(relocate(deployed.path, record, to));
  XAAS_CHECK(print_output(fmt::format("{} files of `{}`: {} -> {}\n", record.prefixed.size(),
                                      record.application, from, to.text)));
  return 0;
}

}  // namespace xaas
