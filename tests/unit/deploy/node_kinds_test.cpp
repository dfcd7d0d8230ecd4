// SPDX-License-Identifier: Apache-2.0
#include "detect/node_kinds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> told(const NodeKinds& answer, std::string NodeKind::* part) {
  std::vector<std::string> texts;
  std::ranges::transform(answer.kinds, std::back_inserter(texts), part);
  return texts;
}

std::vector<std::string> names(const NodeKinds& answer) {
  return told(answer, &NodeKind::name);
}

std::vector<std::string> requests(const NodeKinds& answer) {
  return told(answer, &NodeKind::request);
}

TEST(ParseNodeKinds, AreNamedByWhatTellsThemApart) {
  const auto answer = parse_node_kinds(
      "n1|cpu*|up|idle|2:64:1|256000|(null)|x86,rome\n"
      "n2|cpu*|up|mixed|2:64:1|256000|(null)|x86,rome\n"
      "n3|cpu*|up|idle|2:96:2|768000|(null)|x86,genoa,hbm\n"
      "g1|gpu|up|idle|1:64:1|512000|gpu:a100:4(S:0-1),nvme:1|x86,milan\n");
  EXPECT_THAT(names(answer), ElementsAre("cpu-genoa-hbm", "cpu-rome", "gpu"));
  EXPECT_THAT(requests(answer),
              ElementsAre("-p cpu -C 'genoa&hbm'", "-p cpu -C rome", "-p gpu --gres=gpu:a100:4"));
  EXPECT_THAT(answer.kinds[1].nodes, ElementsAre("n1", "n2"));
  EXPECT_EQ(answer.unread, 0U);
}

TEST(ParseNodeKinds, AreSharedByPartitionsWithTheSameNodes) {
  const auto answer = parse_node_kinds(
      "n1|debug|up|idle|2:64:1|256000|(null)|(null)\n"
      "n1|long*|up|idle|2:64:1|256000|(null)|(null)\n"
      "n2|long*|up|idle|2:64:1|256000|(null)|(null)\n"
      // Alike as far as Slurm knows; these may be anything.
      "m1|other|up|idle|2:64:1|256000|(null)|(null)\n");
  EXPECT_THAT(names(answer), ElementsAre("long", "other"));
  EXPECT_THAT(answer.kinds[0].partitions, ElementsAre("long", "debug"));
  EXPECT_THAT(answer.kinds[0].nodes, ElementsAre("n1", "n2"));
}

TEST(ParseNodeKinds, AreAskedForByANodeWhereFeaturesDoNotTell) {
  const auto answer = parse_node_kinds(
      "a1|p|up|allocated|2:64:1|256000|(null)|rome\n"
      "a2|p|up|idle|2:64:1|256000|(null)|rome\n"
      "b1|p|up|idle|2:64:1|1024000|(null)|rome,fat\n"
      "c1|p|up|idle|2:64:1|2048000|(null)|rome,fat\n");
  EXPECT_THAT(names(answer), ElementsAre("p-fat", "p-fat-2", "p"));
  EXPECT_THAT(requests(answer), ElementsAre("-p p -w b1", "-p p -w c1", "-p p -w a2"));
}

TEST(ParseNodeKinds, AreToldApartByTheirGpus) {
  const auto answer = parse_node_kinds(
      "a|gpu|up|idle|1:8:1|1|gpu:a100:4|(null)\n"
      "v|gpu|up|idle|1:8:1|1|gpu:v100:2|(null)\n"
      "w|gpu|up|idle|1:8:1|1|gpu:v100:4|(null)\n"
      "c|gpu|up|idle|1:8:1|1|(null)|(null)\n");
  EXPECT_THAT(names(answer), ElementsAre("gpu", "gpu-a100", "gpu-v100", "gpu-v100-2"));
  EXPECT_THAT(requests(answer),
              ElementsAre("-p gpu -w c", "-p gpu --gres=gpu:a100:4",
                          "-p gpu -w v --gres=gpu:v100:2", "-p gpu -w w --gres=gpu:v100:4"));
}

TEST(ParseNodeKinds, SayWhyNoNodeStartsAJob) {
  const auto answer = parse_node_kinds(
      "a|p|up|drained|1:1:1|1|(null)|old\n"
      "b|p|up|down*|1:1:1|1|(null)|old\n"
      "c|p|up|idle*|1:1:1|1|(null)|mute\n"
      "d|p|up|allocated|1:1:1|1|(null)|busy\n"
      "e|p|up|idle~|1:1:1|1|(null)|asleep\n"
      "f|q|down|idle|1:1:1|1|(null)|(null)\n");
  EXPECT_THAT(names(answer), ElementsAre("p-asleep", "p-busy", "p-mute", "p-old", "q"));
  EXPECT_THAT(told(answer, &NodeKind::problem),
              ElementsAre("", "", "its nodes are down or drained", "its nodes are down or drained",
                          "its partition is not up"));
}

TEST(ParseNodeKinds, AreAskedThroughThePartitionThatStartsJobs) {
  const auto answer = parse_node_kinds(
      "a|closed*|down|idle|1:1:1|1|(null)|(null)\n"
      "a|open|up|idle|1:1:1|1|(null)|(null)\n"
      "b|debug*|up|down|2:1:1|1|(null)|(null)\n"
      "b|all|up|down|2:1:1|1|(null)|(null)\n"
      "c|all|up|idle|2:1:1|1|(null)|(null)\n");
  EXPECT_THAT(requests(answer), ElementsAre("-p all", "-p open"));
  EXPECT_EQ(answer.kinds[0].problem, "");
}

// sinfo writes its lines as threads of its have them ready.
TEST(ParseNodeKinds, AreTheSameInWhateverOrderSinfoTells) {
  std::vector<std::string> lines{
      "g1|all|up|idle|1:8:1|1|gpu:a100:4|milan", "g1|gpu|up|idle|1:8:1|1|gpu:a100:4|milan",
      "n1|all|up|idle|1:8:1|1|(null)|old",       "n1|cpu*|up|idle|1:8:1|1|(null)|old",
      "n2|all|up|idle|1:8:1|1|(null)|old",       "n2|debug|up|idle|1:8:1|1|(null)|old"};
  std::ranges::sort(lines);
  do {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    const auto answer = parse_node_kinds(text);
    ASSERT_THAT(names(answer), ElementsAre("cpu", "gpu"));
    ASSERT_THAT(answer.kinds[0].nodes, ElementsAre("n1", "n2"));
    ASSERT_EQ(answer.kinds[0].node, "n1");
  } while (std::ranges::next_permutation(lines).found);
}

TEST(ParseNodeKinds, HaveNamesThatFilesMayHave) {
  const auto answer = parse_node_kinds(
      "a|../x|up|idle|1:1:1|1|(null)|(null)\n"
      "b|host|up|idle|1:1:1|1|(null)|(null)\n");
  EXPECT_THAT(names(answer), ElementsAre("_._x", "host-2"));
  EXPECT_EQ(parse_node_kinds("a|p;reboot|up|idle|1:1:1|1|(null)|(null)\n").kinds[0].request,
            "-p 'p;reboot'");
}

TEST(ParseNodeKinds, PassOverWhatIsNoNode) {
  const auto answer = parse_node_kinds(
      "Welcome to the machine\n\n"
      "n1|p|up|idle|1:1:1|1|(null)|(null)\n"
      "n2|p|up|idle\n||||||||\n|p|up|idle|1:1:1|1|(null)|(null)\nn|*|up|idle|1:1:1|1|(null)|x\n"
      "\x01|p|up|idle|1:1:1|1|(null)|x\nn|p|yes|idle|1:1:1|1|(null)|x\n");
  EXPECT_THAT(names(answer), ElementsAre("p"));
  EXPECT_EQ(answer.unread, 7U);
  EXPECT_THAT(parse_node_kinds("").kinds, IsEmpty());
  EXPECT_THAT(parse_node_kinds(std::string(100000, '|')).kinds, IsEmpty());
  EXPECT_EQ(parse_node_kinds("a|p|up|idle|1:1:1|1|((gpu:2,|(null)").kinds[0].gpus, "");
}

}  // namespace
}  // namespace xaas
