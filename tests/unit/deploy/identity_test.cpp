// SPDX-License-Identifier: Apache-2.0
#include "specialize/identity.hpp"

#include "xaas/support/json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace xaas {
namespace {

ProductIdentity identity() {
  return {.application = "100% app",
          .ir = digest_of("ir"),
          .architecture = "amd64",
          .target = "znver4",
          .numerics = "native",
          .producer = "xaas-deploy 1"};
}

Json package_in(const std::string& option) {
  constexpr std::string_view k_option = "--package-metadata=";
  EXPECT_TRUE(option.starts_with(k_option));
  return *parse_json(option.substr(k_option.size()));
}

TEST(IdentityOption, NamesIrAndTarget) {
  const Json package = package_in(identity_option(identity(), ""));
  EXPECT_EQ(package["type"], "xaas");
  EXPECT_EQ(package["name"], "100%25 app");  // the linker reads %25 as %
  EXPECT_EQ(package["xaasIr"], digest_of("ir").str());
  EXPECT_EQ(package["xaasTarget"], "znver4");
}

TEST(IdentityOption, NamesTheConfigurationWhereThereAreSeveral) {
  ProductIdentity one_of_several = identity();
  one_of_several.configuration = "openmp=on";
  EXPECT_EQ(package_in(identity_option(one_of_several, ""))["xaasConfiguration"], "openmp=on");
  EXPECT_FALSE(package_in(identity_option(identity(), "")).contains("xaasConfiguration"));
}

TEST(IdentityOption, TakesNamesThatAreNotUtf8) {
  ProductIdentity strange = identity();
  strange.application = "a\xff\nb";
  EXPECT_EQ(package_in(identity_option(strange, ""))["name"], "a\xef\xbf\xbd\nb");
}

TEST(IdentityOption, KeepsWhatADistributionSays) {
  const Json package = package_in(identity_option(
      identity(), R"(--package-metadata={"type":"deb","name":"zstd%2d","version":"1%"})"));
  EXPECT_EQ(package["type"], "deb");
  EXPECT_EQ(package["name"], "zstd-");
  EXPECT_EQ(package["version"], "1%25");
  EXPECT_EQ(package["xaasTarget"], "znver4");
}

TEST(IdentityOption, ReplacesWhatIsNoPackage) {
  for (const char* recorded :
       {"--package-metadata=", "--package-metadata=[]", "--package-metadata=%"})
    EXPECT_EQ(package_in(identity_option(identity(), recorded))["type"], "xaas") << recorded;
}

}  // namespace
}  // namespace xaas
