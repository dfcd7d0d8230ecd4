// SPDX-License-Identifier: Apache-2.0
#include "xaas/elf/c_library.hpp"

#include <gtest/gtest.h>

namespace xaas {
namespace {

TEST(IsCLibrary, KnowsTheFilesThatOnlyWorkTogether) {
  EXPECT_TRUE(is_c_library("libc.so.6"));
  EXPECT_TRUE(is_c_library("ld-linux-x86-64.so.2"));
  EXPECT_TRUE(is_c_library("libm.so.6"));
  EXPECT_FALSE(is_c_library("libmagic.so.1"));
  EXPECT_FALSE(is_c_library("libcurl.so.4"));
  EXPECT_FALSE(is_c_library("libstdc++.so.6"));
}

TEST(IsCompilerLibrary, KnowsThoseOfLanguagesAndOpenMp) {
  EXPECT_TRUE(is_compiler_library("libstdc++.so.6"));
  EXPECT_TRUE(is_compiler_library("libgcc_s.so.1"));
  EXPECT_TRUE(is_compiler_library("libomp.so.5"));
  EXPECT_FALSE(is_compiler_library("libomptarget-extra.so"));
  EXPECT_FALSE(is_compiler_library("libopenblas.so.0"));
  EXPECT_FALSE(is_compiler_library("libc.so.6"));
}

}  // namespace
}  // namespace xaas
