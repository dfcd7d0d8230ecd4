// SPDX-License-Identifier: Apache-2.0
//
// Temporary names tell who made them, so that what a killed run left can be removed and what a
// living one uses cannot. A process number alone would not do: numbers are used again, and a folder
// may be shared with other machines and containers, where the same number is somebody else. So a
// name is
//
//   .xaas-tmp-PLACE-PID-START-NUMBER
//
// PLACE stands for this boot of this machine and this process namespace, START is the process's
// start time (proc(5), /proc/PID/stat, field 22), NUMBER counts within the process.
#include "file_descriptor.hpp"
#include "temporary_name.hpp"

#include "xaas/support/digest.hpp"
#include "xaas/support/files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_prefix = ".xaas-tmp-";
/// What another machine or an earlier boot left is removed only when nobody touched it for so long.
constexpr auto k_abandoned = std::chrono::days{7};

std::string place() {
  std::error_code error;
  const auto boot = read_file("/proc/sys/kernel/random/boot_id");
  const auto processes = fs::read_symlink("/proc/self/ns/pid", error);
  return digest_of((boot ? *boot : "") + processes.string()).hex().substr(0, 8);
}

/// Start time of a process; empty when there is none of that number, or one that has ended and
/// whose parent has not looked yet (proc(5), state).
std::string start_of(std::string_view pid) {
  const auto stat = read_file(fs::path{"/proc"} / pid / "stat");
  if (!stat) return {};
  // The second field is the program's name in parentheses and may hold blanks and parentheses.
  auto rest = std::string_view{*stat};
  const auto close = rest.rfind(')');
  if (close == std::string_view::npos) return {};
  rest.remove_prefix(close + 1);
  if (rest.starts_with(" Z") || rest.starts_with(" X")) return {};
  for (int field = 3; field <= 22; ++field) {
    const auto blank = rest.find(' ');
    if (blank == std::string_view::npos) return {};
    rest.remove_prefix(blank + 1);
  }
  return std::string{rest.substr(0, rest.find(' '))};
}

std::string_view take_field(std::string_view& text) {
  const auto dash = text.find('-');
  const auto field = text.substr(0, dash);
  text.remove_prefix(dash == std::string_view::npos ? text.size() : dash + 1);
  return field;
}

bool is_number(std::string_view text) {
  unsigned long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

bool is_untouched(const fs::path& path) {
  std::error_code error;
  const auto written = fs::last_write_time(path, error);
  return !error && fs::file_time_type::clock::now() - written > k_abandoned;
}

bool is_stale(const fs::path& path, std::string_view here) {
  const auto name = path.filename().string();
  auto rest = std::string_view{name};
  if (!rest.starts_with(k_prefix)) return false;
  rest.remove_prefix(k_prefix.size());
  const auto made_at = take_field(rest);
  const auto pid = take_field(rest);
  const auto start = take_field(rest);
  if (!is_number(pid) || !is_number(start)) return false;
  return made_at == here ? start_of(pid) != start : is_untouched(path);
}

/// Folders in a folder, made writable.
std::vector<fs::path> open_folders_in(const fs::path& folder) {
  std::error_code error;
  fs::permissions(folder, fs::perms::owner_all, fs::perm_options::add, error);
  std::vector<fs::path> found;
  fs::directory_iterator entry{folder, error};
  for (const fs::directory_iterator end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (entry->symlink_status(ignored).type() == fs::file_type::directory)
      found.push_back(entry->path());
  }
  return found;
}

/// Also folders that their owner may not write, which builds do make, and more of them in one
/// another than files may be open (remove_all holds one for each): inner folders are moved up until
/// none has any.
void remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (!error) return;
  std::size_t moved = 0;
  for (auto folders = open_folders_in(path); !folders.empty(); folders = open_folders_in(path)) {
    for (const auto& folder : folders) {
      for (const auto& inner : open_folders_in(folder)) {
        fs::rename(inner, path / fmt::format(".moved-up-{}", moved++), error);
        if (error) return;
      }
      fs::remove_all(folder, error);
      if (error) return;
    }
  }
  fs::remove_all(path, error);
}

}  // namespace

std::string temporary_name() {
  static std::atomic<unsigned> next{0};
  const auto pid = std::to_string(::getpid());
  return fmt::format("{}{}-{}-{}-{}", k_prefix, place(), pid, start_of(pid), next++);
}

Result<TemporaryFolder> TemporaryFolder::make(const fs::path& parent) {
  std::error_code error;
  const auto where = parent.empty() ? fs::temp_directory_path(error) : parent;
  if (error) {
    return fail(ErrorKind::io, "no folder for temporary files: {}", error.message())
        .with_code("support.no-tmpdir")
        .with_help("set TMPDIR to a folder that can be written");
  }
  XAAS_CHECK(make_folders(where));
  // Absolute, so that it is found again for removal after a change of folder.
  const auto path = fs::absolute(where, error) / temporary_name();
  if (error) return io_error("making folder", where, error.value());
  if (::mkdir(path.c_str(), 0700) == 0) return TemporaryFolder{path};
  auto refused = io_error("making folder", path, errno);
  if (!parent.empty()) return refused;
  return std::move(refused).with_help("set TMPDIR to a folder that can be written");
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryFolder& TemporaryFolder::operator=(TemporaryFolder&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

TemporaryFolder::~TemporaryFolder() {
  if (!path_.empty()) remove_tree(path_);
}

fs::path TemporaryFolder::release() {
  return std::exchange(path_, {});
}

void remove_stale_temporaries(const fs::path& parent) {
  const auto here = place();
  std::error_code error;
  fs::directory_iterator entry{parent.empty() ? fs::temp_directory_path(error) : parent, error};
  std::vector<fs::path> stale;
  for (const fs::directory_iterator end; !error && entry != end; entry.increment(error))
    if (is_stale(entry->path(), here)) stale.push_back(entry->path());
  for (const auto& path : stale) remove_tree(path);
}

}  // namespace xaas
