// SPDX-License-Identifier: Apache-2.0
#include "store.hpp"

#include "thin_archive.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/json.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <sys/stat.h>

#include <ctime>
#include <optional>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

/// A name for this file in this state. Empty when it changed so recently that another change could
/// leave the same time behind (file systems count in steps of milliseconds).
std::optional<std::string> state_of(const fs::path& path) {
  constexpr std::time_t k_settled_seconds = 2;
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return {};
  if (info.st_ctim.tv_sec + k_settled_seconds > std::time(nullptr)) return {};
  return digest_of(fmt::format("{}\n{} {} {} {}.{} {}.{}", path.string(), info.st_dev, info.st_ino,
                               info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
                               info.st_ctim.tv_sec, info.st_ctim.tv_nsec))
      .hex();
}

}  // namespace

fs::path CaptureStore::content_path(const Digest& digest) const {
  return folder_ / "store" / digest.hex();
}

Result<Digest> CaptureStore::put_file(const fs::path& path) const {
  const auto state = state_of(path);
  const auto known = state ? folder_ / "digests" / *state : fs::path{};
  if (state) {
    if (const auto text = read_file(known); text) {
      if (auto digest = Digest::parse(*text); digest && is_there(content_path(*digest)))
        return digest;
    }
  }
  XAAS_TRY(std::string bytes, read_file(path));
  const bool is_thin = is_thin_archive(bytes);
  if (is_thin) {
    XAAS_TRY(bytes, inline_thin_archive(bytes, path.parent_path()));
  }
  const Digest digest = digest_of(bytes);
  if (!is_there(content_path(digest))) XAAS_CHECK(write_file(content_path(digest), bytes));
  // A thin archive's members can change without it.
  if (state && !is_thin) XAAS_CHECK(write_file(known, digest.str()));
  return digest;
}

Status CaptureStore::add_text(std::string_view kind, const std::string& text) const {
  return write_file(folder_ / "log" / fmt::format("{}-{}.json", kind, digest_of(text).hex()), text);
}

Status CaptureStore::add(const CompileRecord& record) const {
  return add_text("compile", print_record(record));
}

Status CaptureStore::add(const LinkRecord& record) const {
  return add_text("link", print_record(record));
}

Status CaptureStore::warn(std::string_view text) const {
  return add_text("warning", print_json(Json{{"kind", "warning"}, {"text", text}}));
}

}  // namespace xaas
