// SPDX-License-Identifier: Apache-2.0
#include "compare/compare.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <regex>
#include <string_view>

namespace xaas {
namespace {

/// The standard library's matcher recurses once per character: a line of megabytes would overflow
/// the stack.
constexpr std::size_t k_longest_line = 4096;
/// Below this, starting a program is a good part of what is measured.
constexpr double k_short_run = 0.02;

Result<std::regex> compile_metric(const std::string& metric) {
  try {
    return std::regex{metric, std::regex::ECMAScript};
  } catch (const std::regex_error& error) {
    return fail(ErrorKind::invalid_input, "`{}` is not a regular expression: {}", metric,
                error.what())
        .with_code("compare.metric")
        .with_help("for example `time: ([0-9.]+)`");
  }
}

/// What the last match in `text` stands for.
std::optional<std::string> last_match(const std::regex& metric, std::string_view text) {
  std::optional<std::string> found;
  while (!text.empty()) {
    // Progress displays end their lines with a carriage return.
    const auto end = text.find_first_of("\n\r");
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.size() > k_longest_line) continue;
    std::cregex_iterator match{line.data(), line.data() + line.size(), metric};
    for (const std::cregex_iterator none; match != none; ++match)
      found = (*match)[match->size() > 1 ? 1 : 0].str();
  }
  return found;
}

Result<double> figure_in(const std::regex& compiled, const std::string& metric,
                         const Outcome& outcome) {
  auto text = last_match(compiled, outcome.output);
  if (!text) text = last_match(compiled, outcome.errors);
  if (!text) {
    return fail(ErrorKind::mismatch, "nothing in the output matches `{}`", metric)
        .with_code("compare.no-metric")
        .with_help("it is matched against each line of the output");
  }
  double value = 0;
  const char* const end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc{} || rest != end || !std::isfinite(value) || value <= 0) {
    return fail(ErrorKind::mismatch, "`{}` found `{}`, which is not a positive number", metric,
                *text)
        .with_code("compare.no-number")
        .with_help("put parentheses around the digits: `time: ([0-9.]+) s`");
  }
  return value;
}

std::string last_lines(std::string_view text) {
  constexpr std::size_t k_most = 400;
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (text.size() <= k_most) return std::string{text};
  return "..." + std::string{text.substr(text.size() - k_most)};
}

std::size_t first_difference(std::string_view a, std::string_view b) {
  const auto at = std::ranges::mismatch(a, b).in1;
  return 1 + static_cast<std::size_t>(std::count(a.begin(), at, '\n'));
}

/// The runs of one comparison, in order.
class Measurement {
 public:
  Measurement(const ComparisonPlan& plan, std::optional<std::regex> metric,
              const std::function<Result<Outcome>(const Command&)>& runner)
      : plan_(plan), metric_(std::move(metric)), runner_(runner) {}

  Result<double> run_once(const Contender& contender) {
    auto command = contender.command;
    command.output = Command::Output::capture;
    command.errors = Command::Errors::capture;
    if (!plan_.processors.empty()) command.processors = plan_.processors;
    XAAS_TRY(const auto outcome,
             while_doing(runner_(command), fmt::format("running `{}`", contender.name)));
    XAAS_CHECK(check_success(contender, outcome));
    if (plan_.same_output) XAAS_CHECK(check_output(contender, outcome));
    ++done_;
    if (plan_.progress) plan_.progress(done_, 2 * (plan_.repeat + 1));
    if (!metric_) return outcome.usage.wall_seconds;
    return while_doing(figure_in(*metric_, plan_.metric, outcome),
                       fmt::format("reading the output of `{}`", contender.name));
  }

 private:
  Status check_output(const Contender& contender, const Outcome& outcome) {
    if (!reference_) reference_ = outcome.output;
    if (outcome.output == *reference_) return {};
    return fail(ErrorKind::mismatch, "`{}` and `{}` print different things, first in line {}",
                plan_.a.name, contender.name, first_difference(outcome.output, *reference_))
        .with_code("compare.output-differs");
  }

  const ComparisonPlan& plan_;
  std::optional<std::regex> metric_;
  const std::function<Result<Outcome>(const Command&)>& runner_;
  std::optional<std::string> reference_;  // what the first run of A printed
  unsigned done_ = 0;
};

struct Samples {
  std::vector<double> a;
  std::vector<double> b;
};

Result<Samples> measure_pairs(const ComparisonPlan& plan, Measurement& measurement) {
  // Warm-ups: files come into the page cache, and mistakes show before the long part.
  XAAS_CHECK(measurement.run_once(plan.a));
  XAAS_CHECK(measurement.run_once(plan.b));
  Samples samples;
  for (unsigned i = 0; i < plan.repeat; ++i) {
    const bool a_first = i % 2 == 0;
    XAAS_TRY(const double first, measurement.run_once(a_first ? plan.a : plan.b));
    XAAS_TRY(const double second, measurement.run_once(a_first ? plan.b : plan.a));
    samples.a.push_back(a_first ? first : second);
    samples.b.push_back(a_first ? second : first);
  }
  return samples;
}

void add_notes(Comparison& comparison) {
  if (comparison.metric.empty() &&
      std::min(comparison.median_a, comparison.median_b) < k_short_run) {
    comparison.notes.emplace_back(
        "these runs are so short that starting the program is much of what was measured");
  }
}

}  // namespace

Status check_success(const Contender& contender, const Outcome& outcome) {
  if (outcome.succeeded()) return {};
  auto error =
      fail(ErrorKind::mismatch, "`{}` ended with exit code {}", contender.name, outcome.exit_code)
          .with_code("compare.run-failed");
  if (const auto said = last_lines(outcome.errors); !said.empty())
    return std::move(error).with_help("it said: " + said);
  return error;
}

Result<double> find_metric(const std::string& metric, const Outcome& outcome) {
  XAAS_TRY(const auto compiled, compile_metric(metric));
  return figure_in(compiled, metric, outcome);
}

Result<Comparison> compare(const ComparisonPlan& plan,
                           const std::function<Result<Outcome>(const Command&)>& runner) {
  if (plan.repeat == 0) {
    return fail(ErrorKind::invalid_input, "a comparison needs at least one pair of runs")
        .with_code("compare.no-runs");
  }
  std::optional<std::regex> metric;
  if (!plan.metric.empty()) {
    XAAS_TRY(metric, compile_metric(plan.metric));
  }
  Measurement measurement{plan, std::move(metric), runner};
  XAAS_TRY(auto samples, measure_pairs(plan, measurement));
  const auto better = plan.metric.empty() ? Better::lower : plan.better;
  XAAS_TRY(auto comparison, compare_samples(std::move(samples.a), std::move(samples.b), better));
  comparison.name_a = plan.a.name;
  comparison.name_b = plan.b.name;
  comparison.metric = plan.metric;
  add_notes(comparison);
  return comparison;
}

}  // namespace xaas
