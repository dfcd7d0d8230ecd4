// SPDX-License-Identifier: Apache-2.0
#include "compare/compare_command.hpp"

#include "compare/compare.hpp"
#include "run/deployed.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace xaas {
namespace {

/// B, or the generic image that the tree A remembers.
Result<Deployed> open_second(const CompareOptions& options, const Deployed& a) {
  if (!options.b.empty()) return open_deployed(options.b);
  if (a.record && !a.record->reference.empty()) return open_generic_of(*a.record);
  return fail(ErrorKind::invalid_input, "`{}` does not say what to compare it with", a.name)
      .with_code("compare.one-sided")
      .with_help("name a second deployment, image or program");
}

Result<Contender> make_contender(const Deployed& deployed, const std::string& line) {
  Contender contender{.name = deployed.name};
  if (line.empty()) {
    XAAS_TRY(contender.command, command_for(deployed, {}));
  } else {
    XAAS_TRY(contender.command, shell_command_for(deployed, line));
  }
  return contender;
}

unsigned widest_vector(const DeployedTarget& part) {
  unsigned widest = 0;
  for (const DeployedProduct& product : part.products) {
    widest = std::max(widest, product.census.widest_vector_bits);
  }
  return widest;
}

/// Why A does not run faster than B, as far as their records can tell.
std::string reason_for_equality(const Deployed& a, const Deployed& b) {
  if (a.part->products.empty()) {
    return fmt::format("nothing of `{}` could be lowered: it is the generic program", a.name);
  }
  if (b.part && std::ranges::equal(a.part->products, b.part->products, {},
                                   &DeployedProduct::content, &DeployedProduct::content)) {
    return "both deployments hold the same programs, byte for byte";
  }
  const unsigned widest = widest_vector(*a.part);
  if (b.part && widest_vector(*b.part) >= widest) {
    return fmt::format("both use vectors of up to {} bits", widest_vector(*b.part));
  }
  if (widest <= 128) {
    return fmt::format(
        "`{}` has no wider vectors than a generic program: its loops do not vectorize further",
        a.name);
  }
  return fmt::format(
      "`{}` uses vectors of up to {} bits, but not where this command spends its time, or memory "
      "is the limit",
      a.name, widest);
}

Status check_bound(const Comparison& comparison, double at_least) {
  if (at_least <= 0 || comparison.low >= at_least) return {};
  return fail(ErrorKind::mismatch,
              "`{}` is surely only {:.3f} times as fast as `{}`; {:.3f} was asked for",
              comparison.name_a, comparison.low, comparison.name_b, at_least)
      .with_code("compare.bound")
      .with_help("the interval narrows with a larger --repeat and on a quiet machine");
}

using FileTime = std::filesystem::file_time_type;

/// When it was written; empty when it is not there.
std::optional<FileTime> time_of(const std::string& file) {
  std::error_code error;
  const FileTime time = std::filesystem::last_write_time(file, error);
  return error ? std::nullopt : std::optional(time);
}

/// What one run prints, or writes into `where`.
Result<std::string> results_of(const Deployed& deployed, const CompareOptions& options) {
  XAAS_TRY(auto contender, make_contender(deployed, options.command));
  contender.command.output = Command::Output::capture;
  contender.command.errors = Command::Errors::capture;
  const auto before = time_of(options.numerics);
  XAAS_TRY(auto outcome,
           while_doing(run(contender.command), fmt::format("running `{}`", contender.name)));
  XAAS_CHECK(check_success(contender, outcome));
  if (options.numerics == "stdout") return std::move(outcome.output);
  const auto after = time_of(options.numerics);
  if (after && after != before) return read_file(options.numerics);
  return fail(ErrorKind::mismatch, "`{}` did not write `{}`", contender.name, options.numerics)
      .with_code("compare.no-results")
      .with_help("`--numerics` takes a file that the program writes, or `stdout`");
}

Result<int> compare_results(const CompareOptions& options, const Deployed& a, const Deployed& b) {
  XAAS_TRY(const std::string results_a, results_of(a, options));
  XAAS_TRY(const std::string results_b, results_of(b, options));
  XAAS_TRY(const auto differences, compare_numbers(results_a, results_b));
  XAAS_CHECK(print_output(options.json ? print_number_differences_json(differences)
                                       : print_number_differences(differences)));
  XAAS_CHECK(check_bounds(differences, options.bounds));
  return 0;
}

}  // namespace

Result<int> run_compare_command(const CompareOptions& options) {
  XAAS_TRY(const auto a, open_deployed(options.a));
  XAAS_TRY(const auto b, open_second(options, a));
  if (!options.numerics.empty()) return compare_results(options, a, b);
  ComparisonPlan plan{.repeat = options.repeat,
                      .processors = options.processors,
                      .metric = options.metric,
                      .better = options.lower_is_better ? Better::lower : Better::higher,
                      .same_output = options.same_output};
  XAAS_TRY(plan.a, make_contender(a, options.command));
  XAAS_TRY(plan.b, make_contender(b, options.command));
  Progress progress("xaas-deploy", Progress::Style::automatic);
  progress.stage("measuring", options.repeat * 2 + 2);
  plan.progress = [&](unsigned, unsigned) { progress.step(); };
  XAAS_TRY(auto comparison, compare(plan));
  progress.finish();
  const bool alike = comparison.verdict == Comparison::Verdict::within_noise ||
                     comparison.verdict == Comparison::Verdict::b_better;
  if (alike && a.record) comparison.notes.push_back(reason_for_equality(a, b));
  XAAS_CHECK(
      print_output(options.json ? comparison_json(comparison) : comparison_table(comparison)));
  XAAS_CHECK(check_bound(comparison, options.at_least));
  return 0;
}

}  // namespace xaas
