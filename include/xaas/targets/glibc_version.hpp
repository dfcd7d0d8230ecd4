// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace xaas {

/// "2.36" from a libc.so.6 of that architecture, in OCI's words; empty when `bytes` is anything
/// else. Read, not run: it may be another machine's. Its own words count, for a release need not
/// add a version to the symbols: 2.31's newest are `GLIBC_2.30`.
std::string glibc_version_of(std::string_view bytes, std::string_view architecture);

}  // namespace xaas
