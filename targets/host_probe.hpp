// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/mapped_file.hpp"
#include "xaas/support/result.hpp"
#include "xaas/targets/target.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// Of a folder: more than any that detection looks into has, and few enough to be listed at once.
constexpr std::size_t k_most_names = 100'000;

/// The questions that detection asks the machine. Tests answer them from fixtures.
class HostProbe {
 public:
  virtual ~HostProbe() = default;

  /// Whether the processor itself can be asked: not the one that a saved tree is of.
  [[nodiscard]] virtual bool is_live() const { return true; }
  /// OCI's name of the architecture: of this process, or of the saved tree.
  [[nodiscard]] virtual std::string architecture() const = 0;
  /// LLVM's name for the processor; "generic" or empty where it has none.
  [[nodiscard]] virtual std::string cpu_name() const = 0;
  /// What the processor itself says, in LLVM's names, as far as the operating system enabled it.
  /// Empty where programs cannot ask (AArch64).
  [[nodiscard]] virtual std::map<std::string, bool> cpu_features() const = 0;
  /// Length of the vectors that AArch64's SVE has in this process; 0: none, or it cannot be asked.
  [[nodiscard]] virtual unsigned sve_bytes() const { return 0; }
  [[nodiscard]] virtual Result<std::string> read(const std::string& path) const = 0;
  /// The same bytes, of a large file of which little is looked at: libraries. Refuses what is not a
  /// regular file.
  [[nodiscard]] virtual Result<MappedFile> map(const std::string& path) const;
  /// The same of a file that may be anything: one of more than `most` bytes is an error.
  [[nodiscard]] virtual Result<std::string> read_up_to(const std::string& path,
                                                       std::uint64_t most) const = 0;
  /// Names in a folder, sorted; `not_found` when there is none, `io` when there is one that cannot
  /// be looked into, or holds more names than k_most_names.
  [[nodiscard]] virtual Result<std::vector<std::string>> list(const std::string& path) const = 0;
  /// Where a link leads, as it says; empty when it is none.
  [[nodiscard]] virtual std::string link(const std::string& path) const = 0;
  /// The value of a variable; empty when it is not set.
  [[nodiscard]] virtual std::string variable(const std::string& name) const = 0;
  /// What a program of the machine prints, in English and whatever devices this job was told to
  /// use. `not_found` when it has none of that name, or cannot be asked any more; a program that
  /// fails or does not come to an end is an error, too. Several may be asked at once.
  [[nodiscard]] virtual Result<std::string> ask(const std::vector<std::string>& argv) const = 0;

 protected:
  HostProbe() = default;
  HostProbe(const HostProbe&) = default;
  HostProbe& operator=(const HostProbe&) = default;
  HostProbe(HostProbe&&) = default;
  HostProbe& operator=(HostProbe&&) = default;
};

/// The machine that this process runs on, and one whose files were saved below a folder.
std::unique_ptr<HostProbe> live_host();
/// The live machine with these variables. Its programs are asked as they are without them.
std::unique_ptr<HostProbe> live_host_with(std::map<std::string, std::string> variables);
std::unique_ptr<HostProbe> saved_tree(std::filesystem::path root);

/// Names and values in an environment as the kernel and `env -0` give it: "NAME=value", each ended
/// by a zero.
std::map<std::string, std::string> variables_in(std::string_view environment);

/// Of the machine that `probe` answers for, what detect_host_processor() tells.
Target detect_processor(const HostProbe& probe);

/// Description of the machine that `probe` answers for.
Target detect_target(const HostProbe& probe);

}  // namespace xaas
