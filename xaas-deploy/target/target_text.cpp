// SPDX-License-Identifier: Apache-2.0
#include "target/target_command.hpp"

#include "xaas/support/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace xaas {
namespace {

/// Joins what is not empty.
std::string joined(const std::vector<std::string>& parts, std::string_view with = ", ") {
  std::string text;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) text += with;
    text += part;
  }
  return text;
}

/// "4 cores"; empty where the number is unknown.
std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return count == 0 ? "" : fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string labelled(std::string_view label, const std::string& value) {
  return value.empty() ? "" : fmt::format("{} {}", label, value);
}

/// Caches and memory come in powers of two: "32 MiB", not "34 MB".
std::string size_of(std::uint64_t bytes) {
  constexpr std::uint64_t k_most = 10000;
  constexpr std::array<std::pair<unsigned, const char*>, 3> k_units = {
      {{30, "GiB"}, {20, "MiB"}, {10, "KiB"}}};
  for (const auto& [bits, unit] : k_units) {
    const std::uint64_t number = bytes >> bits;
    if (number != 0 && number < k_most && number << bits == bytes)
      return fmt::format("{} {}", number, unit);
  }
  return bytes == 0 ? "" : human_bytes(bytes);
}

template <class Names>
std::string words(const Names& names) {
  return fmt::format("{}", fmt::join(names, " "));
}

std::string describe(const Gpu& gpu) {
  const auto name = gpu.name.empty() ? gpu.vendor : gpu.name;
  return joined({gpu.count > 1 ? fmt::format("{} x {}", gpu.count, name) : name, gpu.architecture,
                 size_of(gpu.memory), labelled("driver", gpu.driver)});
}

std::string describe(const MpiInstallation& mpi) {
  return joined({joined({mpi.flavour.empty() ? "MPI" : mpi.flavour, mpi.version}, " "),
                 "ABI of " + mpi.abi, mpi.path.empty() ? mpi.soname : mpi.path,
                 labelled("launcher", mpi.launcher), labelled("for GPUs", mpi.gpu_library),
                 labelled("module", mpi.module)});
}

std::string describe(const BlasLibrary& blas) {
  return joined({joined({blas.name, blas.version}, " "), words(blas.provides),
                 labelled("threads:", blas.threading), blas.integers,
                 blas.path.empty() ? blas.soname : blas.path, labelled("module", blas.module)});
}

std::string describe(const FftLibrary& fft) {
  return joined({joined({fft.name, fft.version}, " "), words(fft.precisions),
                 labelled("threads:", fft.threading), fft.path.empty() ? fft.soname : fft.path,
                 labelled("module", fft.module)});
}

std::string describe(const ContainerRuntime& runtime) {
  return joined({runtime.name, runtime.path}, " ");
}

std::string describe(const NetworkDevice& device) {
  return joined({device.name, device.kind}, " ");
}

std::string describe(const NetworkLibrary& library) {
  return joined({joined({library.name, library.version}, " "),
                 labelled("providers:", words(library.providers)), library.path});
}

std::string describe(const CpuCache& cache) {
  return joined({joined({fmt::format("L{}", cache.level), cache.kind, size_of(cache.size)}, " "),
                 cache.shared_by > 1 ? fmt::format("for {} threads", cache.shared_by) : ""});
}

std::string describe(const CpuTopology& topology) {
  return joined({counted(topology.sockets, "socket", "sockets"),
                 counted(topology.cores, "core", "cores"),
                 counted(topology.threads, "thread", "threads"),
                 counted(topology.numa_nodes, "NUMA node", "NUMA nodes")});
}

std::string describe_level(const Cpu& cpu) {
  auto level = cpu.level.empty() ? std::string("below the first") : cpu.level;
  if (cpu.missing_for_next_level.empty()) return level;
  return fmt::format("{}; the next one needs {}", level, words(cpu.missing_for_next_level));
}

std::string describe_scheduler(const Scheduler& scheduler) {
  if (scheduler.name.empty()) return {};
  return joined({scheduler.name, scheduler.is_allocated ? "described from within a job" : "",
                 labelled("request:", scheduler.request)});
}

std::string describe_namespaces(const OperatingSystem& system) {
  if (!system.user_namespaces) return {};
  return *system.user_namespaces ? "user namespaces" : "no user namespaces";
}

/// Lines of at most 80 columns where there are blanks to break at; the second one begins below the
/// fact.
std::string wrapped(std::string_view text) {
  constexpr std::size_t k_columns = 80;
  const std::string indent(14, ' ');
  std::string lines;
  while (text.size() + (lines.empty() ? 0 : indent.size()) > k_columns) {
    const std::size_t room = k_columns - (lines.empty() ? 0 : indent.size());
    auto end = text.rfind(' ', room);
    if (end == std::string_view::npos || (lines.empty() && end < indent.size()))
      end = text.find(' ', room);
    if (end == std::string_view::npos) break;
    const auto line = text.substr(0, end);
    lines +=
        (lines.empty() ? "" : indent) + std::string(line.substr(0, line.find_last_not_of(' ') + 1));
    lines += "\n";
    text.remove_prefix(text.find_first_not_of(' ', end));
  }
  return lines + (lines.empty() ? "" : indent) + std::string(text) + "\n";
}

/// Prints facts and keeps count of what there is none of.
class FactSheet {
 public:
  explicit FactSheet(const Target& target) : target_(&target) {}

  /// One line; `field` is the path that origins have. Nothing is known where `fact` is empty.
  void add(const char* label, const char* field, const std::string& fact) {
    if (fact.empty()) {
      unknown_.emplace_back(label);
    } else {
      line(label, fact, origins_of(field));
    }
  }

  /// A line for each element; a list that is there and empty is a fact, too.
  template <class Value>
  void add_list(const char* label, const char* field,
                const std::optional<std::vector<Value>>& list) {
    if (!list) unknown_.emplace_back(label);
    if (!list) return;
    if (list->empty()) line(label, "none", origins_of(field));
    for (std::size_t i = 0; i < list->size(); ++i)
      line(i == 0 ? label : "", describe((*list)[i]), i == 0 ? origins_of(field) : "");
  }

  std::string finish() {
    if (!unknown_.empty()) line("not known", joined(unknown_), "");
    for (std::size_t i = 0; i < target_->probe_errors.size(); ++i)
      line(i == 0 ? "problems" : "", target_->probe_errors[i], "");
    return std::move(text_);
  }

 private:
  void line(std::string_view label, std::string_view fact, const std::string& origins) {
    text_ += wrapped(fmt::format("  {:<11} {}{}", label, fact,
                                 origins.empty() ? "" : fmt::format("  [{}]", origins)));
  }

  /// Of the field itself, else of what it is part of; with what its parts have of their own.
  [[nodiscard]] std::string origins_of(std::string_view field) const {
    std::vector<std::string> found;
    const auto add = [&](const std::string& origin) {
      if (std::ranges::find(found, origin) == found.end()) found.push_back(origin);
    };
    const std::string parts = std::string(field) + ".";
    for (const auto& [path, origin] : target_->origins)
      if (path == field || path.starts_with(parts)) add(origin);
    const auto whole = target_->origins.find(std::string(field.substr(0, field.find('.'))));
    if (found.empty() && whole != target_->origins.end()) add(whole->second);
    return joined(found);
  }

  const Target* target_;
  std::string text_;
  std::vector<std::string> unknown_;
};

void add_processor(const Target& target, FactSheet& sheet) {
  const Cpu& cpu = target.cpu;
  sheet.add("processor", "cpu.name",
            joined({cpu.model.empty() ? joined({cpu.vendor, cpu.name}, " ") : cpu.model,
                    cpu.model.empty() ? "" : "for LLVM " + cpu.name,
                    cpu.tune.empty() || cpu.tune == cpu.name ? "" : "tuned as " + cpu.tune}));
  sheet.add("level", "cpu.level", describe_level(cpu));
  sheet.add("features", "cpu.features", words(cpu.features));
  sheet.add("vectors", "cpu.vector_bits", counted(cpu.vector_bits, "bit", "bits"));
  sheet.add("topology", "cpu.topology", describe(cpu.topology));
  sheet.add_list("caches", "cpu.caches",
                 cpu.caches.empty() ? std::nullopt : std::optional(cpu.caches));
}

void add_network(const Target& target, FactSheet& sheet) {
  sheet.add_list("network", "interconnect.devices", target.interconnect.devices);
  sheet.add_list("net libs", "interconnect.libraries", target.interconnect.libraries);
}

void add_system(const Target& target, FactSheet& sheet) {
  const OperatingSystem& system = target.system;
  sheet.add("system", "system",
            joined({system.distribution, labelled("kernel", system.kernel),
                    labelled("pages of", size_of(system.page_size)), describe_namespaces(system)}));
  sheet.add("files", "system.file_systems",
            joined({labelled("home", system.home), labelled("scratch", system.scratch),
                    labelled("tmp", system.tmp)}));
}

}  // namespace

std::string describe_gpus(const Target& target) {
  if (!target.gpus) return "?";
  std::vector<std::string> parts;
  for (const Gpu& gpu : *target.gpus) {
    parts.push_back(fmt::format("{} x {}", gpu.count,
                                gpu.architecture.empty() ? gpu.vendor : gpu.architecture));
  }
  return parts.empty() ? "none" : joined(parts);
}

std::string describe_mpi(const Target& target) {
  if (!target.mpi) return "?";
  std::vector<std::string> parts;
  for (const MpiInstallation& mpi : *target.mpi)
    parts.push_back(mpi.flavour.empty() ? mpi.abi : mpi.flavour);
  return parts.empty() ? "none" : joined(parts);
}

std::string describe_target(const Target& target) {
  FactSheet sheet(target);
  add_processor(target, sheet);
  sheet.add("memory", "memory", size_of(target.memory));
  sheet.add("C library", "libc", joined({target.libc_name, target.libc_version}, " "));
  sheet.add_list("GPUs", "gpus", target.gpus);
  sheet.add_list("MPI", "mpi", target.mpi);
  sheet.add_list("BLAS", "blas", target.blas);
  sheet.add_list("FFT", "fft", target.fft);
  add_network(target, sheet);
  sheet.add_list("containers", "runtimes", target.runtimes);
  sheet.add("scheduler", "scheduler", describe_scheduler(target.scheduler));
  add_system(target, sheet);
  return fmt::format("{}: {}\n{}", target.name.empty() ? "a machine" : target.name,
                     joined({target.architecture, target.triple}), sheet.finish());
}

}  // namespace xaas
