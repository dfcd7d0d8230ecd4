// SPDX-License-Identifier: Apache-2.0
#include "cache/cache_folder.hpp"
#include "doctor/doctor.hpp"
#include "run/image_root.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/environment.hpp"
#include "xaas/support/files.hpp"
#include "xaas/targets/site_profile.hpp"

#include <fmt/format.h>

#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using Kind = Finding::Kind;

struct NetworkFileSystem {
  std::uint32_t magic;
  std::string_view name;
};
// What statfs(2) says, by the number that each file system's own header gives it.
// NOLINTBEGIN(modernize-use-designated-initializers): a table
constexpr auto k_network_file_systems = std::to_array<NetworkFileSystem>({
    {0x00006969, "nfs"},
    {0x0BD00BD0, "lustre"},
    {0x47504653, "gpfs"},
    {0x19830326, "beegfs"},
    {0x00C36400, "ceph"},
    {0xFF534D42, "cifs"},
    {0xFE534D42, "smb"},
    {0xAAD7AAEA, "panfs"},
    {0x5346414F, "afs"},
});
// NOLINTEND(modernize-use-designated-initializers)

fs::path nearest_there(fs::path folder) {
  std::error_code error;
  while (folder.has_relative_path() && !fs::exists(folder, error)) folder = folder.parent_path();
  return folder;
}

/// As a problem, with what the error itself advises.
Finding from_error(std::string about, const Error& error) {
  std::string text = error.message();
  for (const std::string& context : error.context()) text += fmt::format(", while {}", context);
  return {.kind = Kind::problem,
          .about = std::move(about),
          .text = std::move(text),
          .help = error.help()};
}

Finding on_site(const Result<SiteProfile>& site) {
  if (!site) {
    Finding finding = from_error("site-profile", site.error());
    if (finding.help.empty())
      finding.help = "correct the file, or have whoever runs the machine correct it";
    return finding;
  }
  if (*site == SiteProfile()) return {.about = "site-profile", .text = "there is none to heed"};
  return {.about = "site-profile", .text = "it can be read"};
}

Finding on_cache(const SiteProfile& site) {
  constexpr const char* k_choose = "choose another folder: `export XAAS_CACHE=/scratch/$USER/xaas`";
  const auto wanted = wanted_cache({}, site);
  if (!wanted) return from_error("cache", wanted.error());
  if (wanted->empty()) {
    return {.kind = Kind::note,
            .about = "cache",
            .text =
                "there is no place for one, since HOME is not set: everything is made anew "
                "each time",
            .help = k_choose};
  }
  const auto folder = own_cache(*wanted);
  const auto can_make = folder ? check_can_make(*folder / "entry") : Status();
  if (!folder || !can_make) {
    Finding finding = from_error("cache", folder ? can_make.error() : folder.error());
    if (finding.help.empty()) finding.help = k_choose;
    return finding;
  }
  Finding finding{.about = "cache", .text = fmt::format("`{}` can be written", folder->string())};
  if (const auto kind = network_file_system(*folder); !kind.empty()) {
    finding.kind = Kind::note;
    finding.text += fmt::format(
        ", and lies in a network's file system ({}), which makes many small "
        "files slow",
        kind);
    finding.help = "a folder on a local disk is faster: `export XAAS_CACHE=/local/$USER/xaas`";
  }
  return finding;
}

/// Images are unpacked, and links done, in TMPDIR.
Finding on_temporary_files() {
  constexpr std::uint64_t k_little = std::uint64_t{2} << 30U;
  constexpr const char* k_choose = "choose another folder: `export TMPDIR=/scratch/$USER`";
  const auto variable = environment_variable("TMPDIR").value_or("");
  const fs::path folder = variable.empty() ? "/tmp" : variable;
  const auto made = TemporaryFolder::make(folder);
  if (!made) {
    Finding finding = from_error("temporary-files", made.error());
    finding.help = k_choose;
    return finding;
  }
  Finding finding{.kind = Kind::problem, .about = "temporary-files", .help = k_choose};
  struct statvfs facts{};
  if (::statvfs(folder.c_str(), &facts) != 0) {
    finding.text = fmt::format("nothing can be learnt of `{}`", folder.string());
    return finding;
  }
  const std::uint64_t free = std::uint64_t{facts.f_bavail} * facts.f_frsize;
  if ((facts.f_flag & ST_NOEXEC) != 0) {
    finding.text = fmt::format(
        "programs may not be started from `{}` (it is mounted `noexec`): "
        "images cannot be run",
        folder.string());
    return finding;
  }
  finding.text = fmt::format("`{}` has {} free", folder.string(), human_bytes(free));
  if (free < k_little) {
    finding.kind = Kind::note;
    finding.text += ", which is little for large applications";
    return finding;
  }
  if (const auto kind = network_file_system(folder); !kind.empty()) {
    finding.kind = Kind::note;
    finding.text +=
        fmt::format(", in a network's file system ({}): unpacking images is slow", kind);
    return finding;
  }
  finding.kind = Kind::ok;
  finding.help.clear();
  return finding;
}

Finding on_namespaces() {
  if (can_enter_root())
    return {.about = "namespaces", .text = "images can be run with their own root folder"};
  return {.kind = Kind::note,
          .about = "namespaces",
          .text =
              "this user may make no namespaces: `xaas-deploy run` starts an image's programs "
              "with its libraries, but in this machine's root folder",
          .help =
              "where a program needs its image's other files: `tree:FOLDER`, or the site's "
              "container runtime"};
}

}  // namespace

std::string network_file_system(const fs::path& folder) {
  struct statfs facts{};
  if (::statfs(nearest_there(folder).c_str(), &facts) != 0) return {};
  const auto magic = static_cast<std::uint32_t>(facts.f_type);
  const auto* const found =
      std::ranges::find(k_network_file_systems, magic, &NetworkFileSystem::magic);
  return found == k_network_file_systems.end() ? std::string() : std::string(found->name);
}

std::vector<Finding> place_findings() {
  const auto site = load_site_profile();
  return {on_site(site), on_cache(site ? *site : SiteProfile()), on_temporary_files(),
          on_namespaces()};
}

}  // namespace xaas
