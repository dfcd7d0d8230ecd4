// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace xaas::testing {

/// Links `source`, C, into the library `file`.
inline void link_library(const std::filesystem::path& file, const std::string& soname,
                         const std::string& source, const std::vector<std::string>& more) {
  std::vector<std::string> argv{XAAS_CLANG, "-shared", "-nostdlib",   "-fuse-ld=lld",
                                "-w",       "-o",      file.string(), "-x",
                                "c",        "-",       "-x",          "none"};
  if (!soname.empty()) argv.push_back("-Wl,-soname," + soname);
  argv.insert(argv.end(), more.begin(), more.end());
  const auto made = run({.argv = argv, .input = source});
  EXPECT_TRUE(made && made->succeeded()) << (made ? made->errors : made.error().message());
}

/// The bytes of a shared library that is linked with others of the sonames `needed`; `more` are
/// options of clang.
inline std::string library(const std::string& soname, const std::string& source,
                           const std::vector<std::string>& needed = {},
                           std::vector<std::string> more = {}) {
  const auto folder = TemporaryFolder::make().value();
  more.emplace_back("-Wl,--no-as-needed");
  for (const std::string& name : needed) {
    const auto file = folder.path() / name;
    link_library(file, name, "", {});
    more.push_back(file.string());
  }
  const auto file = folder.path() / "library.so";
  link_library(file, soname, source, more);
  return read_file(file).value_or("");
}

/// Definitions of functions that do nothing.
inline std::string functions(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += "void " + name + "(void) {}\n";
  return text;
}

/// A function that returns a text, as a library does that tells its version.
inline std::string text_function(const std::string& name, const std::string& text) {
  return "const char* " + name + "(void) { return \"" + text + "\"; }\n";
}

}  // namespace xaas::testing
