// SPDX-License-Identifier: Apache-2.0
#include "xaas/elf/c_library.hpp"

#include <algorithm>

namespace xaas {

bool is_c_library(std::string_view soname) {
  static constexpr std::string_view k_prefixes[] = {
      "ld-linux",  "libBrokenLocale.so.",   "libanl.so.",
      "libc.so.",  "libc_malloc_debug.so.", "libdl.so.",
      "libm.so.",  "libmvec.so.",           "libnsl.so.",
      "libnss_",   "libpthread.so.",        "libresolv.so.",
      "librt.so.", "libthread_db.so.",      "libutil.so."};
  return std::ranges::any_of(k_prefixes,
                             [&](std::string_view prefix) { return soname.starts_with(prefix); });
}

}  // namespace xaas
