// SPDX-License-Identifier: Apache-2.0

// Specialization files are checked against a list of features that does without LLVM: it must be
// what LLVM's own tables say.

#include "xaas/specializations/processor_features.hpp"

#include "processor_family.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

TEST(ProcessorFeatures, AreThoseOfLlvm) {
  EXPECT_THAT(x86_features(), ::testing::ElementsAreArray(x86_family().known_features()));
  EXPECT_THAT(aarch64_features(), ::testing::ElementsAreArray(aarch64_family().known_features()));
}

}  // namespace
}  // namespace xaas
