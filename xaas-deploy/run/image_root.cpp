// SPDX-License-Identifier: Apache-2.0
#include "run/image_root.hpp"

#include "run/image_loader.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/support/environment.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/namespaces.hpp"
#include "xaas/targets/site_profile.hpp"

#include <fmt/format.h>

#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

std::string variable_of(const std::vector<std::string>& environment, std::string_view name) {
  std::string value;
  for (const std::string& entry : environment) {
    if (entry.starts_with(std::string(name) + "=")) value = entry.substr(name.size() + 1);
  }
  return value;
}

std::string absolute_current_folder() {
  std::error_code error;
  const auto folder = std::filesystem::current_path(error);
  return error ? "/" : folder.string();
}

/// Mount points that the image lacks; the unpacked copy is ours to add them to.
struct Bind {
  std::string from;
  std::string to;
};

/// Whether a folder of the machine in its place would hide the image; `/usr/local/cuda` would not.
bool is_system_folder(const std::string& folder) {
  static const std::set<std::string, std::less<>> folders{"/",    "/usr",  "/lib", "/lib64",
                                                          "/bin", "/sbin", "/etc"};
  return folders.contains(folder);
}

/// Folders that programs find their data in, and those that the site wants there.
Result<std::vector<std::string>> folders_to_bind() {
  std::vector<std::string> own{"/proc", "/dev", "/sys", "/tmp"};
  if (auto home = environment_variable("HOME"); home && home->starts_with('/') && home->size() > 1)
    own.push_back(*std::move(home));
  own.push_back(absolute_current_folder());
  // Whoever works in there means the image's.
  std::erase_if(own, is_left_to_image);
  XAAS_TRY(const auto site, load_site_profile());
  own.insert(own.end(), site.bind.begin(), site.bind.end());
  return own;
}

/// Of the libraries that programs were linked with: over the image's, where it has some.
Status prepare_library_binds(const std::filesystem::path& root, const BoundFiles& bound,
                             std::vector<Bind>& binds) {
  for (const std::string& path : bound.paths) {
    XAAS_TRY(const auto place, path_in_root(root, path));
    std::error_code error;
    const auto what = std::filesystem::status(path, error);
    if (std::filesystem::is_directory(what)) {
      XAAS_CHECK(make_folders(place));
    } else if (!std::filesystem::is_regular_file(what)) {
      continue;  // gone: the loader says what it misses
    } else if (!std::filesystem::exists(place, error)) {
      XAAS_CHECK(write_file(place, ""));
    }
    binds.push_back({.from = path, .to = place.string()});
  }
  return {};
}

Result<std::vector<Bind>> prepare_binds(const std::filesystem::path& root,
                                        const BoundFiles& bound) {
  XAAS_TRY(const auto folders, folders_to_bind());
  std::vector<Bind> binds;
  for (const std::string& folder : folders) {
    std::error_code error;
    if (is_system_folder(folder) || !std::filesystem::is_directory(folder, error)) continue;
    // A link of the image would lead out of it.
    const auto inside = folder.substr(1);
    if (link_on_the_way(root, inside) ||
        std::filesystem::is_symlink(std::filesystem::symlink_status(root / inside, error)))
      continue;
    XAAS_CHECK(make_folders(root / inside));
    binds.push_back({.from = folder, .to = (root / inside).string()});
  }
  XAAS_CHECK(prepare_library_binds(root, bound, binds));
  return binds;
}

/// Before those that the image's own environment names.
void add_library_folders(Command& command, const BoundFiles& bound) {
  if (bound.library_folders.empty()) return;
  std::string& value = command.environment["LD_LIBRARY_PATH"];
  const std::string own =
      std::exchange(value, fmt::format("{}", fmt::join(bound.library_folders, ":")));
  if (!own.empty()) value += ":" + own;
}

/// UCX, which MPIs send messages with, opens the memory of another rank by a path in /proc, which
/// ranks in user namespaces of their own may not; told so, it opens it by its name.
void share_memory_of_ranks(Command& command) {
  constexpr const char* k_variable = "UCX_POSIX_USE_PROC_LINK";
  if (::geteuid() == 0 || environment_variable(k_variable)) return;
  command.environment.try_emplace(k_variable, "n");
}

/// Everything that the child needs, made before the fork.
struct RootEntry {
  std::string root;
  std::string folder;
  MountNamespace mounts;
  std::vector<Bind> binds;

  [[nodiscard]] Status operator()() const {
    if (!mounts.enter()) return failed("unshare");
    for (const Bind& bind : binds) {
      if (::mount(bind.from.c_str(), bind.to.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0) {
        return failed(bind.from.c_str());
      }
    }
    if (::chroot(root.c_str()) != 0 || ::chdir("/") != 0) return failed("chroot");
    // A folder that `prepare_binds` had to leave out may not be in the image: then it is `/`.
    [[maybe_unused]] const int changed = ::chdir(folder.c_str());
    return {};
  }

  static Error failed(const char* what) {
    const int reason = errno;
    return fail(ErrorKind::io, "cannot enter the image: {}: {}", what,
                std::generic_category().message(reason));
  }
};

/// The folders of an image's PATH. Relative ones are none of the image's.
std::vector<std::string> folders_of(const std::string& search_path) {
  std::vector<std::string> folders;
  std::istringstream entries(search_path);
  for (std::string folder; std::getline(entries, folder, ':');)
    if (folder.starts_with('/')) folders.push_back(std::move(folder));
  return folders;
}

/// argv[0] as the image's PATH finds it: an absolute path in the image.
Result<std::string> program_in_image(const std::filesystem::path& root, const std::string& name,
                                     const std::string& search_path) {
  if (name.starts_with('/')) return name;
  for (const std::string& folder : folders_of(search_path)) {
    std::string candidate = fmt::format("{}/{}", folder, name);
    std::error_code error;
    const auto status = std::filesystem::symlink_status(root / candidate.substr(1), error);
    if (!error && std::filesystem::exists(status)) return candidate;
  }
  return fail(ErrorKind::not_found, "the image has no program `{}` in its PATH `{}`", name,
              search_path)
      .with_code("run.no-program");
}

/// The words that start the image's program `name` outside of its image; its arguments follow.
/// Empty for what is not an ELF program.
Result<std::vector<std::string>> words_beside_root(const std::filesystem::path& root,
                                                   const std::string& name) {
  XAAS_TRY(const auto program, path_in_root(root, name));
  XAAS_TRY(const auto bytes, read_file(program));
  XAAS_TRY(const auto elf, read_elf(bytes));
  if (!elf) return std::vector<std::string>{};
  if (elf->interpreter.empty()) return std::vector<std::string>{program.string()};
  XAAS_TRY(auto words, loader_command(root, elf->interpreter));
  words.insert(words.end(), {"--argv0", name, program.string()});
  return words;
}

bool is_program_of(const std::filesystem::path& root, const std::string& path) {
  const auto file = path_in_root(root, path);
  std::error_code error;
  return file && std::filesystem::is_regular_file(*file, error) &&
         ::access(file->c_str(), X_OK) == 0;
}

/// Writes a script for each ELF program in one folder of the image's PATH that has none yet: the
/// first folder in PATH wins.
Status write_starters(const std::filesystem::path& root, const std::string& folder,
                      const std::filesystem::path& starters) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(root / folder.substr(1), error), end;
       !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const std::string path = fmt::format("{}/{}", folder, name);
    std::error_code absent;
    if (std::filesystem::exists(starters / name, absent) || !is_program_of(root, path)) continue;
    const auto words = words_beside_root(root, path);
    if (!words || words->empty()) continue;  // what cannot be started is as good as not there
    XAAS_CHECK(write_file(starters / name,
                          fmt::format("#!/bin/sh\nexec {} \"$@\"\n", shell_quoted(*words)), 0755));
  }
  return {};
}

}  // namespace

void add_environment(Command& command, const std::vector<std::string>& environment) {
  for (const std::string& entry : environment) {
    const auto equals = entry.find('=');
    if (equals != std::string::npos)
      command.environment[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
}

std::optional<std::filesystem::path> link_on_the_way(const std::filesystem::path& root,
                                                     const std::filesystem::path& inside) {
  std::filesystem::path way;
  for (const auto& part : inside.parent_path()) {
    way /= part;
    std::error_code error;
    if (std::filesystem::is_symlink(std::filesystem::symlink_status(root / way, error))) return way;
  }
  return std::nullopt;
}

bool is_left_to_image(std::string_view folder) {
  return folder == "/" || folder.starts_with("/usr") || folder.starts_with("/lib") ||
         folder.starts_with("/bin") || folder.starts_with("/etc");
}

bool can_enter_root() {
  const RootEntry entry;
  Command probe{.argv = {"/proc/self/exe", "--version"}, .output = Command::Output::discard};
  probe.in_child = [&entry]() -> Status {
    if (entry.mounts.enter()) return {};
    return RootEntry::failed("unshare");
  };
  const auto outcome = run(probe);
  return outcome && outcome->succeeded();
}

Result<Command> command_in_root(const std::filesystem::path& root, std::vector<std::string> argv,
                                const std::vector<std::string>& environment,
                                const BoundFiles& bound) {
  XAAS_TRY(argv.front(), program_in_image(root, argv.front(), variable_of(environment, "PATH")));
  RootEntry entry{.root = root.string(), .folder = absolute_current_folder()};
  XAAS_TRY(entry.binds, prepare_binds(root, bound));
  Command command{.argv = std::move(argv), .unset = {"LD_LIBRARY_PATH", "LD_PRELOAD"}};
  add_environment(command, environment);
  add_library_folders(command, bound);
  share_memory_of_ranks(command);
  command.in_child = std::move(entry);
  return command;
}

Result<Command> command_beside_root(const std::filesystem::path& root,
                                    std::vector<std::string> argv,
                                    const std::vector<std::string>& environment) {
  XAAS_TRY(const auto name, program_in_image(root, argv.front(), variable_of(environment, "PATH")));
  Command command;
  XAAS_TRY(command.argv, words_beside_root(root, name));
  if (command.argv.empty()) {
    return fail(ErrorKind::unsupported,
                "`{}` is not an ELF program, and this machine allows no namespaces to run it in",
                name)
        .with_code("run.no-namespace")
        .with_help("deploy with `--output tree:FOLDER` instead");
  }
  add_environment(command, environment);
  command.environment.erase("PATH");
  command.argv.insert(command.argv.end(), argv.begin() + 1, argv.end());
  return command;
}

Result<std::filesystem::path> programs_beside_root(const std::filesystem::path& root,
                                                   const std::vector<std::string>& environment) {
  std::error_code error;
  // Whoever runs the scripts may have changed its folder, and TMPDIR may be a relative path.
  const auto real = std::filesystem::canonical(root, error);
  std::filesystem::path folder = real.parent_path() / "programs";
  if (!error && std::filesystem::exists(folder, error)) return folder;
  XAAS_TRY(const auto temporary, TemporaryFolder::make(real.parent_path()));
  const std::filesystem::path starters = temporary.path() / "programs";
  XAAS_CHECK(make_folders(starters));
  for (const std::string& entry : folders_of(variable_of(environment, "PATH")))
    XAAS_CHECK(write_starters(real, entry, starters));
  std::filesystem::rename(starters, folder, error);
  // Another process was faster, with the same.
  if (!error || std::filesystem::exists(folder, error)) return folder;
  return fail(ErrorKind::io, "cannot make `{}`: {}", folder.string(), error.message())
      .with_code("run.unpack");
}

}  // namespace xaas
