// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <gtest/gtest.h>

#include <string>

namespace xaas::testing {

/// The message of an error, for a failing assertion.
template <class T>
std::string why(const Result<T>& result) {
  return result ? "" : result.error().message();
}

}  // namespace xaas::testing

#define ASSERT_OK(result) ASSERT_TRUE((result).has_value()) << xaas::testing::why(result)
#define EXPECT_OK(result) EXPECT_TRUE((result).has_value()) << xaas::testing::why(result)
