// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <llvm/Support/Error.h>

#include <string_view>
#include <utility>

namespace xaas {

/// LLVM's errors say what does not hold in the file: "section table goes past the end of file".
inline Error damaged(llvm::Error error, std::string_view what, std::string_view code) {
  return fail(ErrorKind::corrupt, "damaged {}: {}", what, llvm::toString(std::move(error)))
      .with_code(std::string{code});
}

inline Error damaged_elf(std::string_view reason) {
  return fail(ErrorKind::corrupt, "damaged ELF file: {}", reason).with_code("elf.damaged");
}

template <class T>
Result<T> elf_result(llvm::Expected<T> value) {
  if (!value) return damaged(value.takeError(), "ELF file", "elf.damaged");
  return std::move(*value);
}

}  // namespace xaas
