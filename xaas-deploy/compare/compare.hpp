// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/process.hpp"
#include "xaas/support/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace xaas {

enum class Better { lower, higher };

/// One of the two sides of a comparison.
struct Contender {
  std::string name;  // as the user named it
  Command command;   // its output is captured, whatever it says
};

struct ComparisonPlan {
  Contender a;
  Contender b;
  unsigned repeat = 10;         // pairs of runs, after one warm-up of each
  std::vector<int> processors;  // both are pinned to these when not empty
  /// ECMAScript regular expression; its first group, or all of it where it has none, is the figure.
  /// It is searched for line by line in the output, then in the errors; the last match counts.
  /// Empty: wall time.
  std::string metric;
  Better better = Better::higher;  // of the metric; wall time is better when lower
  bool same_output = false;        // every run must print the same bytes on stdout
  /// Told after each run, warm-ups included.
  std::function<void(unsigned done, unsigned total)> progress;
};

/// Two sides measured in pairs; `ratio` says how many times as good A is as B (above 1: A is
/// better), whichever direction is better.
struct Comparison {
  enum class Verdict { a_better, b_better, within_noise, too_few_runs };

  std::string name_a;
  std::string name_b;
  std::string metric;  // empty: wall seconds
  Better better = Better::lower;
  std::vector<double> a;  // in the order of the pairs
  std::vector<double> b;
  double median_a = 0;
  double median_b = 0;
  double ratio = 1;  // of the medians
  double low = 1;    // 95 % interval of the ratio
  double high = 1;
  Verdict verdict = Verdict::too_few_runs;
  std::vector<std::string> notes;  // what else a reader should know; callers may add to it
};

/// The middle value, or the mean of the two middle ones. `values` must not be empty.
double median_of(std::vector<double> values);

/// Medians, ratio, interval and verdict of samples that are there already, `a[i]` and `b[i]` being
/// one pair. The same samples give the same interval every time. `corrupt` unless both have the
/// same number, at least one, of finite positive values.
Result<Comparison> compare_samples(std::vector<double> a, std::vector<double> b, Better better);

/// The figure that `metric` finds in a program's output.
Result<double> find_metric(const std::string& metric, const Outcome& outcome);

/// `mismatch`, with the end of what it said, unless it ended with 0.
Status check_success(const Contender& contender, const Outcome& outcome);

/// Runs both in turn, A B, B A, A B, and so on, so that what changes slowly meets both alike. A run
/// that fails, and an output that differs where it must not, is a `mismatch`. `runner` is `run`,
/// except in tests.
Result<Comparison> compare(const ComparisonPlan& plan,
                           const std::function<Result<Outcome>(const Command&)>& runner = run);

/// The words for a verdict: "A is 1.35 times as fast as B", "the difference is within the noise".
std::string verdict_words(const Comparison& comparison);

/// A table and the verdict, for people.
std::string comparison_table(const Comparison& comparison);

/// A `xaas.comparison/1` document.
std::string comparison_json(const Comparison& comparison);

}  // namespace xaas
