// SPDX-License-Identifier: Apache-2.0

// Who wrote a bitcode file is asked before LLVM parses it.

#include "bitcode_file.hpp"
#include "property.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace xaas;
  const auto status = check_producer(fuzzing::text_of(bytes, size));
  if (!status) fuzzing::expect_clear(status.error());
  return 0;
}
