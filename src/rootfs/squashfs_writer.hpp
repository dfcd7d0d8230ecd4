// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "file.hpp"

#include "xaas/oci/layer.hpp"
#include "xaas/support/result.hpp"

#include <cstdint>

namespace xaas {

/// write_squashfs into an open file, from `offset` on.
Result<std::uint64_t> write_squashfs_at(const LayerContent& content, const File& file,
                                        std::uint64_t offset, unsigned threads);

}  // namespace xaas
