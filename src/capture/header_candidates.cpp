// SPDX-License-Identifier: Apache-2.0
#include "header_candidates.hpp"

#include "paths.hpp"

#include "xaas/support/files.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

bool is_below(const std::string& path, const std::string& folder) {
  return path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/';
}

/// The highest part of the path that is missing: as long as it is, nothing below it is there.
std::string missing_part(fs::path path) {
  std::error_code error;
  while (path.has_relative_path() && !fs::exists(path.parent_path(), error))
    path = path.parent_path();
  return path.string();
}

}  // namespace

bool is_of_the_build(const WrapperSettings& settings, const std::string& path) {
  return is_below(path, settings.root) ||
         std::ranges::none_of(settings.system_folders,
                              [&](const std::string& folder) { return is_below(path, folder); });
}

std::set<std::string, std::less<>> files_of_the_build(const WrapperSettings& settings,
                                                      const std::string& folder,
                                                      const std::vector<std::string>& names) {
  std::set<std::string, std::less<>> paths;
  for (const std::string& name : names) {
    std::string path = absolute_path(folder, name);
    if (is_of_the_build(settings, name) && is_of_the_build(settings, path))
      paths.insert(std::move(path));
  }
  return paths;
}

HeaderCandidates::HeaderCandidates(const WrapperSettings& settings,
                                   std::vector<std::string> search_path)
    : settings_(settings), search_path_(std::move(search_path)) {
  for (const std::string& folder : search_path_)
    if (is_of_the_build(settings, (fs::path(folder) / "header").string())) folders_.insert(folder);
}

void HeaderCandidates::add_names_in(const std::string& folder, const SourceScan& scan) {
  for (const std::string& name : scan.quoted) {
    add(folder, name);
    add_everywhere(name);
  }
  for (const std::string& name : scan.angled) add_everywhere(name);
}

void HeaderCandidates::add_names_of(const std::string& header) {
  if (folders_.empty()) return;
  for (const std::vector<std::string>* folders :
       {&settings_.system_folders, &std::as_const(search_path_)}) {
    for (const std::string& folder : *folders)
      if (is_below(header, folder)) add_everywhere(header.substr(folder.size() + 1));
  }
  const auto bytes = read_file(header);
  if (bytes) add_names_in(fs::path(header).parent_path().string(), scan_source(*bytes));
}

void HeaderCandidates::add_everywhere(const std::string& name) {
  for (const std::string& folder : folders_) add(folder, name);
}

void HeaderCandidates::add(const std::string& folder, const std::string& name) {
  if (name.starts_with('/')) return;
  std::string path = (fs::path(folder) / name).lexically_normal().string();
  if (is_of_the_build(settings_, path)) paths_.insert(std::move(path));
}

HeaderCandidates::Places HeaderCandidates::places_beside(
    const std::set<std::string, std::less<>>& read) const {
  Places places;
  std::set<std::string> missing;
  for (const std::string& path : paths_) {
    if (read.contains(path)) continue;
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) {
      missing.insert(missing_part(path));
    } else if (fs::is_regular_file(status)) {
      places.present.push_back(path);
    } else {
      places.are_files = false;
    }
  }
  places.absent.assign(missing.begin(), missing.end());
  return places;
}

}  // namespace xaas
