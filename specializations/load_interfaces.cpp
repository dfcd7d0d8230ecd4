// SPDX-License-Identifier: Apache-2.0
#include "file_fields.hpp"
#include "shipped_interfaces.hpp"

#include "xaas/specializations/library_interface.hpp"
#include "xaas/support/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_extension = ".json";
constexpr std::uint64_t k_longest_interface = std::uint64_t{1}
                                              << 20;  // as parse_interface() has it
constexpr std::size_t k_most_files = 1000;

using ByName = std::map<std::string, LibraryInterface, std::less<>>;

/// What editors leave there begins with a dot.
bool is_interface_file(const fs::path& file) {
  const auto name = file.filename().string();
  return !name.starts_with('.') && name.ends_with(k_extension);
}

/// Sorted: of several errors always the same is told.
Result<std::vector<fs::path>> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  if (folder.empty() || error == std::errc::no_such_file_or_directory) return files;
  for (const fs::directory_iterator end; !error && entry != end; entry.increment(error)) {
    if (is_interface_file(entry->path())) files.push_back(entry->path());
    if (files.size() <= k_most_files) continue;
    return fail(ErrorKind::invalid_input, "the folder `{}` holds more than {} interfaces",
                folder.string(), k_most_files)
        .with_code("interface.folder");
  }
  if (error) {
    return fail(ErrorKind::io, "cannot read the folder of interfaces `{}`: {}", folder.string(),
                error.message())
        .with_code("interface.folder")
        .with_help("the site profile names it, else it is /etc/xaas/interfaces");
  }
  std::ranges::sort(files);
  return files;
}

/// A pipe would be waited for.
Result<std::string> read_site_file(const fs::path& file) {
  std::error_code error;
  if (fs::is_regular_file(file, error)) return read_file(file, k_longest_interface);
  return fail(ErrorKind::invalid_input, "`{}` is no file that can be read", file.string())
      .with_code("interface.folder");
}

std::string origin_of(const LibraryInterface& interface) {
  return interface.path.empty() ? "shipped" : interface.path.string();
}

/// Which interface a soname is of must not depend on their order.
Status check_claims(const ByName& interfaces) {
  std::map<std::string_view, const LibraryInterface*> claims;
  for (const auto& [name, interface] : interfaces) {
    for (const std::string& pattern : interface.sonames) {
      const LibraryInterface* first = claims.try_emplace(pattern, &interface).first->second;
      if (first == &interface) continue;
      return fail(ErrorKind::invalid_input,
                  "the interfaces `{}` ({}) and `{}` ({}) both have libraries called `{}`",
                  first->name, origin_of(*first), name, origin_of(interface), pattern)
          .with_code("interface.claim")
          .with_help(
              "leave it out of one; a file NAME.json in the site's folder stands in place of the "
              "shipped one");
    }
  }
  return {};
}

Error unknown_interface(const fs::path& site_folder, std::string_view name) {
  std::vector<std::string> known;
  for (const ShippedInterface& shipped : shipped_interfaces()) known.emplace_back(shipped.name);
  if (const auto files = files_in(site_folder))
    for (const fs::path& file : *files) known.push_back(file.stem().string());
  std::ranges::sort(known);
  const auto repeated = std::ranges::unique(known);
  known.erase(repeated.begin(), repeated.end());
  return fail(ErrorKind::not_found, "there is no interface `{}`", shortened(name))
      .with_code("interface.unknown")
      .with_help(suggestion(name, known));
}

}  // namespace

Result<LibraryInterface> read_interface(const fs::path& file) {
  XAAS_TRY(const auto text, read_site_file(file));
  XAAS_TRY(auto interface, parse_interface(text, file.string()));
  interface.path = file;
  if (file.stem() == interface.name) return interface;
  return fail(ErrorKind::invalid_input, "`{}` holds the interface `{}`", file.string(),
              interface.name)
      .with_code("interface.name")
      .with_help(fmt::format("its file is called `{}.json`", interface.name));
}

Result<std::vector<LibraryInterface>> load_interfaces(const fs::path& site_folder) {
  ByName by_name;
  for (const ShippedInterface& shipped : shipped_interfaces()) {
    XAAS_TRY(by_name[std::string(shipped.name)],
             parse_interface(shipped.text, fmt::format("{}.json", shipped.name)));
  }
  XAAS_TRY(const auto files, files_in(site_folder));
  for (const fs::path& file : files) {
    XAAS_TRY(auto interface, read_interface(file));
    const std::string name = interface.name;
    by_name[name] = std::move(interface);
  }
  XAAS_CHECK(check_claims(by_name));
  std::vector<LibraryInterface> interfaces;
  interfaces.reserve(by_name.size());
  for (auto& [name, interface] : by_name) interfaces.push_back(std::move(interface));
  return interfaces;
}

Result<std::string> interface_text(const fs::path& site_folder, std::string_view name) {
  const auto shipped = std::ranges::find(shipped_interfaces(), name, &ShippedInterface::name);
  const bool is_shipped = shipped != shipped_interfaces().end();
  XAAS_TRY(const auto files, files_in(site_folder));
  const auto file =
      std::ranges::find(files, name, [](const fs::path& path) { return path.stem(); });
  if (file != files.end()) {
    XAAS_TRY(auto text, read_site_file(*file));
    // A shell has made an empty one before `show blas > /etc/xaas/interfaces/blas.json` begins.
    if (!text.empty() || !is_shipped) return text;
  }
  if (is_shipped) return std::string(shipped->text);
  return unknown_interface(site_folder, name);
}

}  // namespace xaas
