// SPDX-License-Identifier: Apache-2.0
#include "fill_in.hpp"

namespace xaas {

XaasCheck to_check(const RunTimeCheck& check) {
  XaasCheck filled{.leaf = check.leaf,
                   .subleaf = check.subleaf,
                   .word = check.word,
                   .bit = check.bit,
                   .least = check.least,
                   .name = {}};
  put_text(filled.name, check.feature);
  return filled;
}

Status fill_in(std::string& compiled, std::string_view magic, std::string_view bytes) {
  const std::size_t at = compiled.find(magic);
  if (at == std::string::npos || compiled.find(magic, at + 1) != std::string::npos ||
      compiled.size() - at < bytes.size())
    return fail(ErrorKind::internal, "the compiled `{}` is not as expected", magic.data());
  compiled.replace(at, bytes.size(), bytes);
  return {};
}

}  // namespace xaas
