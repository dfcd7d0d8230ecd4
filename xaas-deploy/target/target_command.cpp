// SPDX-License-Identifier: Apache-2.0
#include "target/target_command.hpp"

#include "table.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/json.hpp"
#include "xaas/targets/target_library.hpp"
#include "xaas/targets/validate.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace xaas {
namespace {

/// The description, or why it is none.
Result<Target> read_description(const KnownTarget& known) {
  XAAS_TRY(const auto text, read_known_target(known));
  return parse_target(text);
}

std::string where_it_is(const KnownTarget& known) {
  std::string text(name_of(known.where));
  for (const TargetPlace place : known.hides) {
    text += fmt::format("{} the {} one", place == known.hides.front() ? ", hides" : " and",
                        name_of(place));
  }
  return text;
}

TableRow row_of(const KnownTarget& known, const Result<Target>& target) {
  if (!target)
    return {known.name, where_it_is(known), "no description: " + target.error().message()};
  return {known.name,        where_it_is(known),     target->cpu.name,
          target->cpu.level, describe_gpus(*target), describe_mpi(*target)};
}

Json json_of(const KnownTarget& known, const Result<Target>& target) {
  Json json = {{"name", known.name}, {"where", name_of(known.where)}};
  if (!known.path.empty()) json["path"] = known.path.string();
  json["hides"] = Json::array();
  for (const TargetPlace place : known.hides) json["hides"].push_back(name_of(place));
  if (!target) {
    json["error"] = target.error().message();
    return json;
  }
  json.update({{"architecture", target->architecture},
               {"cpu", target->cpu.name},
               {"level", target->cpu.level}});
  return json;
}

Result<int> list(const TargetOptions& options) {
  XAAS_TRY(const auto known, known_targets());
  XAAS_TRY(const auto folders, target_folders());
  std::vector<TableRow> rows{{"NAME", "FROM", "PROCESSOR", "LEVEL", "GPUS", "MPI"}};
  Json json = {{"schema", "xaas.targets/1"}, {"targets", Json::array()}};
  for (const KnownTarget& one : known) {
    const auto target = read_description(one);
    rows.push_back(row_of(one, target));
    json["targets"].push_back(json_of(one, target));
  }
  std::string text =
      print_table(rows) + "\nEvery processor's name is a target, too, e.g. znver4.\n";
  for (const auto& [where, path] : folders) {
    text += fmt::format("The {}'s own lie in {}\n", name_of(where), path.string());
    json["folders"][name_of(where)] = path.string();
  }
  XAAS_CHECK(print_output(options.json ? print_json(json) : text));
  return 0;
}

Result<int> show(const TargetOptions& options) {
  XAAS_TRY(const auto target, resolve_target(options.names.front()));
  XAAS_CHECK(print_output(options.json ? print_target(target) : describe_target(target)));
  return 0;
}

std::string text_of(const FactDifference& difference) {
  if (difference.is_list) {
    std::string text = difference.field + ":";
    for (const auto& value : difference.removed) text += " -" + value;
    for (const auto& value : difference.added) text += " +" + value;
    return text + "\n";
  }
  const auto value = [](const std::vector<std::string>& one) {
    return one.empty() ? std::string("not known") : one.front();
  };
  return fmt::format("{}: {} -> {}\n", difference.field, value(difference.removed),
                     value(difference.added));
}

Result<int> diff(const TargetOptions& options) {
  XAAS_TRY(const auto a, resolve_target(options.names[0]));
  XAAS_TRY(const auto b, resolve_target(options.names[1]));
  const auto found = differences(a, b);
  Json json = {{"schema", "xaas.target-diff/1"}, {"differences", Json::array()}};
  std::string text;
  for (const FactDifference& difference : found) {
    text += text_of(difference);
    json["differences"].push_back({{"field", difference.field},
                                   {"removed", difference.removed},
                                   {"added", difference.added}});
  }
  if (found.empty()) text = "no difference\n";
  XAAS_CHECK(print_output(options.json ? print_json(json) : text));
  return found.empty() ? 0 : k_exit_mismatch;
}

Json json_of(const std::string& file, const std::vector<DocumentProblem>& problems) {
  Json json = {{"file", file}, {"problems", Json::array()}};
  for (const DocumentProblem& problem : problems) {
    Json entry = {{"severity", problem.is_error ? "error" : "warning"}};
    if (problem.line != 0) entry["line"] = problem.line;
    entry["text"] = problem.text;
    if (!problem.help.empty()) entry["help"] = problem.help;
    json["problems"].push_back(std::move(entry));
  }
  return json;
}

/// A file that cannot be read is a problem of it, and the others are looked at all the same.
std::vector<DocumentProblem> validate_file(const std::string& file) {
  const auto document = read_file(file, k_longest_description);
  if (document) return validate_document(*document);
  return {{.line = 0,
           .is_error = true,
           .text = document.error().message(),
           .help = document.error().help()}};
}

std::string report_of(std::string_view file, const std::vector<DocumentProblem>& problems) {
  std::string report;
  for (const DocumentProblem& problem : problems) {
    report += fmt::format("{}:{} {}: {}{}\n", file,
                          problem.line == 0 ? "" : fmt::format("{}:", problem.line),
                          problem.is_error ? "error" : "warning", problem.text,
                          problem.help.empty() ? "" : "; " + problem.help);
  }
  return report;
}

std::size_t errors_in(const std::vector<DocumentProblem>& problems) {
  return static_cast<std::size_t>(std::ranges::count_if(problems, &DocumentProblem::is_error));
}

Result<int> validate(const TargetOptions& options) {
  std::size_t errors = 0;
  std::string text;
  Json json = {{"schema", "xaas.validation/1"}, {"files", Json::array()}};
  for (const std::string& file : options.names) {
    const auto problems = validate_file(file);
    errors += errors_in(problems);
    text += problems.empty() ? file + ": no problem\n" : report_of(file, problems);
    json["files"].push_back(json_of(file, problems));
  }
  XAAS_CHECK(print_output(options.json ? print_json(json) : text));
  return errors == 0 ? 0 : k_exit_mismatch;
}

}  // namespace

std::size_t report_problems(std::string_view file, std::string_view document, std::string& report) {
  const auto problems = validate_document(document);
  report = report_of(file, problems);
  return errors_in(problems);
}

Result<int> run_target_command(const TargetOptions& options) {
  if (options.action == "list") return list(options);
  if (options.action == "show") return show(options);
  if (options.action == "diff") return diff(options);
  if (options.action == "edit") return edit_target(options.names.front());
  return validate(options);
}

}  // namespace xaas
