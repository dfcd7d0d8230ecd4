// SPDX-License-Identifier: Apache-2.0
#include "dependency_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace xaas {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

DependencyRequest request_of(const std::vector<std::string>& argv, const std::string& object) {
  return dependency_request(parse_invocation(Driver::c, argv), object);
}

TEST(DependencyRequest, IsNoneWithoutAFlag) {
  EXPECT_FALSE(request_of({"-c", "a.c"}, "a.o").is_wanted);
}

TEST(DependencyRequest, HasTheCompilersDefaults) {
  const auto request = request_of({"-MD", "-c", "a.c", "-o", "out/a b.o"}, "out/a b.o");
  EXPECT_TRUE(request.is_wanted);
  EXPECT_EQ(request.file, "out/a b.d");
  EXPECT_EQ(request.target, "out/a\\ b.o");
}

TEST(DependencyRequest, TakesNamesThatAreGiven) {
  const auto request =
      request_of({"-MMD", "-MF", "x.dep", "-MT", "a $(o)", "-MQ", "b$", "-c", "a.c"}, "a.o");
  EXPECT_EQ(request.file, "x.dep");
  EXPECT_EQ(request.target, "a $(o) b$$");
}

TEST(DependencyRequest, KnowsTheOldSpelling) {
  const auto request = request_of({"-Wp,-MD,.a.d", "-c", "a.c"}, "a.o");
  EXPECT_TRUE(request.is_wanted);
  EXPECT_EQ(request.file, ".a.d");
}

TEST(PrerequisitesIn, AreThoseOfTheFirstRule) {
  EXPECT_THAT(prerequisites_in("a.o: a.c \\\n  with\\ blank.h c$$d.h \\\n  e\\#f.h\n\na.h:\n"),
              ElementsAre("a.c", "with blank.h", "c$d.h", "e#f.h"));
}

TEST(PrerequisitesIn, AreNoneOfWhatIsNoRule) {
  EXPECT_THAT(prerequisites_in(""), IsEmpty());
  EXPECT_THAT(prerequisites_in("no rule at all"), IsEmpty());
  EXPECT_THAT(prerequisites_in("a.o:\n"), IsEmpty());
}

}  // namespace
}  // namespace xaas
