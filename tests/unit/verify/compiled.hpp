// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace xaas::testing {

/// What clang makes of `source` with `options`; a shared library unless they have `-pie`.
inline std::string compiled(const std::string& source, const std::vector<std::string>& options,
                            const std::string& language = "c") {
  const auto folder = TemporaryFolder::make().value();
  const auto output = (folder.path() / "output").string();
  std::vector<std::string> argv = {XAAS_CLANG, "-O2", "-fPIC", "-nostdlib", "-fuse-ld=lld"};
  if (std::ranges::find(options, "-pie") == options.end()) argv.emplace_back("-shared");
  argv.insert(argv.end(), options.begin(), options.end());
  argv.insert(argv.end(), {"-x", language, "-", "-o", output});
  const auto outcome = run({.argv = argv, .input = source}).value();
  EXPECT_TRUE(outcome.succeeded()) << outcome.errors;
  return read_file(output).value_or("");
}

}  // namespace xaas::testing
