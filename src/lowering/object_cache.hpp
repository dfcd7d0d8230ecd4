// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/cache_entry.hpp"

#include <llvm/Support/Caching.h>

#include <string>

namespace xaas {

/// LLVM's cache of the units' machine code, kept in `folder` as cache entries: what is damaged is
/// compiled again, and what cannot be kept is used all the same.
llvm::FileCache make_object_cache(const std::string& folder, llvm::AddBufferFn add_buffer);

/// Of all object caches of this process, which runs one link.
CacheNotes object_cache_notes();

}  // namespace xaas
