// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"
#include "xaas/targets/machine.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// A machine to deploy to (`xaas.target/1`, schema in targets/schema). Origins say where a fact is
/// from: key = path of the field ("cpu.features"), value = "cpuid", "/proc/cpuinfo", "llvm",
/// "admin", ...
struct Target {
  std::string name;          // how the user or detection calls it, e.g. "host", "znver4"
  std::string architecture;  // OCI's: "amd64", "arm64"
  std::string triple;        // LLVM's: "x86_64-unknown-linux-gnu"
  Cpu cpu;
  std::string libc_name;     // "glibc"; "none": looked for, and there is none; empty: unknown
  std::string libc_version;  // of glibc, "2.36"; empty: unknown
  std::uint64_t memory = 0;  // bytes; 0: unknown
  // Empty lists: there are none. No list: nothing is known.
  std::optional<std::vector<Gpu>> gpus;
  std::optional<std::vector<MpiInstallation>> mpi;
  std::optional<std::vector<BlasLibrary>> blas;
  std::optional<std::vector<FftLibrary>> fft;
  std::optional<std::vector<ContainerRuntime>> runtimes;
  Interconnect interconnect;
  Scheduler scheduler;
  OperatingSystem system;
  std::map<std::string, std::string> origins;
  std::vector<std::string> probe_errors;  // probes that did not work, as sentences

  friend bool operator==(const Target&, const Target&) = default;
};

/// What programs for this vendor's GPUs are written in: "cuda", "hip", "level-zero"; empty for a
/// vendor that is not known.
std::string gpu_backend_of(std::string_view vendor);

/// Unknown fields are ignored, so that a later 1.x can add some; a `xaas.target/2` is refused. The
/// level is recomputed from the features: a hand-edited file cannot claim one it does not reach.
Result<Target> parse_target(std::string_view json);
std::string print_target(const Target& target);

/// The machine this process runs on. Never fails as a whole because one probe did.
Result<Target> detect_host();

/// The same as far as it decides which code runs here: processor and C library. What programs are
/// linked with takes longer to find out than a program takes to start.
Result<Target> detect_host_processor();

/// The same as far as it decides whether programs run here: the scheduler alone, which takes no
/// time to find out.
Target detect_host_scheduler();

/// The machine of which /proc, /sys and /etc were saved below `root`; `name` is "host", too. What
/// only the processor itself or a program of the machine could tell is not known then.
Result<Target> detect_saved(const std::filesystem::path& root);

/// A target from a processor's name as LLVM knows it ("znver4", "x86-64-v3", "neoverse-v2"). An
/// unknown name is `invalid_input` and names near ones. `architecture` narrows the search when not
/// empty.
Result<Target> target_of_cpu(std::string_view cpu_name, std::string_view architecture = {});

/// GPUs as a user names them: "sm_90", "gfx90a*4", or "none" alone. `invalid_input` for what is no
/// architecture that we know, with near names.
Result<std::vector<Gpu>> parse_gpus(const std::vector<std::string>& words);

/// Replaces what the description says of GPUs by what a user said.
void replace_gpus(Target& target, std::vector<Gpu> gpus);

/// Highest named level whose features are all in `features`; empty below the first. x86-64
/// psABI 1.0 table 3.1; Arm ARM A2.
std::string level_of(std::string_view architecture, const std::set<std::string>& features);

/// Name of the level that `cpu.missing_for_next_level` is about; empty at the top.
std::string level_after(const Target& target);

/// `features` and everything they imply (avx2 implies avx, sse4.2, ...), after LLVM's tables.
std::set<std::string> with_implied_features(std::string_view architecture,
                                            const std::set<std::string>& features);

/// Names of its processors and levels as LLVM knows them, sorted; none for an architecture that is
/// not in our tables.
std::vector<std::string> cpu_names(std::string_view architecture);

/// Every feature that a program for the architecture may be compiled for.
std::set<std::string> known_features(std::string_view architecture);

/// The `-mattr` list that goes with `cpu.name` as `-mcpu`: "+f" for what the name does not promise
/// and the target has, "-f" for what it promises and the target has not; sorted. LLVM reads it
/// again for every module, so it is as short as can be.
std::vector<std::string> code_generation_features(const Target& target);

}  // namespace xaas
