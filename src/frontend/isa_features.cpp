// SPDX-License-Identifier: Apache-2.0
#include "isa_features.hpp"

#include <llvm/ADT/StringRef.h>
#include <llvm/TargetParser/AArch64TargetParser.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace xaas {
namespace {

// LLVM's own table of what clang can put into "target-features" on x86.
constexpr std::array k_x86_features = {
#define X86_FEATURE(ENUM, STR) std::string_view(STR),
#include <llvm/TargetParser/X86TargetParser.def>
};

// "These features aren't really CPU features, but the frontend can set them" says the table of its
// last entries; vzeroupper is a choice of code generation too.
bool is_code_generation_choice(std::string_view name) {
  return name.starts_with("retpoline-") || name.starts_with("lvi-") || name == "vzeroupper";
}

// "v8a", "v8.2a", "v9a", "v8r"
bool is_arm_version(std::string_view name) {
  return name.size() > 2 && name[0] == 'v' && std::isdigit(static_cast<unsigned char>(name[1]));
}

bool is_arm_extension(std::string_view name) {
  return std::ranges::any_of(llvm::AArch64::Extensions, [&](const auto& extension) {
    const std::string_view entry = extension.PosTargetFeature;
    return entry.size() > 1 && entry.substr(1) == name;
  });
}

}  // namespace

bool is_isa_feature(std::string_view name) {
  if (is_code_generation_choice(name)) return false;
  return std::ranges::find(k_x86_features, name) != k_x86_features.end() || is_arm_version(name) ||
         is_arm_extension(name);
}

bool is_implicit_feature(std::string_view name) {
  return name == "64bit" || is_arm_version(name);
}

}  // namespace xaas
