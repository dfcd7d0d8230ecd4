// SPDX-License-Identifier: Apache-2.0
#include "identity.hpp"

#include "xaas/support/json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace xaas {
namespace {

DeploymentRecord record() {
  DeploymentRecord record{.application = "100% app",
                          .ir = digest_of("ir"),
                          .producer = "xaas-deploy 1",
                          .numerics = "native"};
  record.target.architecture = "amd64";
  record.target.cpu.name = "znver4";
  return record;
}

Json package_in(const std::string& option) {
  constexpr std::string_view k_option = "--package-metadata=";
  EXPECT_TRUE(option.starts_with(k_option));
  return *parse_json(option.substr(k_option.size()));
}

TEST(IdentityOption, NamesIrAndTarget) {
  const Json package = package_in(identity_option(record(), ""));
  EXPECT_EQ(package["type"], "xaas");
  EXPECT_EQ(package["name"], "100%25 app");  // the linker reads %25 as %
  EXPECT_EQ(package["xaasIr"], digest_of("ir").str());
  EXPECT_EQ(package["xaasTarget"], "znver4");
}

TEST(IdentityOption, TakesNamesThatAreNotUtf8) {
  DeploymentRecord strange = record();
  strange.application = "a\xff\nb";
  EXPECT_EQ(package_in(identity_option(strange, ""))["name"], "a\xef\xbf\xbd\nb");
}

TEST(IdentityOption, KeepsWhatADistributionSays) {
  const Json package = package_in(identity_option(
      record(), R"(--package-metadata={"type":"deb","name":"zstd%2d","version":"1%"})"));
  EXPECT_EQ(package["type"], "deb");
  EXPECT_EQ(package["name"], "zstd-");
  EXPECT_EQ(package["version"], "1%25");
  EXPECT_EQ(package["xaasTarget"], "znver4");
}

TEST(IdentityOption, ReplacesWhatIsNoPackage) {
  for (const char* recorded :
       {"--package-metadata=", "--package-metadata=[]", "--package-metadata=%"})
    EXPECT_EQ(package_in(identity_option(record(), recorded))["type"], "xaas") << recorded;
}

}  // namespace
}  // namespace xaas
