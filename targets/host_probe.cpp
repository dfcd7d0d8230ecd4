// SPDX-License-Identifier: Apache-2.0

// The one file that asks the hardware, or reads what was saved of another machine. LLVM's Host asks
// cpuid and XCR0 on x86-64, and reads /proc/cpuinfo elsewhere.

#include "host_probe.hpp"

#include "riscv_processor.hpp"
#include "scheduler.hpp"
#include "x86_models.hpp"

#include "xaas/support/environment.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"
#include "xaas/support/text.hpp"

#include <llvm/ADT/StringMap.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/Triple.h>

#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace xaas {
namespace {

constexpr const char* k_cpuinfo = "/proc/cpuinfo";
constexpr std::chrono::milliseconds k_longest_answer{5000};
/// What the kernel and administrators write is shorter, and so is a C library.
constexpr std::uint64_t k_longest_text = std::uint64_t{64} << 20U;
/// More than any tool says: what goes on longer is no answer.
constexpr std::size_t k_most_answer = std::size_t{16} << 20U;
/// Of a program that failed.
constexpr std::size_t k_longest_reason = 200;
/// Variables by which a job limits the GPUs that its programs see: the machine has the others, too.
constexpr std::array k_hiding{"ROCR_VISIBLE_DEVICES", "ZE_AFFINITY_MASK", "ONEAPI_DEVICE_SELECTOR"};

Result<std::vector<std::string>> names_in_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    names.push_back(entry->path().filename().string());
    if (names.size() > k_most_names) {
      return fail(ErrorKind::io, "`{}` has more than {} names", folder.string(), k_most_names)
          .with_code("target.no-answer");
    }
  }
  if (error) {
    const bool is_missing =
        error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
    return fail(is_missing ? ErrorKind::not_found : ErrorKind::io, "`{}`: {}", folder.string(),
                error.message())
        .with_code("target.no-answer");
  }
  std::ranges::sort(names);
  return names;
}

/// A pipe's writer may keep us waiting.
Result<MappedFile> map_regular(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return fail(ErrorKind::io, "`{}` is not a regular file", path.string())
        .with_code("target.no-answer");
  }
  return MappedFile::open(path);
}

std::string value_in(const std::map<std::string, std::string>& variables, const std::string& name) {
  const auto found = variables.find(name);
  return found == variables.end() ? "" : found->second;
}

class LiveHost final : public HostProbe {
 public:
  LiveHost() = default;
  explicit LiveHost(std::map<std::string, std::string> variables)
      : variables_(std::move(variables)) {}

  [[nodiscard]] std::string architecture() const override {
    const llvm::Triple triple(llvm::sys::getProcessTriple());
    if (triple.getArch() == llvm::Triple::x86_64) return "amd64";
    if (triple.isAArch64()) return "arm64";
    if (triple.getArch() == llvm::Triple::ppc64le) return "ppc64le";
    return triple.getArchName().str();
  }

  [[nodiscard]] std::string cpu_name() const override { return llvm::sys::getHostCPUName().str(); }

  [[nodiscard]] std::map<std::string, bool> cpu_features() const override {
    std::map<std::string, bool> features;
    for (const auto& entry : llvm::sys::getHostCPUFeatures())
      features.emplace(entry.getKey().str(), entry.getValue());
    return features;
  }

  [[nodiscard]] unsigned sve_bytes() const override {
    const int length = prctl(PR_SVE_GET_VL);
    return length < 0 ? 0 : static_cast<unsigned>(length) & PR_SVE_VL_LEN_MASK;
  }

  [[nodiscard]] Result<std::string> read(const std::string& path) const override {
    return read_file(path, k_longest_text);
  }

  [[nodiscard]] Result<MappedFile> map(const std::string& path) const override {
    return map_regular(path);
  }

  [[nodiscard]] Result<std::string> read_up_to(const std::string& path,
                                               std::uint64_t most) const override {
    return read_file(path, most);
  }

  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) const override {
    return names_in_folder(path);
  }

  [[nodiscard]] std::string link(const std::string& path) const override {
    std::error_code error;
    return std::filesystem::read_symlink(path, error).string();
  }

  [[nodiscard]] std::string variable(const std::string& name) const override {
    return variables_ ? value_in(*variables_, name) : environment_variable(name).value_or("");
  }

  [[nodiscard]] Result<std::string> ask(const std::vector<std::string>& argv) const override {
    XAAS_TRY(Outcome outcome,
             run({.argv = argv,
                  // Level Zero: a GPU of several tiles is one.
                  .environment = {{"LC_ALL", "C"}, {"ZE_FLAT_DEVICE_HIERARCHY", "COMPOSITE"}},
                  .unset = {k_hiding.begin(), k_hiding.end()},
                  .time_limit = k_longest_answer,
                  .most_output = k_most_answer,
                  .ends_with_us = true}));
    if (outcome.output.size() > k_most_answer) {
      return fail(ErrorKind::tool_failed, "its answer is longer than {} MiB", k_most_answer >> 20U)
          .with_code("target.no-answer");
    }
    if (outcome.succeeded()) return std::move(outcome.output);
    if (outcome.timed_out) {
      return fail(ErrorKind::tool_failed, "no answer within {} s",
                  std::chrono::duration_cast<std::chrono::seconds>(k_longest_answer).count())
          .with_code("target.no-answer");
    }
    // nvidia-smi gives its reasons on stdout.
    const std::string& reason = outcome.errors.empty() ? outcome.output : outcome.errors;
    return fail(ErrorKind::tool_failed, "it ended with {}{}{}", outcome.exit_code,
                reason.empty() ? "" : ": ", first_line(reason).substr(0, k_longest_reason))
        .with_code("target.no-answer");
  }

 private:
  std::optional<std::map<std::string, std::string>> variables_;  // empty: this process's
};

/// /proc, /sys, /etc and whatever else was saved below a folder.
class SavedTree final : public HostProbe {
 public:
  explicit SavedTree(std::filesystem::path root) : root_(std::move(root)) {
    const auto text = read(k_cpuinfo);
    if (text) cpuinfo_ = *text;
    // A process's environment is saved like everything else.
    if (const auto environment = read("/proc/self/environ"))
      variables_ = variables_in(*environment);
  }

  [[nodiscard]] bool is_live() const override { return false; }

  /// x86's kernel lists `flags`, AArch64's `Features`, RISC-V's `isa`; POWER's a `revision`.
  [[nodiscard]] std::string architecture() const override {
    for (const auto& [key, name] : {std::pair{"\nFeatures", "arm64"},
                                    {"\nflags", "amd64"},
                                    {"\nisa", "riscv64"},
                                    {"\nrevision", "ppc64le"}})
      if (("\n" + cpuinfo_).contains(key)) return name;
    return "unknown";
  }

  [[nodiscard]] std::string cpu_name() const override {
    const std::string kind = architecture();
    if (kind == "arm64") return llvm::sys::detail::getHostCPUNameForARM(cpuinfo_).str();
    if (kind == "riscv64") return riscv_cpu_name(cpuinfo_);
    if (kind == "ppc64le") return llvm::sys::detail::getHostCPUNameForPowerPC(cpuinfo_).str();
    return x86_cpu_name(parse_cpuinfo(cpuinfo_));
  }

  [[nodiscard]] std::map<std::string, bool> cpu_features() const override { return {}; }

  [[nodiscard]] Result<std::string> read(const std::string& path) const override {
    XAAS_TRY(const auto place, path_in_root(root_, path));
    return read_file(place, k_longest_text);
  }

  [[nodiscard]] Result<MappedFile> map(const std::string& path) const override {
    XAAS_TRY(const auto place, path_in_root(root_, path));
    return map_regular(place);
  }

  [[nodiscard]] Result<std::string> read_up_to(const std::string& path,
                                               std::uint64_t most) const override {
    XAAS_TRY(const auto place, path_in_root(root_, path));
    return read_file(place, most);
  }

  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) const override {
    XAAS_TRY(const auto place, path_in_root(root_, path));
    return names_in_folder(place);
  }

  [[nodiscard]] std::string link(const std::string& path) const override {
    const std::filesystem::path whole(path);
    const auto folder = path_in_root(root_, whole.parent_path());
    if (!folder) return {};
    std::error_code error;
    return std::filesystem::read_symlink(*folder / whole.filename(), error).string();
  }

  [[nodiscard]] std::string variable(const std::string& name) const override {
    return value_in(variables_, name);
  }

  [[nodiscard]] Result<std::string> ask(const std::vector<std::string>& argv) const override {
    return fail(ErrorKind::not_found, "a saved tree has no `{}` to ask", argv.front())
        .with_code("target.no-answer");
  }

 private:
  std::filesystem::path root_;
  std::string cpuinfo_;
  std::map<std::string, std::string> variables_;
};

}  // namespace

Result<MappedFile> HostProbe::map(const std::string& path) const {
  XAAS_TRY(auto bytes, read(path));
  return MappedFile::of(std::move(bytes));
}

std::unique_ptr<HostProbe> live_host() {
  return std::make_unique<LiveHost>();
}

std::unique_ptr<HostProbe> live_host_with(std::map<std::string, std::string> variables) {
  return std::make_unique<LiveHost>(std::move(variables));
}

std::map<std::string, std::string> variables_in(std::string_view environment) {
  std::map<std::string, std::string> variables;
  while (!environment.empty()) {
    const auto end = std::min(environment.find('\0'), environment.size());
    const std::string_view entry = environment.substr(0, end);
    const auto equals = entry.find('=');
    if (equals != entry.npos) variables.emplace(entry.substr(0, equals), entry.substr(equals + 1));
    environment.remove_prefix(std::min(end + 1, environment.size()));
  }
  return variables;
}

std::unique_ptr<HostProbe> saved_tree(std::filesystem::path root) {
  return std::make_unique<SavedTree>(std::move(root));
}

Result<Target> detect_host() {
  return detect_target(*live_host());
}

Result<Target> detect_host_processor() {
  return detect_processor(*live_host());
}

Target detect_host_scheduler() {
  Target target;
  describe_scheduler(*live_host(), target);
  return target;
}

Result<Target> detect_saved(const std::filesystem::path& root) {
  std::error_code error;
  if (!std::filesystem::is_directory(root, error)) {
    return fail(ErrorKind::not_found, "`{}` is not a folder", root.string())
        .with_code("target.no-root")
        .with_help("--root names a folder that holds `proc`, `sys` and `etc` of a machine");
  }
  return detect_target(*saved_tree(root));
}

}  // namespace xaas
