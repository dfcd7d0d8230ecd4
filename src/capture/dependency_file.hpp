// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "invocation.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// What a command line says about dependency files (-MD, -MF, -MT ...), as Clang understands it.
struct DependencyRequest {
  bool is_wanted = false;
  std::string file;    // as given, or Clang's default for this object
  std::string target;  // what stands before the colon of the rule
};
/// `object`: the name of the output as the command has it.
DependencyRequest dependency_request(const CompilerInvocation& invocation,
                                     const std::string& object);

/// The prerequisites of the first rule of a dependency file, as they are named in it.
std::vector<std::string> prerequisites_in(std::string_view text);

}  // namespace xaas
