// SPDX-License-Identifier: Apache-2.0
#include "file_descriptor.hpp"
#include "launch.hpp"
#include "launcher_ranks.h"
#include "search_path.hpp"

#include "xaas/support/environment.hpp"
#include "xaas/support/process.hpp"
#include "xaas/support/text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace xaas {
namespace {

bool is_plain(char c) {
  return is_alphanumeric(c) || std::string_view{"_@%+=:,./-"}.contains(c);
}

bool is_program(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

std::string quoted(const std::string& word) {
  if (!word.empty() && std::ranges::all_of(word, is_plain)) return word;
  std::string text = "'";
  for (const char c : word) {
    if (c == '\'') text += "'\\''";
    if (c != '\'') text += c;
  }
  return text + "'";
}

}  // namespace

std::vector<std::string> folders_in(std::string_view path) {
  std::vector<std::string> folders;
  while (true) {
    const auto colon = path.find(':');
    const auto folder = path.substr(0, colon);
    folders.emplace_back(folder.empty() ? "." : folder);
    if (colon == std::string_view::npos) return folders;
    path.remove_prefix(colon + 1);
  }
}

std::optional<std::filesystem::path> find_program(const std::string& name) {
  return find_program_in(environment_variable("PATH").value_or("/usr/bin:/bin"), name);
}

std::optional<std::filesystem::path> find_program_in(std::string_view search_path,
                                                     const std::string& name) {
  std::vector<std::filesystem::path> candidates;
  if (name.contains('/')) {
    candidates.emplace_back(name);
  } else {
    for (const auto& folder : folders_in(search_path))
      candidates.push_back(std::filesystem::path{folder} / name);
  }
  const auto found = std::ranges::find_if(candidates, is_program);
  if (name.empty() || found == candidates.end()) return std::nullopt;
  std::error_code error;
  auto absolute = std::filesystem::absolute(*found, error);
  if (error) return std::nullopt;
  return absolute.lexically_normal();
}

Result<std::filesystem::path> own_executable() {
  std::error_code error;
  auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    return fail(ErrorKind::io, "reading `/proc/self/exe`: {}", error.message())
        .with_code("support.no-proc")
        .with_help("mount /proc: this program starts itself again for parts of its work");
  }
  return path;
}

Error replace_process(const Command& command) {
  Command kept = command;
  if (kept.output == Command::Output::capture) kept.output = Command::Output::inherit;
  if (kept.errors == Command::Errors::capture) kept.errors = Command::Errors::inherit;
  if (kept.input.empty()) kept.inherit_input = true;
  auto launch = Launch::prepare(kept);
  if (!launch) return std::move(launch.error());
  auto report = Pipe::make();
  if (!report) return std::move(report.error());
  launch->enter(report->write.number());
  std::array<char, 4096> text{};
  const ssize_t got = ::read(report->read.number(), text.data(), text.size());
  return launch->error_from({text.data(), got > 0 ? static_cast<std::size_t>(got) : 0});
}

std::string shell_quoted(const std::vector<std::string>& argv) {
  std::string text;
  for (const auto& word : argv) {
    if (!text.empty()) text += ' ';
    text += quoted(word);
  }
  return text;
}

std::optional<std::string> own_rank() {
  for (const std::string_view name : k_launcher_ranks) {
    if (auto rank = environment_variable(std::string(name.substr(0, name.size() - 1)))) return rank;
  }
  return {};
}

bool is_later_rank() {
  const auto rank = own_rank();
  return rank && !rank->empty() && *rank != "0";
}

}  // namespace xaas
