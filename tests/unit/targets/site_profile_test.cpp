// SPDX-License-Identifier: Apache-2.0
#include "xaas/targets/site_profile.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>
#include <utility>

namespace xaas {
namespace {

template <class T>
void expect_refused(const Result<T>& result, std::string_view code, std::string_view words) {
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), code) << result.error().message();
  EXPECT_NE(result.error().message().find(words), std::string::npos) << result.error().message();
}

Result<std::filesystem::path> cache_of(const std::string& text) {
  const std::map<std::string, std::string> variables = {
      {"USER", "ada"}, {"SCRATCH", "/scratch"}, {"EMPTY", ""}, {"RELATIVE", "here"}};
  return site_cache({.cache = text}, [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

/// What `load_site_profile` says with XAAS_SITE_PROFILE set.
Result<SiteProfile> load_from(const std::string& path) {
  ::setenv("XAAS_SITE_PROFILE", path.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  auto profile = load_site_profile();
  ::unsetenv("XAAS_SITE_PROFILE");  // NOLINT(concurrency-mt-unsafe)
  return profile;
}

}  // namespace

TEST(ParseSiteProfile, ReadsWhatPrintSiteProfileWrites) {
  for (const auto& profile :
       {SiteProfile(), SiteProfile{.cache = "/scratch/${USER}/x",
                                   .jobs = 4,
                                   .memory = 8'000'000'000,
                                   .targets = "/apps/targets",
                                   .interfaces = "/apps/interfaces",
                                   .never_bundle = {"libcuda.so.*", "libcxi.so.1"},
                                   .bind = {"/opt/cray"},
                                   .launcher = {"srun", "--mpi=pmix"},
                                   .fabric = "ucx"}})
    EXPECT_EQ(parse_site_profile(print_site_profile(profile)).value(), profile);
}

TEST(ParseSiteProfile, PassesOverFieldsOfLaterVersions) {
  auto profile =
      parse_site_profile(R"({"schema": "xaas.site/1.3", "jobs": 2, "later": {"name": "srun"}})");
  EXPECT_EQ(std::move(profile).value(), SiteProfile{.jobs = 2});
}

TEST(ParseSiteProfile, RefusesANewerSchema) {
  expect_refused(parse_site_profile(R"({"schema": "xaas.site/2"})"), "site.newer-schema",
                 "xaas.site/2");
}

TEST(ParseSiteProfile, RefusesWhatIsNone) {
  for (const auto* json : {"",
                           "[]",
                           "{}",
                           R"({"schema": "xaas.target/1"})",
                           R"({"schema": "xaas.site/0"})",
                           R"({"schema": "xaas.site/1", "jobs": 0})",
                           R"({"schema": "xaas.site/1", "jobs": 5000})",
                           R"({"schema": "xaas.site/1", "jobs": "2"})",
                           R"({"schema": "xaas.site/1", "cache": "x"})",
                           R"({"schema": "xaas.site/1", "cache": []})",
                           R"({"schema": "xaas.site/1", "memory": 0})",
                           R"({"schema": "xaas.site/1", "memory": "8 G"})",
                           R"({"schema": "xaas.site/1", "memory": "0G"})",
                           R"({"schema": "xaas.site/1", "memory": "99999999999T"})",
                           R"({"schema": "xaas.site/1", "targets": "x"})",
                           R"({"schema": "xaas.site/1", "interfaces": "x"})",
                           R"({"schema": "xaas.site/1", "interfaces": 1})",
                           R"({"schema": "xaas.site/1", "never_bundle": ["/lib/a.so"]})",
                           R"({"schema": "xaas.site/1", "never_bundle": "libc.so.6"})",
                           R"({"schema": "xaas.site/1", "bind": ["opt"]})",
                           R"({"schema": "xaas.site/1", "launcher": []})",
                           R"({"schema": "xaas.site/1", "launcher": "srun"})",
                           R"({"schema": "xaas.site/1", "launcher": [""]})"})
    expect_refused(parse_site_profile(json), "site.malformed", "");
}

TEST(ParseSiteProfile, NamesTheFieldAndItsLine) {
  expect_refused(parse_site_profile("{\"schema\": \"xaas.site/1\",\n\n\"jobs\": 0}"),
                 "site.malformed", "`jobs` is 0; it is at least 1 (line 3)");
  expect_refused(parse_site_profile("{\"schema\": \"xaas.site/1\",\n\"bind\": [\"/a\",\n7]}"),
                 "site.malformed", "`bind[1]` is a number, not a text (line 3)");
}

TEST(ParseSiteProfile, TakesMemoryAsBytesOrAsPeopleWriteIt) {
  EXPECT_EQ(parse_site_profile(R"({"schema": "xaas.site/1", "memory": 5000})").value().memory,
            5000U);
  EXPECT_EQ(parse_site_profile(R"({"schema": "xaas.site/1", "memory": "8G"})").value().memory,
            8'000'000'000U);
}

TEST(ParseSiteProfile, AgreesWithItsSchema) {
  const auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder.has_value());
  const auto file = folder->path() / "site.json";
  const auto fits = [&](const std::string& json) {
    EXPECT_TRUE(write_file(file, json).has_value());
    const std::string program =
        "import json, sys, jsonschema\n"
        "schema, document = [json.load(open(f)) for f in sys.argv[1:]]\n"
        "jsonschema.Draft202012Validator.check_schema(schema)\n"
        "sys.exit(0 if jsonschema.Draft202012Validator(schema).is_valid(document) else 2)\n";
    const auto exit_code =
        run({.argv = {"/usr/bin/python3", "-c", program, XAAS_SITE_SCHEMA, file.string()}})
            .value()
            .exit_code;
    EXPECT_TRUE(exit_code == 0 || exit_code == 2) << exit_code;
    return exit_code == 0;
  };
  EXPECT_TRUE(fits(print_site_profile({.cache = "/scratch/$USER", .jobs = 7})));
  EXPECT_TRUE(fits(R"({"schema": "xaas.site/1.1", "more": 1})"));
  EXPECT_FALSE(fits(R"({"schema": "xaas.site/1", "cache": "here"})"));
  EXPECT_FALSE(fits(R"({"schema": "xaas.site/1", "jobs": 0})"));
}

TEST(LoadSiteProfile, ReadsTheFileThatTheVariableNames) {
  const auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder.has_value());
  ASSERT_TRUE(
      write_file(folder->path() / "s", R"({"schema": "xaas.site/1", "jobs": 3})").has_value());
  EXPECT_EQ(load_from(folder->path() / "s").value().jobs, 3U);
}

TEST(LoadSiteProfile, IsAnErrorWhereTheNamedFileCannotBeRead) {
  expect_refused(load_from("site.json"), "site.path", "`site.json`");
  expect_refused(load_from("/nowhere/site.json"), "file.missing", "/nowhere/site.json");
  expect_refused(load_from("/dev/null"), "support.not-regular", "/dev/null");
}

TEST(DefaultJobs, AreNoMoreThanTheSiteWants) {
  EXPECT_EQ(default_jobs({}), usable_processors());
  EXPECT_EQ(default_jobs({.jobs = 1}), 1U);
  EXPECT_EQ(default_jobs({.jobs = 4096}), usable_processors());
}

TEST(SiteCache, PutsVariablesIn) {
  EXPECT_EQ(cache_of("/scratch/$USER/xaas").value(), "/scratch/ada/xaas");
  EXPECT_EQ(cache_of("${SCRATCH}/${USER}x").value(), "/scratch/adax");
  EXPECT_EQ(cache_of("/plain").value(), "/plain");
  EXPECT_EQ(cache_of("").value(), "");
}

TEST(SiteCache, NamesTheVariableThatIsNotSet) {
  expect_refused(cache_of("/scratch/$USERS/xaas"), "site.variable", "`USERS` is not set");
  expect_refused(cache_of("/scratch/$EMPTY/xaas"), "site.variable", "`EMPTY` is not set");
  expect_refused(cache_of("/scratch/${USER"), "site.variable", "/scratch/${USER");
  expect_refused(cache_of("/scratch/$/x"), "site.variable", "/scratch/$/x");
}

TEST(SiteCache, RefusesVariablesThatMakeItRelative) {
  expect_refused(cache_of("$RELATIVE/x"), "site.variable", "`here/x`");
}

TEST(SiteTargets, AreInEtcUnlessTheProfileSaysWhere) {
  const auto variables = [](const std::string& name) {
    return name == "APPS" ? std::optional<std::string>("/apps") : std::nullopt;
  };
  EXPECT_EQ(site_targets({}, variables).value(), "/etc/xaas/targets");
  EXPECT_EQ(site_targets({.targets = "$APPS/targets"}, variables).value(), "/apps/targets");
  expect_refused(site_targets({.targets = "$NONE/x"}, variables), "site.variable",
                 "`targets` is `$NONE/x`, and the variable `NONE` is not set");
}

TEST(SiteInterfaces, AreInEtcUnlessTheProfileSaysWhere) {
  const auto variables = [](const std::string& name) {
    return name == "APPS" ? std::optional<std::string>("/apps") : std::nullopt;
  };
  EXPECT_EQ(site_interfaces({}, variables).value(), "/etc/xaas/interfaces");
  EXPECT_EQ(site_interfaces({.interfaces = "${APPS}/i"}, variables).value(), "/apps/i");
  expect_refused(site_interfaces({.interfaces = "$NONE/x"}, variables), "site.variable",
                 "`interfaces` is `$NONE/x`, and the variable `NONE` is not set");
}

TEST(EnvironmentVariables, KnowTheUsersNumber) {
  EXPECT_EQ(environment_variables()("UID"), std::to_string(::geteuid()));
  EXPECT_EQ(environment_variables()("XAAS_NO_SUCH_VARIABLE"), std::nullopt);
}

}  // namespace xaas
