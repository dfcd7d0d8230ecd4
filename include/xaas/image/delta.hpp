// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace xaas {

/// `content` as a difference from `base`: a zstd frame as `zstd --patch-from` makes it. The same
/// bytes each time, with one version of libzstd.
Result<std::string> make_delta(std::string_view base, std::string_view content);

/// The content again, which has `size` bytes. `corrupt` when the frame is damaged or would give
/// another number of bytes, before memory is taken for them. What comes out is to be verified by
/// its digest.
Result<std::string> apply_delta(std::string_view base, std::string_view delta, std::uint64_t size);

/// How many bytes the frame says that it gives; 0 when it does not say, or is none.
std::uint64_t stated_size(std::string_view frame);

}  // namespace xaas
