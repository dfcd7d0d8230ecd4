// SPDX-License-Identifier: Apache-2.0
#include "xaas/elf/c_library.hpp"

#include <algorithm>
#include <span>

namespace xaas {
namespace {

bool begins_like_one_of(std::string_view soname, std::span<const std::string_view> prefixes) {
  return std::ranges::any_of(prefixes,
                             [&](std::string_view prefix) { return soname.starts_with(prefix); });
}

}  // namespace

bool is_c_library(std::string_view soname) {
  static constexpr std::string_view k_prefixes[] = {
      "ld-linux",  "libBrokenLocale.so.",   "libanl.so.",
      "libc.so.",  "libc_malloc_debug.so.", "libdl.so.",
      "libm.so.",  "libmvec.so.",           "libnsl.so.",
      "libnss_",   "libpthread.so.",        "libresolv.so.",
      "librt.so.", "libthread_db.so.",      "libutil.so."};
  return begins_like_one_of(soname, k_prefixes);
}

bool is_compiler_library(std::string_view soname) {
  static constexpr std::string_view k_prefixes[] = {
      "libasan.so.",   "libatomic.so.", "libc++.so.",   "libc++abi.so.",
      "libclang_rt.",  "libflang_rt.",  "libgcc_s.so.", "libgfortran.so.",
      "libgomp.so.",   "libiomp5.so",   "libomp.so",    "libquadmath.so.",
      "libstdc++.so.", "libtsan.so.",   "libubsan.so.", "libunwind.so."};
  return begins_like_one_of(soname, k_prefixes);
}

}  // namespace xaas
