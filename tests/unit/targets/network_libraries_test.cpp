// SPDX-License-Identifier: Apache-2.0
#include "network_libraries.hpp"

#include "fake_host.hpp"
#include "made_library.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using testing::FakeHost;
using testing::functions;
using ::testing::IsEmpty;
using testing::library;
using testing::text_function;

std::vector<NetworkLibrary> found_on(const FakeHost& host) {
  return find_network_libraries(host, search_libraries(host, "amd64", {}), "amd64").libraries;
}

TEST(FindNetworkLibraries, KnowsProvidersByWhatLibfabricNeedsAndByItsFolder) {
  FakeHost host;
  host.files["/usr/lib64/libfabric.so.1"] =
      library("libfabric.so.1", functions({"fi_getinfo"}) + text_function("f", "1.15.2.0"),
              {"libcxi.so.1", "librdmacm.so.1"});
  host.files["/usr/lib64/libfabric/libpsm3-fi.so"] = "";
  host.files["/usr/lib64/libfabric/README"] = "";
  const NetworkLibrary expected{.name = "libfabric",
                                .version = "1.15.2.0",
                                .providers = {"cxi", "psm3", "verbs"},
                                .path = "/usr/lib64/libfabric.so.1"};
  EXPECT_THAT(found_on(host), ElementsAre(expected));
}

TEST(FindNetworkLibraries, KnowsUcxsTransportsByItsModules) {
  FakeHost host;
  host.files["/usr/lib64/libucp.so.0"] =
      library("libucp.so.0", text_function("ucp_get_version_string", "1.13.1"));
  for (const char* name : {"libuct_ib.so.0", "libuct_ib.so.0.0.0", "libuct_cma.so.0", "libuct_.so"})
    host.files[std::string("/usr/lib64/ucx/") + name] = "";
  const NetworkLibrary expected{.name = "ucx",
                                .version = "1.13.1",
                                .providers = {"cma", "ib"},
                                .path = "/usr/lib64/libucp.so.0"};
  EXPECT_THAT(found_on(host), ElementsAre(expected));
}

TEST(FindNetworkLibraries, TakesTheFirstOfEach) {
  FakeHost host;
  host.variables["LD_LIBRARY_PATH"] = "/opt/new";
  const std::string bytes = library("libfabric.so.1", functions({"fi_getinfo"}));
  host.files["/opt/new/libfabric.so.1"] = bytes;
  host.files["/usr/lib64/libfabric.so.1"] = bytes;
  ASSERT_EQ(found_on(host).size(), 1U);
  EXPECT_EQ(found_on(host).front().path, "/opt/new/libfabric.so.1");
}

TEST(FindNetworkLibraries, IsNoneOfOthers) {
  FakeHost host;
  host.files["/usr/lib64/libfabric.so.1"] = library("libfabric.so.1", functions({"weave"}));
  EXPECT_THAT(found_on(host), IsEmpty());
}

}  // namespace
}  // namespace xaas
