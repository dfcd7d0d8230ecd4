// SPDX-License-Identifier: Apache-2.0
#include "mpi_launcher.hpp"

#include "fake_host.hpp"

#include <gtest/gtest.h>

#include <string>

namespace xaas {
namespace {

using testing::FakeHost;

std::string launcher(const HostProbe& host, const char* flavour, const char* path) {
  return find_launcher(host, {.flavour = flavour,
                              .abi = std::string(flavour) == "openmpi" ? "openmpi" : "mpich",
                              .path = path});
}

TEST(FindLauncher, IsOfTheSameInstallation) {
  FakeHost host;
  host.files["/opt/mpich/bin/mpiexec.hydra"] = "";
  host.links["/opt/mpich/bin/mpiexec"] = "mpiexec.hydra";
  host.files["/opt/openmpi/bin/mpirun"] = "";
  host.files["/opt/intel/mpi/bin/mpiexec.hydra"] = "";
  EXPECT_EQ(launcher(host, "mpich", "/opt/mpich/lib/libmpi.so.12"), "/opt/mpich/bin/mpiexec.hydra");
  EXPECT_EQ(launcher(host, "openmpi", "/opt/openmpi/lib64/libmpi.so.40"),
            "/opt/openmpi/bin/mpirun");
  EXPECT_EQ(launcher(host, "intel-mpi", "/opt/intel/mpi/lib/release/libmpi.so.12"),
            "/opt/intel/mpi/bin/mpiexec.hydra");
  EXPECT_EQ(launcher(host, "mpich", "/nowhere/lib/libmpi.so.12"), "");
}

TEST(FindLauncher, LiesInUsrBinOfALibraryThatLiesInLib) {
  FakeHost host;
  for (const char* folder : {"/bin", "/usr/bin"})
    host.files[folder + std::string("/mpiexec.openmpi")] = "";
  EXPECT_EQ(launcher(host, "openmpi", "/lib/x86_64-linux-gnu/libmpi.so.40"),
            "/usr/bin/mpiexec.openmpi");
}

TEST(FindLauncher, IsNotThatOfAnotherMpiBesideIt) {
  FakeHost host;
  host.files["/usr/bin/mpiexec.openmpi"] = "";
  host.files["/usr/bin/mpiexec.mpich"] = "";
  host.links["/usr/bin/mpiexec"] = "/etc/alternatives/mpirun";
  host.links["/etc/alternatives/mpirun"] = "/usr/bin/mpirun.openmpi";
  const char* open_mpi = "/usr/lib/x86_64-linux-gnu/openmpi/lib/libmpi.so.40";
  const char* mpich = "/usr/lib/x86_64-linux-gnu/libmpich.so.12";
  EXPECT_EQ(launcher(host, "openmpi", open_mpi), "/usr/bin/mpiexec.openmpi");
  EXPECT_EQ(launcher(host, "mpich", mpich), "/usr/bin/mpiexec.mpich");
  host.files.erase("/usr/bin/mpiexec.mpich");
  EXPECT_EQ(launcher(host, "mpich", mpich), "");
  host.links["/etc/alternatives/mpirun"] = "/usr/bin/orterun";
  EXPECT_EQ(launcher(host, "mpich", mpich), "");
}

TEST(FindLauncher, IsCraysOwnPackage) {
  FakeHost host;
  const char* cray = "/opt/cray/pe/mpich/8.1.29/ofi/gnu/12.3/lib/libmpi_gnu_123.so.12";
  host.files["/opt/cray/pe/bin/mpiexec"] = "";
  EXPECT_EQ(launcher(host, "cray-mpich", cray), "");
  host.files["/opt/cray/pals/default/bin/mpiexec"] = "";
  EXPECT_EQ(launcher(host, "cray-mpich", cray), "/opt/cray/pals/default/bin/mpiexec");
}

}  // namespace
}  // namespace xaas
