// SPDX-License-Identifier: Apache-2.0
//
// An entry carries its own digest, so nothing beside it can be lost, be late or belong to another
// version of it:
//
//   entry  = content footer
//   footer = LF "xaas-cache-entry sha256:" 64HEXDIGIT LF       90 bytes
//
// The digest is that of the file's name, a line feed and the content: an entry under another
// entry's name is as wrong as one with a flipped bit. It stands against disks and purges, not
// against people, who could compute it, too. Against these it counts who owns the file.
#include "xaas/support/cache_entry.hpp"

#include "file_descriptor.hpp"

#include "xaas/support/digest.hpp"
#include "xaas/support/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

namespace xaas {
namespace {

constexpr std::string_view k_footer_start = "\nxaas-cache-entry sha256:";
constexpr std::size_t k_footer_size = k_footer_start.size() + 64 + 1;
/// When an entry was last used is known this well; each use would cost a write.
constexpr auto k_use_noted = std::chrono::hours{24};

std::string footer_of(const std::filesystem::path& file, std::string_view content) {
  DigestBuilder builder;
  builder.update(file.filename().string() + "\n");
  builder.update(content);
  return std::string(k_footer_start) + builder.finish().hex() + "\n";
}

CacheEntry damaged(std::string what) {
  return {.state = CacheEntry::State::damaged, .content = {}, .damage = std::move(what)};
}

/// Why the file may be somebody else's doing; empty when it is ours.
std::string distrust(const struct stat& facts) {
  if (!S_ISREG(facts.st_mode)) return "it is no regular file";
  if (facts.st_uid != ::geteuid() && facts.st_uid != 0)
    return fmt::format("it belongs to user {}", facts.st_uid);
  if ((facts.st_mode & 0022U) != 0) return "others may write to it";
  return {};
}

/// Where access times are off (noatime), so that the entries used least are known.
void note_use(const FileDescriptor& file, const struct stat& facts) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  if (now - std::chrono::seconds{facts.st_mtim.tv_sec} < k_use_noted) return;
  static_cast<void>(::futimens(file.number(), nullptr));  // it may be another's, or read-only
}

}  // namespace

void CacheNotes::add(const CacheNotes& more) {
  damaged.insert(damaged.end(), more.damaged.begin(), more.damaged.end());
  if (problem.empty()) problem = more.problem;
}

void CacheNotes::add_damage(const std::filesystem::path& file, const CacheEntry& entry) {
  if (entry.state == CacheEntry::State::damaged)
    damaged.push_back(fmt::format("`{}`: {}", file.string(), entry.damage));
}

CacheEntry read_cache_entry(const std::filesystem::path& file) {
  const auto opened = open_file(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  if (!opened && opened.error().kind() == ErrorKind::not_found) return {};
  if (!opened) return damaged("it cannot be opened");
  struct stat facts{};
  if (::fstat(opened->number(), &facts) != 0) return damaged("it cannot be read");
  if (auto reason = distrust(facts); !reason.empty()) return damaged(std::move(reason));
  // Not mapped: what is checked must be what is used, even if the file changes meanwhile.
  auto bytes = read_open_file(*opened, file, k_longest_file);
  if (!bytes) return damaged("it cannot be read");
  if (bytes->size() < k_footer_size) return damaged("it is cut short");
  const auto size = bytes->size() - k_footer_size;
  const auto content = std::string_view{*bytes}.substr(0, size);
  if (std::string_view{*bytes}.substr(size) != footer_of(file, content))
    return damaged("its digest is another");
  note_use(*opened, facts);
  bytes->resize(size);
  return {.state = CacheEntry::State::whole, .content = *std::move(bytes), .damage = {}};
}

Status write_cache_entry(const std::filesystem::path& file, std::string_view content) {
  return write_file(file, std::string(content) + footer_of(file, content), 0644);
}

}  // namespace xaas
