// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "unit_table.hpp"

#include "xaas/ir/manifest.hpp"
#include "xaas/support/result.hpp"

#include <string_view>

namespace xaas {

/// Fills in which symbols a link takes from each of its shared libraries, whose contents are in
/// `blobs`: by the dynamic symbols of the file that it made. The C library and those of compilers
/// get no list, they are never exchanged; nor does any library where the file has lost its tables.
Status find_library_uses(std::string_view output, const BlobFolder& blobs, Link& link);

}  // namespace xaas
