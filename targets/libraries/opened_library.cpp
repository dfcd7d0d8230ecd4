// SPDX-License-Identifier: Apache-2.0
#include "opened_library.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace xaas {
namespace {

/// Named in a description, which a folder of damaged libraries would fill.
constexpr std::size_t k_most_unread = 4;

/// "1.17.0" at the start of "1.17.0-rc1".
std::string_view number_at(std::string_view text) {
  const auto end =
      std::ranges::find_if(text, [](char letter) { return letter != '.' && !is_digit(letter); });
  auto number = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  while (number.ends_with('.')) number.remove_suffix(1);
  return number.starts_with('.') ? std::string_view() : number;
}

/// The loader looks for a soname: of several links to a file that one is told.
std::string path_by_soname(const HostProbe& probe, const LibraryFile& library,
                           const std::string& soname) {
  const std::string path = fmt::format("{}/{}", folder_in(library.path), soname);
  return Links(probe).without(path) == library.file ? path : library.path;
}

Result<std::optional<OpenedLibrary>> open_library(const HostProbe& probe,
                                                  const LibraryFile& candidate,
                                                  const LibraryQuestion& question) {
  XAAS_TRY(auto mapped, probe.map(candidate.file));
  const std::string_view bytes = mapped.bytes();
  XAAS_TRY(auto elf, read_elf(bytes));
  if (!elf || elf->kind != ElfKind::shared_library || elf->architecture != question.architecture)
    return std::optional<OpenedLibrary>();
  XAAS_TRY(auto exports, exported_among(bytes, question.symbols));
  if (exports.empty()) return std::optional<OpenedLibrary>();
  XAAS_TRY(const auto constants, find_elf_section(bytes, ".rodata"));
  std::string soname =
      elf->soname.empty() ? std::string(name_in(candidate.path)) : std::move(elf->soname);
  std::string path = path_by_soname(probe, candidate, soname);
  return std::optional(OpenedLibrary{.path = std::move(path),
                                     .file = candidate.file,
                                     .soname = std::move(soname),
                                     .needed = std::move(elf->needed),
                                     .exports = std::move(exports),
                                     .constants = constants.value_or(std::string_view()),
                                     .bytes = std::move(mapped)});
}

}  // namespace

bool OpenedLibrary::exports_any(std::span<const std::string_view> names) const {
  return std::ranges::any_of(names, [&](auto name) { return exports.contains(std::string(name)); });
}

bool OpenedLibrary::needs_any(std::span<const std::string_view> begins_of_sonames) const {
  return std::ranges::any_of(needed, [&](const std::string& name) {
    return std::ranges::any_of(begins_of_sonames,
                               [&](auto begin) { return name.starts_with(begin); });
  });
}

bool OpenedLibrary::needs_openmp() const {
  static constexpr auto k_runtimes = std::to_array<std::string_view>(
      {"libgomp.", "libomp.", "libiomp5.", "libcraymp.", "libnvomp."});
  return needs_any(k_runtimes);
}

std::vector<std::string> for_each_library(const HostProbe& probe, const LibrarySearch& search,
                                          const LibraryQuestion& question,
                                          const std::function<void(const OpenedLibrary&)>& use) {
  std::vector<std::string> problems;
  std::size_t unread = 0;
  const auto candidates = libraries_called(probe, search, question.parts_of_names);
  if (candidates.size() == k_most_candidates) {
    problems.push_back(
        fmt::format("of libraries with names like `{}` only the first {} are looked at",
                    question.parts_of_names.front(), k_most_candidates));
  }
  for (const LibraryFile& candidate : candidates) {
    const auto library = open_library(probe, candidate, question);
    if (library && *library) use(**library);
    if (library || library.error().kind() == ErrorKind::not_found) continue;
    if (++unread <= k_most_unread) {
      problems.push_back(
          fmt::format("`{}` is not looked at: {}", candidate.path, library.error().message()));
    }
  }
  if (unread > k_most_unread)
    problems.push_back(fmt::format("nor are {} other libraries", unread - k_most_unread));
  return problems;
}

std::string version_behind(std::string_view text, std::string_view banner) {
  for (auto at = text.find(banner); at != text.npos; at = text.find(banner, at + 1)) {
    const auto number = number_at(text.substr(at + banner.size(), 32));
    if (!number.empty()) return std::string(number);
  }
  return {};
}

std::string lone_version(std::string_view constants, std::size_t least_parts) {
  std::string_view lone;
  for (std::size_t at = 0; at < constants.size(); ++at) {
    if (!is_digit(constants[at])) continue;
    const auto number = number_at(constants.substr(at, 32));
    const auto parts = static_cast<std::size_t>(std::ranges::count(number, '.')) + 1;
    const bool is_text =
        at + number.size() < constants.size() && constants[at + number.size()] == '\0';
    const bool is_whole = at == 0 || constants[at - 1] != '.';
    at += number.size();
    const bool is_address = number.starts_with("127.");
    if (!is_text || !is_whole || is_address || parts < least_parts || parts > 4) continue;
    if (!lone.empty() && lone != number) return {};
    lone = number;
  }
  return std::string(lone);
}

std::string version_in_file_name(const OpenedLibrary& library) {
  const auto name = name_in(library.file);
  const auto mark = name.rfind(".so.");
  if (mark == name.npos || !name.starts_with(library.soname)) return {};
  const auto number = name.substr(mark + 4);
  return number_at(number) == number ? std::string(number) : std::string();
}

std::string version_in_folders(std::string_view path, std::string_view product) {
  for (auto at = path.find(product); at != path.npos; at = path.find(product, at + 1)) {
    const auto rest = path.substr(at + product.size(), 32);
    if (!rest.starts_with('/') && !rest.starts_with('-') && !rest.starts_with('_')) continue;
    const auto number = number_at(rest.substr(1));
    if (number.contains('.')) return std::string(number);
  }
  return {};
}

}  // namespace xaas
