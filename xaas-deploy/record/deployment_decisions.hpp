// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/planning/choose_configuration.hpp"
#include "xaas/specializations/specialization.hpp"
#include "xaas/support/json.hpp"
#include "xaas/support/result.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace xaas {

/// Why a deployment is of its configuration and no other one, and what that needs of a machine.
struct ConfigurationDecision {
  Requirements requirements;
  std::string reason;                           // in words; empty: there was only one
  std::vector<RejectedConfiguration> rejected;  // in the image's order

  friend bool operator==(const ConfigurationDecision&, const ConfigurationDecision&) = default;
};

/// Units that were not simply lowered for the target, for one reason.
struct UnitExceptions {
  std::string reason;
  std::size_t count = 0;
  std::vector<std::string> sources;  // the first of them

  friend bool operator==(const UnitExceptions&, const UnitExceptions&) = default;
};

Json to_json(const ConfigurationDecision& decision);
Result<ConfigurationDecision> read_decision(const JsonReader& reader);

Json to_json(const UnitExceptions& exceptions);
Result<UnitExceptions> read_exceptions(const JsonReader& reader);

/// An object of strings; absent: empty.
Result<std::map<std::string, std::string>> read_text_map(const JsonReader& reader,
                                                         std::string_view key);

}  // namespace xaas
