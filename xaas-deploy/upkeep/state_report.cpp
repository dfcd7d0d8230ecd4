// SPDX-License-Identifier: Apache-2.0
#include "upkeep/state_report.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace xaas {

Json to_json(const DeploymentState& state) {
  Json changes = Json::array();
  for (const Change& change : state.changes) {
    changes.push_back({{"kind", name_of(change.kind)},
                       {"about", change.about},
                       {"text", change.text},
                       {"help", change.help},
                       {"mendable", change.is_mendable}});
  }
  return {{"state", name_of(state)}, {"changes", std::move(changes)}, {"notes", state.notes}};
}

}  // namespace xaas
