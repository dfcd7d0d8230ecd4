// SPDX-License-Identifier: Apache-2.0
#include "upkeep/place.hpp"
#include "upkeep/refresh.hpp"
#include "upkeep/state_report.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/json.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace xaas {
namespace {

using Action = RefreshOutcome::Action;

std::string_view name_of(Action action) {
  switch (action) {
    case Action::none:
      return "none";
    case Action::would_remake:
      return "would be made again";
    case Action::remade:
      return "made again";
    case Action::refused:
      return "refused";
  }
  return "refused";
}

std::string print_paths(std::string_view what, const std::vector<std::string>& paths) {
  return paths.empty() ? "" : fmt::format("  {}: `{}`\n", what, fmt::join(paths, "`, `"));
}

std::string print_refusal(const Error& error) {
  std::string text = fmt::format("  refused: {}", error.message());
  if (!error.code().empty()) text += fmt::format(" [{}]", error.code());
  text += "\n";
  for (const std::string& context : error.context()) text += fmt::format("  while {}\n", context);
  if (!error.help().empty()) text += fmt::format("  help: {}\n", error.help());
  return text;
}

std::string print_outcome(const RefreshOutcome& outcome) {
  const std::string place = outcome.place.string();
  // Of a place that nobody could look at nothing but the refusal is known.
  const bool is_seen = !outcome.application.empty() || !outcome.before.is_ok();
  std::string text =
      is_seen ? fmt::format("{}: {}\n", place, describe(outcome.before)) : place + ":\n";
  if (outcome.action == Action::would_remake) text += "  would be made again\n";
  if (outcome.action == Action::remade) {
    text += fmt::format("  made again in {}; the old one is `{}`\n", human_seconds(outcome.seconds),
                        previous_of(outcome.place).string());
    text += print_paths("copied from the old one", outcome.carried.kept);
    text += print_paths("another file in the old one, and not copied", outcome.carried.left);
  }
  if (outcome.refusal) text += print_refusal(*outcome.refusal);
  return text;
}

Json to_json(const RefreshOutcome& outcome) {
  Json json = {{"place", outcome.place.string()},
               {"application", outcome.application},
               {"before", to_json(outcome.before)},
               {"action", name_of(outcome.action)},
               {"seconds", outcome.seconds}};
  if (outcome.action == Action::remade) {
    json["previous"] = previous_of(outcome.place).string();
    json["copied"] = outcome.carried.kept;
    json["not_copied"] = outcome.carried.left;
  }
  if (outcome.refusal) {
    json["refusal"] = {{"code", outcome.refusal->code()},
                       {"text", outcome.refusal->message()},
                       {"help", outcome.refusal->help()}};
  }
  return json;
}

}  // namespace

std::string print_outcomes(const std::vector<RefreshOutcome>& outcomes) {
  std::string text;
  for (const RefreshOutcome& outcome : outcomes) text += print_outcome(outcome);
  text += counted(outcomes.size(), "deployment");
  for (const Action action :
       {Action::none, Action::would_remake, Action::remade, Action::refused}) {
    const auto count = std::ranges::count(outcomes, action, &RefreshOutcome::action);
    if (count == 0) continue;
    text += fmt::format(", {} {}", count, action == Action::none ? "ok" : name_of(action));
  }
  return text + "\n";
}

std::string print_outcomes_json(const std::vector<RefreshOutcome>& outcomes) {
  Json list = Json::array();
  for (const RefreshOutcome& outcome : outcomes) list.push_back(to_json(outcome));
  return print_json({{"schema", "xaas.refresh/1"}, {"deployments", std::move(list)}});
}

}  // namespace xaas
