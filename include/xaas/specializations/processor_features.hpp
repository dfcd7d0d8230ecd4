// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace xaas {

/// Features of x86-64 and of AArch64 processors that a program can be compiled for, as LLVM calls
/// them; sorted. The component that describes machines has the same from LLVM itself, which this
/// one does without; a test there holds both together.
std::span<const std::string_view> x86_features();
std::span<const std::string_view> aarch64_features();

}  // namespace xaas
