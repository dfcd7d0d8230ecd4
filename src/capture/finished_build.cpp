// SPDX-License-Identifier: Apache-2.0
#include "xaas/capture/finished_build.hpp"

#include "fixed_path.hpp"
#include "settings.hpp"

#include "xaas/support/files.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace xaas {
namespace {

/// A build that ran at a path of its own, and lies elsewhere now. It is named through a link:
/// folders are called after their configuration, and a map of paths ends at the first "=".
class MovedBuild {
 public:
  static Result<MovedBuild> of(const BuildResult& build) {
    MovedBuild moved(build.seen_paths.begin()->first);
    XAAS_TRY(auto folder, TemporaryFolder::make());
    moved.folder_ = std::make_shared<TemporaryFolder>(std::move(folder));
    moved.now_ = moved.folder_->path() / "build";
    XAAS_CHECK(make_link(build.folder(), moved.now_));
    return moved;
  }

  /// A command of the build, in the folder of the build, as both are named now.
  void lead(Command& command, const std::string& folder) const {
    for (std::string& word : command.argv) word = renamed(word);
    command.folder = renamed(folder);
    // The compiler would name it without the link.
    command.environment["PWD"] = command.folder.string();
  }

 private:
  explicit MovedBuild(std::string root) : root_(std::move(root)) {}

  /// Words name folders anywhere: "-ffile-prefix-map=/the/build/source/=".
  [[nodiscard]] std::string renamed(std::string_view word) const {
    std::string text;
    for (auto at = word.find(root_); at != word.npos; at = word.find(root_)) {
      const std::string_view rest = word.substr(at + root_.size());
      const bool is_whole = rest.empty() || rest.front() == '/' || rest.front() == '=';
      text.append(word.substr(0, at)).append(is_whole ? now_.string() : root_);
      word = rest;
    }
    return text.append(word);
  }

  std::string root_;  // as the build saw it
  std::filesystem::path now_;
  std::shared_ptr<TemporaryFolder> folder_;
};

}  // namespace

Result<FinishedBuild> reopen_build(const BuildResult& build) {
  XAAS_TRY(WrapperSettings settings, read_settings(build.folder() / "capture"));
  std::optional<FixedPath> fixed;
  if (build.fixed_path) fixed = FixedPath::of_build(build.folder().string());
  std::optional<MovedBuild> moved;
  const bool is_moved = build.seen_paths.begin()->first != build.folder().string();
  if (!fixed && is_moved) {
    XAAS_TRY(moved, MovedBuild::of(build));
  }
  std::map<std::string, std::string> environment;
  for (const std::string& variable : settings.environment) {
    const auto equals = variable.find('=');
    environment[variable.substr(0, equals)] = variable.substr(equals + 1);
  }
  environment["PATH"] = settings.search_path;
  // Was in the capture folder, and went with the build.
  environment.erase("TMPDIR");
  return FinishedBuild{
      .c_compiler = std::move(settings.c_compiler),
      .cxx_compiler = std::move(settings.cxx_compiler),
      .path_maps = std::move(settings.prefix_map_flags),
      .inside = [fixed, moved, environment](Command command, const std::string& folder) {
        command.environment.insert(environment.begin(), environment.end());
        if (fixed) {
          command.in_child = fixed->entering(folder);
        } else if (moved) {
          moved->lead(command, folder);
        } else {
          command.folder = folder;
        }
        return command;
      }};
}

}  // namespace xaas
