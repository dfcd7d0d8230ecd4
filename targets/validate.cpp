// SPDX-License-Identifier: Apache-2.0
#include "xaas/targets/validate.hpp"

#include "cpu_checks.hpp"
#include "processor_family.hpp"
#include "schema_check.hpp"

#include "xaas/support/error.hpp"
#include "xaas/support/json.hpp"
#include "xaas/targets/site_profile.hpp"
#include "xaas/targets/target.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace xaas {
namespace {

using Problems = std::vector<DocumentProblem>;

/// Whether the document is of another kind or of a later version: then its fields say nothing.
bool is_about_schema(const Error& error) {
  return error.code() == "target.newer-schema" || error.code() == "target.not-a-target" ||
         error.code() == "site.newer-schema";
}

/// Why a reader refuses the text.
std::optional<Error> refusal(std::string_view text, bool is_site) {
  if (is_site) {
    auto profile = parse_site_profile(text);
    return profile ? std::nullopt : std::optional(std::move(profile.error()));
  }
  auto target = parse_target(text);
  return target ? std::nullopt : std::optional(std::move(target.error()));
}

DocumentProblem problem_of(const Error& error, std::size_t line) {
  return {.line = line, .is_error = true, .text = error.message(), .help = error.help()};
}

/// The element of `cpu.features` that is this feature.
std::string index_of(const Json& document, const std::string& feature) {
  const Json& features = document["cpu"]["features"];
  return std::to_string(std::ranges::find(features, Json(feature)) - features.begin());
}

/// A level follows from the features, whatever a file says.
void check_level(const Json& document, const Target& target, std::string_view text,
                 Problems& problems) {
  const auto claimed = document["cpu"].value("level", std::string());
  const auto reached = level_of(target.architecture, target.cpu.features);
  if (claimed.empty() || claimed == reached) return;
  problems.push_back({.line = line_of_value(text, {"cpu", "level"}),
                      .is_error = false,
                      .text = fmt::format("`cpu.level` is `{}`, and `cpu.features` reach `{}`",
                                          claimed, reached.empty() ? "none" : reached),
                      .help = "the features count"});
}

/// What the schema does not say, of a document that fits it.
void check_processor(const Json& document, std::string_view text, Problems& problems) {
  Target target;
  target.architecture = document["architecture"].get<std::string>();
  const auto* family = family_of(target.architecture);
  if (family == nullptr) {
    problems.push_back(
        {.line = line_of_value(text, {"architecture"}),
         .is_error = false,
         .text = fmt::format("processors of `{}` are not in our tables", target.architecture),
         .help = "their name and features are taken as they are"});
    return;
  }
  target.cpu.name = document["cpu"]["name"].get<std::string>();
  target.cpu.features = document["cpu"]["features"].get<FeatureSet>();
  for (const auto& [feature, error] : problems_of(*family, target.cpu)) {
    const auto line = feature.empty()
                          ? line_of_value(text, {"cpu", "name"})
                          : line_of_value(text, {"cpu", "features", index_of(document, feature)});
    problems.push_back(problem_of(error, line));
  }
  check_level(document, target, text, problems);
}

bool has_error(const Problems& problems) {
  return std::ranges::any_of(problems, &DocumentProblem::is_error);
}

}  // namespace

std::vector<DocumentProblem> validate_document(std::string_view text) {
  const auto document = parse_json(text);
  if (!document) return {problem_of(document.error(), 0)};
  const bool is_site = document->is_object() && document->contains("schema") &&
                       (*document)["schema"].is_string() &&
                       (*document)["schema"].get_ref<const std::string&>().starts_with("xaas.site");
  const auto refused = refusal(text, is_site);
  if (refused && is_about_schema(*refused))
    return {problem_of(*refused, line_of_value(text, {"schema"}))};
  Problems problems;
  for (auto& [steps, is_error, what, help] :
       check_by_schema(*document, is_site ? "xaas.site.schema" : "xaas.target.schema")) {
    problems.push_back({.line = line_of_value(text, steps),
                        .is_error = is_error,
                        .text = std::move(what),
                        .help = std::move(help)});
  }
  if (!is_site && !has_error(problems)) check_processor(*document, text, problems);
  if (refused && !has_error(problems)) problems.push_back(problem_of(*refused, 0));
  std::ranges::sort(problems, {}, [](const DocumentProblem& problem) {
    return std::tie(problem.line, problem.text);
  });
  return problems;
}

}  // namespace xaas
