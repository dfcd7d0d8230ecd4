// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// What is wrong with one value of a document.
struct FieldProblem {
  std::vector<std::string> steps;  // to the value, as line_of_value() takes them
  bool is_error = true;            // else: a field that nothing reads, likely misspelled
  std::string text;                // begins with the field's path, "`gpus[0].vendor` ..."
  std::string help;                // may be empty
};

/// Everything in which `document` differs from the schema of that name in targets/schema
/// ("xaas.site.schema"), in the document's order. A hundred problems are enough.
std::vector<FieldProblem> check_by_schema(const Json& document, std::string_view schema);

}  // namespace xaas
