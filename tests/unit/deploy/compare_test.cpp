// SPDX-License-Identifier: Apache-2.0
#include "compare/compare.hpp"

#include "xaas/support/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Verdict = Comparison::Verdict;

/// A runner that gives prepared outcomes, one list for each program, and notes the order of calls.
class PreparedRuns {
 public:
  void add(const std::string& program, Outcome outcome) {
    outcomes_[program].push_back(std::move(outcome));
  }
  void add_times(const std::string& program, const std::vector<double>& seconds) {
    for (const double wall : seconds) {
      Outcome outcome;
      outcome.usage.wall_seconds = wall;
      add(program, outcome);
    }
  }
  void add_outputs(const std::string& program, const std::vector<std::string>& outputs) {
    for (const auto& output : outputs) {
      Outcome outcome;
      outcome.output = output;
      outcome.usage.wall_seconds = 1;
      add(program, outcome);
    }
  }

  Result<Outcome> operator()(const Command& command) {
    order += command.argv[0];
    last = command;
    auto& left = outcomes_[command.argv[0]];
    if (left.empty()) return fail(ErrorKind::not_found, "no more outcomes");
    auto outcome = std::move(left.front());
    left.erase(left.begin());
    return outcome;
  }

  std::string order;
  Command last;

 private:
  std::map<std::string, std::vector<Outcome>> outcomes_;
};

ComparisonPlan plan_of(unsigned repeat) {
  ComparisonPlan plan;
  plan.a = {.name = "first", .command = {.argv = {"A"}}};
  plan.b = {.name = "second", .command = {.argv = {"B"}}};
  plan.repeat = repeat;
  return plan;
}

Result<Comparison> compare_with(const ComparisonPlan& plan, PreparedRuns& runs) {
  return compare(plan, [&runs](const Command& command) { return runs(command); });
}

TEST(MedianOf, TakesTheMiddle) {
  EXPECT_EQ(median_of({3, 1, 2}), 2);
  EXPECT_EQ(median_of({4, 1, 3, 2}), 2.5);
  EXPECT_EQ(median_of({7}), 7);
}

TEST(CompareSamples, IsSureOfAClearDifference) {
  const auto result =
      compare_samples({1.00, 1.02, 0.99, 1.01, 1.00, 1.03, 0.98, 1.00},
                      {1.50, 1.52, 1.49, 1.51, 1.50, 1.53, 1.48, 1.50}, Better::lower);
  ASSERT_TRUE(result.has_value());
  EXPECT_DOUBLE_EQ(result->ratio, 1.5);
  EXPECT_GT(result->low, 1.45);
  EXPECT_LT(result->high, 1.55);
  EXPECT_LE(result->low, result->ratio);
  EXPECT_GE(result->high, result->ratio);
  EXPECT_EQ(result->verdict, Verdict::a_better);
}

TEST(CompareSamples, TurnsRoundWithTheDirection) {
  const std::vector<double> small(8, 10);
  const std::vector<double> large(8, 20);
  EXPECT_EQ(compare_samples(small, large, Better::lower)->verdict, Verdict::a_better);
  EXPECT_EQ(compare_samples(small, large, Better::higher)->verdict, Verdict::b_better);
  EXPECT_DOUBLE_EQ(compare_samples(small, large, Better::higher)->ratio, 0.5);
}

TEST(CompareSamples, CallsScatterNoise) {
  const auto result =
      compare_samples({1.00, 1.05, 0.96, 1.02, 0.99, 1.04, 0.97, 1.01},
                      {1.01, 0.97, 1.04, 0.98, 1.03, 0.99, 1.05, 0.96}, Better::lower);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->verdict, Verdict::within_noise);
  EXPECT_LT(result->low, 1);
  EXPECT_GT(result->high, 1);
}

TEST(CompareSamples, IsNotMovedByOneOutlier) {
  const auto result =
      compare_samples({1, 1, 1, 1, 1, 1, 1, 1, 50}, {2, 2, 2, 2, 2, 2, 2, 2, 2}, Better::lower);
  EXPECT_EQ(result->verdict, Verdict::a_better);
  EXPECT_DOUBLE_EQ(result->ratio, 2);
}

TEST(CompareSamples, SaysNothingFromFewPairs) {
  const auto result = compare_samples({1, 1, 1, 1, 1}, {2, 2, 2, 2, 2}, Better::lower);
  EXPECT_EQ(result->verdict, Verdict::too_few_runs);
  EXPECT_EQ(compare_samples({1, 1, 1, 1, 1, 1}, {2, 2, 2, 2, 2, 2}, Better::lower)->verdict,
            Verdict::a_better);
}

TEST(CompareSamples, GivesTheSameIntervalEveryTime) {
  const std::vector<double> a{1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6};
  const std::vector<double> b{1.1, 1.3, 1.2, 1.6, 1.4, 1.9, 1.5};
  const auto one = compare_samples(a, b, Better::lower);
  const auto two = compare_samples(a, b, Better::lower);
  EXPECT_EQ(one->low, two->low);
  EXPECT_EQ(one->high, two->high);
}

TEST(CompareSamples, RefusesWhatHasNoRatio) {
  EXPECT_EQ(compare_samples({}, {}, Better::lower).error().code(), "compare.samples");
  EXPECT_FALSE(compare_samples({1}, {1, 2}, Better::lower));
  EXPECT_FALSE(compare_samples({0}, {1}, Better::lower));
  EXPECT_FALSE(compare_samples({1}, {-1}, Better::lower));
  EXPECT_FALSE(compare_samples({NAN}, {1}, Better::lower));
}

TEST(Compare, WarmsUpAndThenAlternates) {
  PreparedRuns runs;
  runs.add_times("A", {9, 1, 2, 3});
  runs.add_times("B", {9, 4, 5, 6});
  const auto result = compare_with(plan_of(3), runs);
  ASSERT_TRUE(result.has_value()) << result.error().message();
  EXPECT_EQ(runs.order, "ABABBAAB");
  EXPECT_THAT(result->a, ElementsAre(1, 2, 3));
  EXPECT_THAT(result->b, ElementsAre(4, 5, 6));
  EXPECT_DOUBLE_EQ(result->ratio, 2.5);
}

TEST(Compare, PinsBothAndCapturesTheirOutput) {
  PreparedRuns runs;
  runs.add_times("A", {1, 1});
  runs.add_times("B", {1, 1});
  auto plan = plan_of(1);
  plan.processors = {2, 3};
  plan.b.command.output = Command::Output::inherit;
  ASSERT_TRUE(compare_with(plan, runs).has_value());
  EXPECT_THAT(runs.last.processors, ElementsAre(2, 3));
  EXPECT_EQ(runs.last.output, Command::Output::capture);
}

TEST(Compare, TellsHowFarItIs) {
  PreparedRuns runs;
  runs.add_times("A", {1, 1});
  runs.add_times("B", {1, 1});
  auto plan = plan_of(1);
  std::string told;
  plan.progress = [&told](unsigned done, unsigned total) {
    told += std::to_string(done) + "/" + std::to_string(total) + " ";
  };
  ASSERT_TRUE(compare_with(plan, runs).has_value());
  EXPECT_EQ(told, "1/4 2/4 3/4 4/4 ");
}

TEST(Compare, MeasuresAMetricOfWhichMoreIsBetter) {
  PreparedRuns runs;
  runs.add_outputs("A", {"x 9 MB/s", "x 20 MB/s"});
  runs.add_outputs("B", {"x 9 MB/s", "x 10 MB/s"});
  auto plan = plan_of(1);
  plan.metric = "([0-9.]+) MB/s";
  const auto result = compare_with(plan, runs);
  ASSERT_TRUE(result.has_value()) << result.error().message();
  EXPECT_DOUBLE_EQ(result->ratio, 2);
  EXPECT_EQ(result->better, Better::higher);
}

TEST(Compare, MeasuresAMetricOfWhichLessIsBetter) {
  PreparedRuns runs;
  runs.add_outputs("A", {"20", "20"});
  runs.add_outputs("B", {"10", "10"});
  auto plan = plan_of(1);
  plan.metric = "[0-9]+";
  plan.better = Better::lower;
  EXPECT_DOUBLE_EQ(compare_with(plan, runs)->ratio, 0.5);
}

TEST(Compare, TimeIsAlwaysBetterWhenLower) {
  PreparedRuns runs;
  runs.add_times("A", {1, 1});
  runs.add_times("B", {2, 2});
  auto plan = plan_of(1);
  plan.better = Better::higher;  // the default, meant for metrics
  EXPECT_DOUBLE_EQ(compare_with(plan, runs)->ratio, 2);
}

TEST(Compare, StopsAtTheFirstRunThatFails) {
  PreparedRuns runs;
  runs.add_times("A", {1});
  Outcome failed;
  failed.exit_code = 3;
  failed.errors = "no such file\n";
  runs.add("B", failed);
  const auto result = compare_with(plan_of(5), runs);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::mismatch);
  EXPECT_EQ(result.error().message(), "`second` ended with exit code 3");
  EXPECT_EQ(result.error().help(), "it said: no such file");
  EXPECT_EQ(runs.order, "AB");
}

TEST(Compare, SaysWhichSideCouldNotStart) {
  PreparedRuns runs;
  const auto result = compare_with(plan_of(1), runs);
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().context(), ElementsAre("running `first`"));
}

TEST(Compare, RefusesDifferentOutputWhereItMustBeTheSame) {
  PreparedRuns runs;
  runs.add_outputs("A", {"one\ntwo\n"});
  runs.add_outputs("B", {"one\n2\n"});
  auto plan = plan_of(1);
  plan.same_output = true;
  const auto result = compare_with(plan, runs);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), "compare.output-differs");
  EXPECT_THAT(result.error().message(), HasSubstr("first in line 2"));
}

TEST(Compare, NoticesOutputThatDiffersLater) {
  PreparedRuns runs;
  runs.add_outputs("A", {"one", "one"});
  runs.add_outputs("B", {"one", "other"});
  auto plan = plan_of(1);
  plan.same_output = true;
  EXPECT_EQ(compare_with(plan, runs).error().code(), "compare.output-differs");
}

TEST(Compare, NeedsAPair) {
  PreparedRuns runs;
  EXPECT_EQ(compare_with(plan_of(0), runs).error().code(), "compare.no-runs");
}

TEST(Compare, MeasuresRealPrograms) {
  auto plan = plan_of(6);
  plan.a.command.argv = {"sh", "-c", "exit 0"};
  plan.b.command.argv = {"sh", "-c", "sleep 0.03"};
  const auto result = compare(plan);
  ASSERT_TRUE(result.has_value()) << result.error().message();
  EXPECT_GT(result->median_b, 0.03);
  EXPECT_THAT(result->notes, ElementsAre(HasSubstr("so short")));
}

Result<double> metric_in(const std::string& metric, const std::string& output,
                         const std::string& errors = {}) {
  Outcome outcome;
  outcome.output = output;
  outcome.errors = errors;
  return find_metric(metric, outcome);
}

TEST(FindMetric, TakesTheLastMatch) {
  EXPECT_EQ(*metric_in("t=(\\d+)", "t=1 t=2\nt=3\rt=4\nrest\n"), 4);
}

TEST(FindMetric, TakesItAllWhereThereIsNoGroup) {
  EXPECT_EQ(*metric_in("[0-9.]+e-?[0-9]+", "x 2.5e-1 y"), 0.25);
}

TEST(FindMetric, LooksAtErrorsWhenTheOutputHasNone) {
  EXPECT_EQ(*metric_in("t=(\\d+)", "nothing", "t=7"), 7);
}

TEST(FindMetric, SaysThatNothingMatches) {
  EXPECT_EQ(metric_in("t=(\\d+)", "none").error().code(), "compare.no-metric");
}

TEST(FindMetric, SaysThatAMatchIsNoNumber) {
  EXPECT_EQ(metric_in("t=(\\S+)", "t=12s").error().code(), "compare.no-number");
  EXPECT_EQ(metric_in("t=(\\S*)", "t=").error().code(), "compare.no-number");
  EXPECT_EQ(metric_in("t=(\\S+)", "t=0").error().code(), "compare.no-number");
  EXPECT_EQ(metric_in("t=(\\S+)", "t=inf").error().code(), "compare.no-number");
}

TEST(FindMetric, RefusesAnExpressionThatIsNone) {
  const auto result = metric_in("t=(", "t=1");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::invalid_input);
  EXPECT_EQ(result.error().code(), "compare.metric");
}

TEST(FindMetric, SurvivesALineOfMegabytes) {
  EXPECT_EQ(*metric_in("(?:x|y)*=(\\d+)", std::string(10'000'000, 'x') + "\nx=1\n"), 1);
}

Comparison report_of(std::vector<double> a, std::vector<double> b) {
  auto comparison = compare_samples(std::move(a), std::move(b), Better::lower);
  comparison->name_a = "heat-here";
  comparison->name_b = "oci:heat";
  return std::move(*comparison);
}

TEST(VerdictWords, NameTheBetterSide) {
  const std::vector<double> fast(6, 1);
  const std::vector<double> slow(6, 2);
  EXPECT_EQ(verdict_words(report_of(fast, slow)),
            "A is 2.000 times as fast as B (95 % interval 2.000 to 2.000, 6 pairs)");
  EXPECT_EQ(verdict_words(report_of(slow, fast)),
            "B is 2.000 times as fast as A (95 % interval 2.000 to 2.000, 6 pairs)");
}

TEST(VerdictWords, SayWhenItIsNoise) {
  EXPECT_THAT(verdict_words(report_of(std::vector<double>(6, 1), std::vector<double>(6, 1))),
              HasSubstr("the difference is within the noise (95 % interval 1.000 to 1.000 "));
}

TEST(VerdictWords, AskForMoreRuns) {
  EXPECT_EQ(verdict_words(report_of({1}, {2})),
            "A is 2.000 times as fast as B, but 1 pair is too few to tell this from noise: at "
            "least 6 are needed");
}

TEST(ComparisonTable, HasMediansRangeVerdictAndNotes) {
  auto comparison = report_of({1, 1, 1, 1, 1, 3}, {2, 2, 2, 2, 2, 2});
  comparison.notes = {"noted"};
  EXPECT_EQ(comparison_table(comparison),
            "         median         least          most\n"
            "A           1 s           1 s           3 s  heat-here\n"
            "B           2 s           2 s           2 s  oci:heat\n" +
                verdict_words(comparison) + "\nnote: noted\n");
}

TEST(ComparisonTable, NamesTheMetric) {
  auto comparison = report_of({1234567}, {2});
  comparison.metric = "([0-9]+) MB/s";
  EXPECT_THAT(comparison_table(comparison), HasSubstr("`([0-9]+) MB/s`, lower is better\n"));
  EXPECT_THAT(comparison_table(comparison), HasSubstr("  1.23457e+06  "));
  EXPECT_THAT(comparison_table(comparison), HasSubstr("times as good as B"));
}

TEST(ComparisonJson, HoldsEverything) {
  const auto comparison = report_of({1, 1, 1, 1, 1, 3}, {2, 2, 2, 2, 2, 2});
  const auto json = parse_json(comparison_json(comparison));
  ASSERT_TRUE(json.has_value());
  EXPECT_EQ((*json)["schema"], "xaas.comparison/1");
  EXPECT_EQ((*json)["measured"], "wall-seconds");
  EXPECT_EQ((*json)["a"]["name"], "heat-here");
  EXPECT_EQ((*json)["a"]["samples"].size(), 6U);
  EXPECT_EQ((*json)["b"]["median"], 2);
  EXPECT_EQ((*json)["ratio"], 2);
  EXPECT_EQ((*json)["interval"]["low"], comparison.low);
  EXPECT_EQ((*json)["verdict"], "within-noise");
  EXPECT_FALSE(json->contains("metric"));
}

}  // namespace
}  // namespace xaas
