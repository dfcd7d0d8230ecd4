// SPDX-License-Identifier: Apache-2.0
#include "riscv_processor.hpp"

#include "kernel_files.hpp"

#include <llvm/ADT/StringRef.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/RISCVTargetParser.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>

namespace xaas {
namespace {

/// One of the numbers that the machine-mode registers of those names hold, "0x710".
std::uint64_t register_value(std::string_view cpuinfo, std::string_view name) {
  auto text = value_of(cpuinfo, name).value_or(std::string_view());
  if (!text.starts_with("0x")) return 0;
  text.remove_prefix(2);
  constexpr int k_hexadecimal = 16;
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, k_hexadecimal);
  return number;
}

bool begins_long_name(char letter) {
  return letter == 's' || letter == 'x' || letter == 'z';
}

}  // namespace

std::string riscv_cpu_name(std::string_view cpuinfo) {
  const llvm::StringRef text(cpuinfo.data(), cpuinfo.size());
  const auto by_design = llvm::sys::detail::getHostCPUNameForRISCV(text);
  if (!by_design.empty()) return by_design.str();
  const llvm::RISCV::CPUModel model{
      .MVendorID = static_cast<std::uint32_t>(register_value(cpuinfo, "mvendorid")),
      .MArchID = register_value(cpuinfo, "marchid"),
      .MImpID = register_value(cpuinfo, "mimpid")};
  return model.isValid() ? llvm::RISCV::getCPUNameFromCPUModel(model).str() : std::string();
}

// One letter each up to the first name of several letters; those end at the next '_' ("Naming
// conventions" of the RISC-V ISA manual).
FeatureSet riscv_extensions(std::string_view isa) {
  constexpr std::string_view k_base = "rv64";
  if (!isa.starts_with(k_base)) return {};
  isa.remove_prefix(k_base.size());
  FeatureSet extensions;
  while (!isa.empty()) {
    const auto end = std::min(isa.find('_'), isa.size());
    auto names = isa.substr(0, end);
    isa.remove_prefix(std::min(end + 1, isa.size()));
    for (; !names.empty() && !begins_long_name(names.front()); names.remove_prefix(1))
      extensions.emplace(names.substr(0, 1));
    if (!names.empty()) extensions.emplace(names);
  }
  if (extensions.erase("g") > 0) extensions.insert({"i", "m", "a", "f", "d"});
  return extensions;
}

FeatureSet riscv_features_shown(const FeatureSet& extensions, std::string_view cpu_name) {
  const ProcessorFamily& family = riscv_family();
  FeatureSet features;
  std::ranges::set_intersection(extensions, family.known_features(),
                                std::inserter(features, features.end()));
  // These were instructions of the base before they got names, and Linux runs nowhere without.
  features.insert({"i", "zicntr", "zicsr", "zifencei", "zihpm"});
  // No kernel shows how long the vectors are.
  if (features.contains("v")) {
    for (const auto& feature : family.features_of(cpu_name).value_or(FeatureSet{}))
      if (feature.starts_with("zvl")) features.insert(feature);
  }
  return family.with_implied(features);
}

}  // namespace xaas
