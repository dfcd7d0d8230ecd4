// SPDX-License-Identifier: Apache-2.0
#include "check/findings.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>

namespace xaas {
namespace {

std::string_view name_of(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::ok:
      return "ok";
    case Finding::Kind::note:
      return "note";
    case Finding::Kind::problem:
      return "problem";
  }
  return "problem";
}

std::string indented(std::string_view text) {
  std::string lines;
  for (const char c : text) {
    lines += c;
    if (c == '\n') lines += "    ";
  }
  return lines;
}

}  // namespace

bool has_problems(const std::vector<Finding>& findings) {
  return std::ranges::find(findings, Finding::Kind::problem, &Finding::kind) != findings.end();
}

std::string print_findings(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += fmt::format("{}: {}: {}\n", name_of(finding.kind), finding.about, finding.text);
    if (!finding.help.empty()) text += fmt::format("  help: {}\n", indented(finding.help));
  }
  return text;
}

Json to_json(const std::vector<Finding>& findings) {
  Json json = Json::array();
  for (const Finding& finding : findings) {
    json.push_back({{"kind", name_of(finding.kind)},
                    {"about", finding.about},
                    {"text", finding.text},
                    {"help", finding.help}});
  }
  return json;
}

}  // namespace xaas
