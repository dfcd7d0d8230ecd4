// SPDX-License-Identifier: Apache-2.0

// The description of a machine from what it says about itself. Two witnesses are heard on a
// processor, itself (cpuid) and the kernel (/proc/cpuinfo). Where they differ the feature is taken
// as absent - a hypervisor or a boot option hides things from either - and the difference is noted.

#include "container_runtimes.hpp"
#include "describe_libraries.hpp"
#include "gpus.hpp"
#include "host_probe.hpp"
#include "kernel_flags.hpp"
#include "libc_version.hpp"
#include "network_devices.hpp"
#include "operating_system.hpp"
#include "power_processor.hpp"
#include "processor_family.hpp"
#include "riscv_processor.hpp"
#include "scheduler.hpp"
#include "topology.hpp"
#include "vector_width.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace xaas {
namespace {

constexpr const char* k_cpuinfo = "/proc/cpuinfo";

void hear_kernel_on_x86(const FeatureSet& kernel_flags, Target& target) {
  for (const auto& entry : x86_kernel_flags()) {
    const std::string feature(entry.feature);
    const bool shown = kernel_shows(entry, kernel_flags);
    if (shown == target.cpu.features.contains(feature)) continue;
    target.probe_errors.push_back(
        shown ? fmt::format("`{}` is in {} but cpuid does not report it usable: taken as absent",
                            feature, k_cpuinfo)
              : fmt::format("cpuid reports `{}` but {} does not list `{}`: taken as absent",
                            feature, k_cpuinfo, entry.flags.front()));
    target.cpu.features.erase(feature);
  }
}

FeatureSet x86_features_by_cpuid(const HostProbe& probe, const ProcessorFamily& family,
                                 Target& target) {
  auto features = family.features_of(family.levels().front().name).value_or(FeatureSet{});
  const auto reported = probe.cpu_features();
  if (reported.empty()) {
    target.probe_errors.emplace_back(
        "cpuid gave nothing: only the architecture's first level is "
        "assumed");
  }
  for (const auto& [feature, present] : reported)
    if (present && family.known_features().contains(feature)) features.insert(feature);
  return features;
}

void detect_x86_features(const HostProbe& probe, const ProcessorFamily& family,
                         const KernelProcessor& kernel, Target& target) {
  if (!probe.is_live()) {
    target.cpu.features = x86_features_shown(kernel.flags);
    target.origins["cpu.features"] = k_cpuinfo;
    return;
  }
  target.cpu.features = x86_features_by_cpuid(probe, family, target);
  target.origins["cpu.features"] = "cpuid";
  if (!kernel.flags.empty()) {
    target.origins["cpu.features"] = "cpuid, /proc/cpuinfo";
    hear_kernel_on_x86(kernel.flags, target);
  }
  for (const auto& feature : drop_incomplete(family, target.cpu.features)) {
    target.probe_errors.push_back(
        fmt::format("`{}` is reported without a feature that it needs: taken as absent", feature));
  }
}

// Of a processor without a name we assume every version, and what of it has no kernel flag; the
// flags then take away what is not there.
FeatureSet versions_of(const ProcessorFamily& family) {
  FeatureSet features;
  for (const auto& level : family.levels()) {
    const auto all = family.features_of(level.name).value_or(FeatureSet{});
    std::ranges::set_difference(all, level.features, std::inserter(features, features.end()));
  }
  return features;
}

// Extensions without a kernel flag (profiling, tracing: nothing a compiler emits) are believed
// because of the name; all others only because the kernel shows them. A version ("v9a") goes with
// the first extension it demands.
void detect_aarch64_features(const ProcessorFamily& family, const KernelProcessor& kernel,
                             Target& target) {
  const auto by_name = family.features_of(target.cpu.name);
  target.origins["cpu.features"] = by_name ? "/proc/cpuinfo, llvm" : "/proc/cpuinfo";
  if (kernel.flags.empty()) {  // all that is certain; the missing flags are noted already
    target.cpu.features = family.features_of(family.levels().front().name).value_or(FeatureSet{});
    target.origins["cpu.features"] = "llvm";
    return;
  }
  auto features = by_name.value_or(versions_of(family));
  for (const auto& entry : aarch64_kernel_flags()) {
    if (kernel_shows(entry, kernel.flags)) {
      features.insert(std::string(entry.feature));
    } else {
      features.erase(std::string(entry.feature));
    }
  }
  drop_incomplete(family, features);
  target.cpu.features = std::move(features);
  if (by_name) return;
  const auto* level = reached_level(family, target.cpu.features);
  const auto brought =
      level == nullptr ? FeatureSet{} : family.features_of(level->name).value_or(FeatureSet{});
  std::erase_if(target.cpu.features,
                [&, assumed = versions_of(family)](const std::string& feature) {
                  return assumed.contains(feature) && !brought.contains(feature);
                });
}

KernelProcessor read_kernel_processor(const HostProbe& probe, Target& target) {
  const auto text = probe.read(k_cpuinfo);
  if (!text) {
    target.probe_errors.push_back(fmt::format("{}: {}", k_cpuinfo, text.error().message()));
    return {};
  }
  auto kernel = parse_cpuinfo(*text);
  if (kernel.flags.empty() && target.architecture != "ppc64le") {  // POWER's never does
    target.probe_errors.push_back(
        fmt::format("{} names no processor features: not used as a cross-check", k_cpuinfo));
  }
  return kernel;
}

void choose_names(const HostProbe& probe, const ProcessorFamily& family, Target& target) {
  const auto name = probe.cpu_name();
  const bool is_known = name != "generic" && family.features_of(name).has_value();
  target.cpu.name = is_known ? name : "";
  target.cpu.tune = is_known ? family.code_generation_name(name) : "generic";
  target.origins["cpu.name"] = is_known ? "llvm" : "cpu.level";
}

void detect_riscv_features(const KernelProcessor& kernel, Target& target) {
  target.cpu.features = riscv_features_shown(kernel.flags, target.cpu.name);
  target.origins["cpu.features"] = kernel.flags.empty() ? "llvm" : k_cpuinfo;
}

void detect_power_features(const HostProbe& probe, Target& target) {
  auto power = power_features(probe, target.cpu.name);
  target.cpu.features = std::move(power.features);
  target.origins["cpu.features"] = std::move(power.origin);
}

void detect_features(const HostProbe& probe, const ProcessorFamily& family,
                     const KernelProcessor& kernel, Target& target) {
  if (&family == &x86_family()) detect_x86_features(probe, family, kernel, target);
  if (&family == &aarch64_family()) detect_aarch64_features(family, kernel, target);
  if (&family == &riscv_family()) detect_riscv_features(kernel, target);
  if (&family == &power_family()) detect_power_features(probe, target);
}

/// AArch64's kernel tells no name for people.
void choose_model(const KernelProcessor& kernel, Target& target) {
  auto& cpu = target.cpu;
  cpu.model = kernel.model_name;
  if (!cpu.model.empty()) {
    target.origins["cpu.model"] = k_cpuinfo;
  } else if (target.architecture == "arm64") {
    cpu.model = aarch64_model_name(cpu.name);
    if (!cpu.model.empty()) target.origins["cpu.model"] = "llvm";
  }
}

void detect_cpu(const HostProbe& probe, const ProcessorFamily& family, Target& target) {
  const auto kernel = read_kernel_processor(probe, target);
  choose_names(probe, family, target);
  detect_features(probe, family, kernel, target);
  auto& cpu = target.cpu;
  cpu.level = level_of(family.architecture, cpu.features);
  cpu.missing_for_next_level = missing_for_level_after(family, cpu.level, cpu.features);
  target.origins["cpu.level"] = "cpu.features";
  if (cpu.name.empty()) {
    cpu.name =
        family.code_generation_name(cpu.level.empty() ? family.levels().front().name : cpu.level);
  }
  cpu.vendor = kernel.vendor.empty() ? family.vendor_of(cpu.name) : kernel.vendor;
  if (!cpu.vendor.empty())
    target.origins["cpu.vendor"] = kernel.vendor.empty() ? "llvm" : k_cpuinfo;
  choose_model(kernel, target);
}

void describe_gpus(const HostProbe& probe, Target& target) {
  auto gpus = find_gpus(probe);
  target.gpus = std::move(gpus.gpus);
  if (target.gpus) target.origins["gpus"] = std::move(gpus.origin);
  std::ranges::move(gpus.problems, std::back_inserter(target.probe_errors));
}

void describe_network_devices(const HostProbe& probe, Target& target) {
  auto network = find_network_devices(probe);
  target.interconnect.devices = std::move(network.devices);
  if (target.interconnect.devices)
    target.origins["interconnect.devices"] = std::move(network.origin);
  std::ranges::move(network.problems, std::back_inserter(target.probe_errors));
}

void describe_container_runtimes(const HostProbe& probe, Target& target) {
  target.runtimes = find_container_runtimes(probe);
  if (target.runtimes) target.origins["runtimes"] = "PATH";
}

}  // namespace

Target detect_processor(const HostProbe& probe) {
  Target target;
  target.name = "host";
  target.architecture = probe.architecture();
  target.origins["architecture"] = probe.is_live() ? "process" : k_cpuinfo;
  const auto* family = family_of(target.architecture);
  if (family == nullptr) {
    target.triple = target.architecture + "-unknown-linux-gnu";
    target.probe_errors.push_back(
        fmt::format("processors of `{}` are not in our tables", target.architecture));
    return target;
  }
  target.triple = family->triple;
  detect_cpu(probe, *family, target);
  auto libc = find_libc(probe, target.architecture);
  if (libc.looked) target.libc_name = libc.version.empty() ? "none" : "glibc";
  target.libc_version = std::move(libc.version);
  if (libc.problem.empty()) {
    target.origins["libc.version"] = libc.path;
  } else {
    target.probe_errors.push_back(std::move(libc.problem));
  }
  return target;
}

Target detect_target(const HostProbe& probe) {
  Target target = detect_processor(probe);
  describe_topology(probe, target);
  describe_vector_width(probe, target);
  describe_system(probe, target);
  describe_gpus(probe, target);
  describe_libraries(probe, target);
  describe_network_devices(probe, target);
  describe_container_runtimes(probe, target);
  describe_scheduler(probe, target);
  return target;
}

}  // namespace xaas
