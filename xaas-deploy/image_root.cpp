// SPDX-License-Identifier: Apache-2.0
#include "image_root.hpp"

#include "image_loader.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/namespaces.hpp"

#include <fmt/format.h>

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
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

/// Only ours: another user must not be able to plant programs there.
Result<std::filesystem::path> private_folder() {
  std::error_code error;
  auto base = std::filesystem::temp_directory_path(error);
  if (error) base = "/tmp";
  std::filesystem::path folder = base / fmt::format("xaas-{}", ::getuid());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    const int reason = errno;
    return fail(ErrorKind::io, "cannot make `{}`: {}", folder.string(),
                std::generic_category().message(reason))
        .with_code("run.unpack");
  }
  struct stat status{};
  if (::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
      status.st_uid == ::getuid() && (status.st_mode & 0022) == 0) {
    return folder;
  }
  return fail(ErrorKind::io, "`{}` is not a private folder of this user", folder.string())
      .with_code("run.unpack")
      .with_help("remove it, or set TMPDIR to a folder of your own");
}

Result<FileLock> wait_for_lock(const std::filesystem::path& path) {
  while (true) {
    XAAS_TRY(auto lock, FileLock::try_lock(path));
    if (lock) return *std::move(lock);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
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

Result<std::vector<Bind>> prepare_binds(const std::filesystem::path& root) {
  std::vector<std::string> folders{"/proc", "/dev", "/sys", "/tmp"};
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in this program sets variables.
  if (const char* home = std::getenv("HOME"); home != nullptr && home[0] == '/' && home[1] != 0) {
    folders.emplace_back(home);
  }
  folders.push_back(absolute_current_folder());
  std::vector<Bind> binds;
  for (const std::string& folder : folders) {
    std::error_code error;
    // What the image itself lies in, or is, cannot be put into it; `/` and `/usr` would hide the
    // image.
    const bool hides = folder == "/" || folder.starts_with("/usr") || folder.starts_with("/lib") ||
                       folder.starts_with("/bin") || folder.starts_with("/etc");
    if (hides || !std::filesystem::is_directory(folder, error)) continue;
    XAAS_CHECK(make_folders(root / folder.substr(1)));
    binds.push_back({.from = folder, .to = (root / folder.substr(1)).string()});
  }
  return binds;
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

/// argv[0] as the image's PATH finds it: an absolute path in the image.
Result<std::string> program_in_image(const std::filesystem::path& root, const std::string& name,
                                     const std::string& search_path) {
  if (name.starts_with('/')) return name;
  std::string folder;
  for (const char c : search_path + ":") {
    if (c != ':') {
      folder += c;
      continue;
    }
    std::string candidate = std::exchange(folder, {}) + "/" + name;
    std::error_code error;
    const auto status = std::filesystem::symlink_status(root / candidate.substr(1), error);
    if (!error && std::filesystem::exists(status) && candidate.starts_with('/')) return candidate;
  }
  return fail(ErrorKind::not_found, "the image has no program `{}` in its PATH `{}`", name,
              search_path)
      .with_code("run.no-program");
}

}  // namespace

void add_environment(Command& command, const std::vector<std::string>& environment) {
  for (const std::string& entry : environment) {
    const auto equals = entry.find('=');
    if (equals != std::string::npos)
      command.environment[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
}

Result<std::filesystem::path> unpacked_root(const Layout& layout, const RunnableImage& image) {
  XAAS_TRY(const auto folder, private_folder());
  std::filesystem::path root = folder / image.descriptor.digest.hex();
  std::error_code error;
  if (std::filesystem::exists(root, error)) return root;
  XAAS_TRY(const auto lock, wait_for_lock(folder / (image.descriptor.digest.hex() + ".lock")));
  if (std::filesystem::exists(root, error)) return root;
  remove_stale_temporaries(folder);
  XAAS_TRY(const auto temporary, TemporaryFolder::make(folder));
  XAAS_CHECK(unpack_image(layout, image, temporary.path() / "root"));
  std::filesystem::rename(temporary.path() / "root", root, error);
  if (!error) return root;
  return fail(ErrorKind::io, "cannot move the unpacked image to `{}`: {}", root.string(),
              error.message())
      .with_code("run.unpack");
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
                                const std::vector<std::string>& environment) {
  XAAS_TRY(argv.front(), program_in_image(root, argv.front(), variable_of(environment, "PATH")));
  RootEntry entry{.root = root.string(), .folder = absolute_current_folder()};
  XAAS_TRY(entry.binds, prepare_binds(root));
  Command command{.argv = std::move(argv), .unset = {"LD_LIBRARY_PATH", "LD_PRELOAD"}};
  add_environment(command, environment);
  command.in_child = std::move(entry);
  return command;
}

Result<Command> command_beside_root(const std::filesystem::path& root,
                                    std::vector<std::string> argv,
                                    const std::vector<std::string>& environment) {
  XAAS_TRY(const auto name, program_in_image(root, argv.front(), variable_of(environment, "PATH")));
  const std::filesystem::path program = root / name.substr(1);
  XAAS_TRY(const auto bytes, read_file(program));
  XAAS_TRY(const auto elf, read_elf(bytes));
  if (!elf) {
    return fail(ErrorKind::unsupported,
                "`{}` is not an ELF program, and this machine allows no namespaces to run it in",
                name)
        .with_code("run.no-namespace")
        .with_help("deploy with `--output tree:FOLDER` instead");
  }
  Command command;
  add_environment(command, environment);
  command.environment.erase("PATH");
  if (elf->interpreter.empty()) {
    argv.front() = program.string();
    command.argv = std::move(argv);
    return command;
  }
  XAAS_TRY(command.argv, loader_command(root, elf->interpreter));
  command.argv.insert(command.argv.end(), {"--argv0", name, program.string()});
  command.argv.insert(command.argv.end(), argv.begin() + 1, argv.end());
  return command;
}

}  // namespace xaas
