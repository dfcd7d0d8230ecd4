// SPDX-License-Identifier: Apache-2.0
#include "doctor/redact.hpp"

#include "xaas/support/json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <utility>
#include <vector>

namespace xaas {
namespace {

std::string of_ada(std::string_view text) {
  return redacted(text, {.user = "ada",
                         .homes = {"/nfs/people/ada"},
                         .hosts = {"node7.cluster.example.org", "node7"}});
}

TEST(Redacted, PutsPlaceholdersForWhoAndWhere) {
  EXPECT_EQ(of_ada("/nfs/people/ada/heat by ada on node7.cluster.example.org, node7"),
            "<home>/heat by <user> on <host>, <host>");
  EXPECT_EQ(of_ada("/scratch/ada/xaas and /home/grace/x and /users/grace.h/y"),
            "/scratch/<user>/xaas and /home/<user>/x and /users/<user>/y");
}

TEST(Redacted, LeavesWordsAloneThatOnlyContainAName) {
  for (const char* text : {"adaptive node70 node7a", "libada.so", "/opt/adaptive"})
    EXPECT_EQ(of_ada(text), text);
  EXPECT_EQ(of_ada("/tmp/ada-x/run_ada"), "/tmp/<user>-x/run_<user>");
}

TEST(Redacted, TakesOutAddresses) {
  EXPECT_EQ(of_ada("mail grace.hopper+x@navy.example.mil!"), "mail <e-mail>!");
  EXPECT_EQ(of_ada("printf@GLIBC_2.2.5 f@@A_1 @x.y"), "printf@GLIBC_2.2.5 f@@A_1 @x.y");
}

TEST(Redacted, TakesOutWhatIsCalledASecret) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"API_TOKEN=abc def\nx", "API_TOKEN=<secret>\nx"},
      {R"("env": ["DB_PASSWORD=a\"b c", "A=b"])", R"("env": ["DB_PASSWORD=<secret>", "A=b"])"},
      {R"({"token": "abc", "a": "b"})", R"({"token": "<secret>", "a": "b"})"},
      {R"(["--auth-token", "abc", "x"])", R"(["--auth-token", "<secret>", "x"])"},
      {"run --password hunter2", "run --password <secret>"},
      {"run --password=hunter2", "run --password=<secret>"},
      {R"(["pauth", "perfmon"])", R"(["pauth", "perfmon"])"},
      {"SSH_KEY=x", "SSH_KEY=<secret>"},
      {"aws_secret_access_key=x", "aws_secret_access_key=<secret>"},
      {"OMP_NUM_THREADS=4", "OMP_NUM_THREADS=4"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(of_ada(text), expected);
}

TEST(Redacted, KnowsTokensByTheirForm) {
  EXPECT_EQ(of_ada("x ghp_0123456789abcdefABCDEF y"), "x <secret> y");
  EXPECT_EQ(of_ada("v=eyJhbGciOi.eyJzdWIi.SflKxwRJSMeKKF2QT4"), "v=<secret>");
  EXPECT_EQ(of_ada("Authorization: Bearer abc.def"), "Authorization: Bearer <secret>");
  EXPECT_EQ(of_ada("https://ada:pw@host.example/x"), "https://<secret>@host.example/x");
  EXPECT_EQ(of_ada("sk-short"), "sk-short");
}

TEST(Redacted, LeavesJsonWhole) {
  const std::string text =
      print_json({{"environment", {"SECRET=a\\b\"c", "HOME=/nfs/people/ada", "LAST_TOKEN=\\"}},
                  {"password", "p\"q"},
                  {"mail", "a@b.example"}});
  const auto parsed = parse_json(of_ada(text));
  ASSERT_TRUE(parsed) << of_ada(text);
  EXPECT_EQ((*parsed)["environment"][0], "SECRET=<secret>");
  EXPECT_EQ((*parsed)["environment"][1], "HOME=<home>");
  EXPECT_EQ((*parsed)["environment"][2], "LAST_TOKEN=<secret>");
  EXPECT_EQ((*parsed)["password"], "<secret>");
}

TEST(Redacted, DoesNotTakeRootForAName) {
  EXPECT_EQ(redacted("its own root folder", {.user = "root"}), "its own root folder");
}

}  // namespace
}  // namespace xaas
