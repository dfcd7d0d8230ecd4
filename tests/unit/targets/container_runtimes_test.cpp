// SPDX-License-Identifier: Apache-2.0
#include "container_runtimes.hpp"

#include "fake_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using testing::FakeHost;
using ::testing::IsEmpty;

TEST(FindContainerRuntimes, AreTheFirstInPathAndUsualPlaces) {
  FakeHost host;
  host.variables["PATH"] = "/opt/site/bin:relative:/usr/bin";
  host.files["/opt/site/bin/podman"] = "";
  host.files["/usr/bin/podman"] = "";
  host.files["/usr/bin/ls"] = "";
  host.files["/usr/local/bin/ch-run"] = "";
  EXPECT_THAT(find_container_runtimes(host).value(),
              ElementsAre(ContainerRuntime{.name = "charliecloud", .path = "/usr/local/bin/ch-run"},
                          ContainerRuntime{.name = "podman", .path = "/opt/site/bin/podman"}));
}

TEST(FindContainerRuntimes, CountApptainerOnce) {
  FakeHost host;
  host.files["/usr/bin/apptainer"] = "";
  host.links["/usr/bin/singularity"] = "apptainer";
  EXPECT_THAT(find_container_runtimes(host).value(),
              ElementsAre(ContainerRuntime{.name = "apptainer", .path = "/usr/bin/apptainer"}));
  host.links.clear();
  host.files["/usr/bin/singularity"] = "";
  EXPECT_EQ(find_container_runtimes(host)->size(), 2U);
}

TEST(FindContainerRuntimes, AreNoFolders) {
  FakeHost host;
  host.files["/usr/bin/docker/readme"] = "";
  EXPECT_THAT(find_container_runtimes(host).value(), IsEmpty());
}

TEST(FindContainerRuntimes, AreUnknownWhereNothingCanBeLookedInto) {
  EXPECT_FALSE(find_container_runtimes(FakeHost()).has_value());
}

}  // namespace
}  // namespace xaas
