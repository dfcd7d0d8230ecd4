// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/json.hpp"

#include <string>
#include <vector>

namespace xaas {

/// What `check` or `doctor` found in one respect.
struct Finding {
  enum class Kind { ok, note, problem } kind = Kind::ok;
  std::string about;  // "processor", "libraries": one word, for programs
  std::string text;   // what was seen, and the rule where it does not hold
  std::string help;   // the next step; empty where there is none to take

  friend bool operator==(const Finding&, const Finding&) = default;
};

bool has_problems(const std::vector<Finding>& findings);

/// "problem: libraries: `bin/p` needs ..." and "  help: ..." on a line of its own. A line break in
/// a help stays, and what follows is indented.
std::string print_findings(const std::vector<Finding>& findings);

/// An array of {"kind", "about", "text", "help"}.
Json to_json(const std::vector<Finding>& findings);

}  // namespace xaas
