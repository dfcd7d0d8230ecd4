// SPDX-License-Identifier: Apache-2.0
#include "gpu_tools.hpp"

#include "gpu_models.hpp"
#include "kernel_files.hpp"

#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <utility>

// Formats: NVIDIA, `nvidia-smi --help-query-gpu`; ROCm/rocminfo, rocminfo.cc; Intel XPU-SMI User
// Guide, "Discover the devices in this machine"; DPC++, sycl-ls.

namespace xaas {
namespace {

constexpr std::uint64_t k_mebibyte = std::uint64_t{1} << 20U;
/// More than any machine has: what tells of more is garbage.
constexpr std::size_t k_most_gpus = 1024;

struct GpuTool {
  std::string_view vendor;
  std::vector<std::string> command;
  std::vector<Gpu> (*read)(std::string_view answer);
};

std::span<const GpuTool> gpu_tools() {
  static const std::vector<GpuTool> tools{
      {.vendor = "nvidia",
       .command = {"nvidia-smi", "--query-gpu=name,compute_cap,memory.total,driver_version",
                   "--format=csv,noheader,nounits"},
       .read = gpus_of_nvidia_smi},
      {.vendor = "amd", .command = {"rocminfo"}, .read = gpus_of_rocminfo},
      {.vendor = "amd", .command = {"/opt/rocm/bin/rocminfo"}, .read = gpus_of_rocminfo},
      {.vendor = "intel",
       .command = {"xpu-smi", "discovery", "--dump", "2,16"},
       .read = gpus_of_xpu_smi},
      {.vendor = "intel", .command = {"sycl-ls"}, .read = gpus_of_sycl_ls},
  };
  return tools;
}

/// Fields of a line of comma-separated values; of quotes, those around a whole field.
std::vector<std::string_view> split_row(std::string_view row) {
  std::vector<std::string_view> fields;
  while (true) {
    const auto comma = std::min(row.find(','), row.size());
    auto field = trimmed(row.substr(0, comma));
    if (field.size() >= 2 && field.front() == '"' && field.back() == '"')
      field = field.substr(1, field.size() - 2);
    fields.push_back(field);
    if (comma == row.size()) return fields;
    row.remove_prefix(comma + 1);
  }
}

/// What follows `key`, which the line begins with; empty for another line.
std::string_view value_behind(std::string_view line, std::string_view key) {
  return line.starts_with(key) ? trimmed(line.substr(key.size())) : std::string_view();
}

/// "Intel(R) Data Center GPU Max 1550 12.60.7" -> without the version.
std::string_view without_version(std::string_view name) {
  const auto space = name.rfind(' ');
  if (space == name.npos) return name;
  const auto last = name.substr(space + 1);
  const bool is_version = last.contains('.') && last.find_first_not_of("0123456789.") == last.npos;
  return is_version ? trimmed(name.substr(0, space)) : name;
}

}  // namespace

std::vector<Gpu> gpus_of_nvidia_smi(std::string_view answer) {
  std::vector<Gpu> gpus;
  while (!answer.empty()) {
    const std::string_view line = take_line(answer);
    const auto fields = split_row(line);
    if (fields.size() != 4 || fields[0].empty()) continue;
    gpus.push_back({.vendor = "nvidia",
                    .name = std::string(fields[0]),
                    .architecture = gpu_architecture_of_capability(fields[1]),
                    .memory = parse_number(fields[2]).value_or(0) * k_mebibyte,
                    .driver = fields[3].empty() ? "" : fmt::format("nvidia {}", fields[3])});
  }
  return gpus;
}

// Agents are processors and GPUs; each has its own fields two columns to the right, and its memory
// pools below.
std::vector<Gpu> gpus_of_rocminfo(std::string_view answer) {
  static constexpr std::uint64_t k_kibibyte = 1024;
  std::vector<Gpu> gpus;
  Gpu agent;
  bool is_gpu = false;
  const auto end_agent = [&] {
    if (is_gpu && agent.architecture.starts_with("gfx")) gpus.push_back(agent);
    agent = {.vendor = "amd"};
    is_gpu = false;
  };
  while (!answer.empty()) {
    const std::string_view line = take_line(answer);
    if (line.starts_with("Agent ")) end_agent();
    if (const auto name = value_behind(line, "  Name:"); !name.empty()) agent.architecture = name;
    if (const auto name = value_behind(line, "  Marketing Name:"); !name.empty()) agent.name = name;
    if (value_behind(line, "  Device Type:") == "GPU") is_gpu = true;
    // Of a GPU's pools the largest is its memory; others are what groups of threads share.
    auto size = value_behind(line, "      Size:");
    agent.memory = std::max(agent.memory, take_number(size).value_or(0) * k_kibibyte);
  }
  end_agent();
  return gpus;
}

std::vector<Gpu> gpus_of_xpu_smi(std::string_view answer) {
  std::vector<Gpu> gpus;
  while (!answer.empty()) {
    const std::string_view line = take_line(answer);
    auto fields = split_row(line);
    if (fields.size() != 2 || fields[0].empty() || fields[0] == "Device Name") continue;
    gpus.push_back({.vendor = "intel",
                    .name = std::string(fields[0]),
                    .memory = take_number(fields[1]).value_or(0) * k_mebibyte});
  }
  return gpus;
}

// "[level_zero:gpu][level_zero:0] PLATFORM, NAME VERSION [DRIVER]"; the same devices are listed for
// OpenCL, too.
std::vector<Gpu> gpus_of_sycl_ls(std::string_view answer) {
  std::vector<Gpu> gpus;
  while (!answer.empty()) {
    std::string_view line = take_line(answer);
    if (!line.starts_with('[') || !line.contains("level_zero:gpu")) continue;
    const auto comma = line.find(", ");
    if (comma == line.npos) continue;
    line.remove_prefix(comma + 2);
    const auto name = without_version(trimmed(line.substr(0, line.find(" ["))));
    gpus.push_back({.vendor = "intel", .name = std::string(name)});
  }
  return gpus;
}

GpuToolAnswer ask_gpu_tool(const HostProbe& probe, std::string_view vendor) {
  for (const GpuTool& tool : gpu_tools()) {
    if (tool.vendor != vendor) continue;
    const auto answer = probe.ask(tool.command);
    if (!answer && answer.error().kind() == ErrorKind::not_found) continue;
    GpuToolAnswer told{.tool = std::filesystem::path(tool.command.front()).filename().string()};
    if (!answer) {
      told.problem = fmt::format("{}: {}", told.tool, answer.error().message());
      return told;
    }
    told.gpus = tool.read(*answer);
    if (told.gpus.empty() || told.gpus.size() > k_most_gpus) {
      told.problem = fmt::format("{} tells of {}, and the kernel of some", told.tool,
                                 told.gpus.empty() ? "no GPU" : "more GPUs than any machine has");
      told.gpus.clear();
    }
    return told;
  }
  return {};
}

}  // namespace xaas
