// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "code_regions.hpp"

#include "xaas/verify/verify.hpp"

#include <memory>
#include <string_view>

namespace xaas {

/// Counts the instructions of one architecture into a census.
class InstructionCounter {
 public:
  InstructionCounter() = default;
  InstructionCounter(const InstructionCounter&) = delete;
  InstructionCounter(InstructionCounter&&) = delete;
  InstructionCounter& operator=(const InstructionCounter&) = delete;
  InstructionCounter& operator=(InstructionCounter&&) = delete;
  virtual ~InstructionCounter() = default;

  virtual void count(const CodeRegion& region, Census& census) = 0;
};

Result<std::unique_ptr<InstructionCounter>> make_x86_counter();
std::unique_ptr<InstructionCounter> make_aarch64_counter();

}  // namespace xaas
