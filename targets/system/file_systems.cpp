// SPDX-License-Identifier: Apache-2.0
#include "file_systems.hpp"

#include "kernel_files.hpp"

#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace xaas {
namespace {

/// A line of proc_pid_mountinfo(5), or of /proc/mounts.
struct Mount {
  std::string point;
  std::string kind;
};

struct MountTable {
  std::vector<Mount> mounts;
  std::string origin;
};

/// What sites call their large, fast file systems.
constexpr auto k_scratch_variables =
    std::to_array<const char*>({"SCRATCH", "PSCRATCH", "CSCRATCH", "GSCRATCH", "SCRATCHDIR",
                                "CINECA_SCRATCH", "MEMBERWORK", "WORK", "WORKDIR"});
constexpr const char* k_scratch = "/scratch";
// Links that one path leads over (Linux follows 40, path_resolution(7)).
constexpr unsigned k_most_links = 40;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const auto end = std::min(line.find(' '), line.size());
    if (end > 0) words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

/// "36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/root rw": any number of fields before
/// the dash.
std::optional<Mount> parse_mountinfo_line(std::string_view line) {
  constexpr std::size_t k_point = 4;
  const auto words = words_of(line);
  const auto dash = std::ranges::find(words, "-");
  if (words.size() <= k_point || words.end() - dash < 2) return {};
  return Mount{.point = without_octal_escapes(words[k_point]), .kind = readable(*(dash + 1))};
}

/// "/dev/root /point ext3 rw,noatime 0 0"
std::optional<Mount> parse_mounts_line(std::string_view line) {
  const auto words = words_of(line);
  if (words.size() < 3) return {};
  return Mount{.point = without_octal_escapes(words[1]), .kind = readable(words[2])};
}

MountTable read_mounts(const HostProbe& probe) {
  for (const auto& [path, parse] : {std::pair{"/proc/self/mountinfo", &parse_mountinfo_line},
                                    {"/proc/mounts", &parse_mounts_line}}) {
    const auto text = probe.read(path);
    if (!text) continue;
    MountTable table{.mounts = {}, .origin = path};
    std::string_view rest = *text;
    while (!rest.empty()) {
      auto mount = parse(take_line(rest));
      if (mount && mount->point.starts_with('/')) table.mounts.push_back(std::move(*mount));
    }
    if (!table.mounts.empty()) return table;
  }
  return {};
}

bool is_within(std::string_view path, std::string_view folder) {
  return folder == "/" ||
         (path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/'));
}

/// The path without links; empty when they go in a circle. `/scratch` often is a link into
/// `/lustre`.
std::string resolved(const HostProbe& probe, std::string path) {
  std::string done;
  unsigned links = 0;
  while (!path.empty()) {
    const auto begin = path.find_first_not_of('/');
    if (begin == std::string::npos) break;
    const auto end = std::min(path.find('/', begin), path.size());
    const std::string name = path.substr(begin, end - begin);
    path.erase(0, end);
    if (name == ".") continue;
    if (name == "..") {
      done.erase(std::min(done.rfind('/'), done.size()));
      continue;
    }
    std::string next = fmt::format("{}/{}", done, name);
    const std::string goal = probe.link(next);
    if (goal.empty()) {
      done = std::move(next);
      continue;
    }
    if (++links > k_most_links) return {};
    if (goal.starts_with('/')) done.clear();
    path.insert(0, "/" + goal);
  }
  return done.empty() ? "/" : done;
}

/// Of the mounts that `path` is below, the innermost, and of those at one place the last. What an
/// automounter has yet to mount is unknown.
std::string kind_at(const MountTable& table, std::string_view path) {
  if (path.empty()) return {};
  const Mount* innermost = nullptr;
  for (const Mount& mount : table.mounts) {
    if (is_within(path, mount.point) &&
        (innermost == nullptr || mount.point.size() >= innermost->point.size()))
      innermost = &mount;
  }
  return innermost == nullptr || innermost->kind == "autofs" ? std::string() : innermost->kind;
}

/// An absolute path that a variable holds.
std::string folder_in(const HostProbe& probe, const char* variable) {
  auto path = probe.variable(variable);
  return path.starts_with('/') ? path : std::string();
}

std::string scratch_folder(const HostProbe& probe, const MountTable& table) {
  for (const char* variable : k_scratch_variables)
    if (auto path = folder_in(probe, variable); !path.empty()) return path;
  // Without listing `/scratch`: a parallel file system may hold a hundred thousand folders there.
  if (!probe.link(k_scratch).empty()) return k_scratch;
  const auto mounted = std::ranges::find_if(
      table.mounts, [](const Mount& mount) { return is_within(mount.point, k_scratch); });
  return mounted == table.mounts.end() ? std::string() : mounted->point;
}

}  // namespace

void describe_file_systems(const HostProbe& probe, Target& target) {
  const MountTable table = read_mounts(probe);
  if (table.mounts.empty()) return;
  const auto describe = [&](std::string folder, const char* field, std::string& kind) {
    if (!folder.empty()) kind = kind_at(table, resolved(probe, std::move(folder)));
    if (!kind.empty()) target.origins[field] = table.origin;
  };
  const auto tmp = folder_in(probe, "TMPDIR");
  describe(folder_in(probe, "HOME"), "system.file_systems.home", target.system.home);
  describe(scratch_folder(probe, table), "system.file_systems.scratch", target.system.scratch);
  describe(tmp.empty() ? "/tmp" : tmp, "system.file_systems.tmp", target.system.tmp);
}

}  // namespace xaas
