// SPDX-License-Identifier: Apache-2.0
#include "cray.hpp"

#include "fake_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using testing::FakeHost;
using ::testing::IsEmpty;

constexpr const char* k_mpich = "/opt/cray/pe/mpich/8.1.29";

FakeHost cray_machine() {
  FakeHost host;
  for (const char* version : {"8.1.29", "8.1.32"}) {
    for (const std::string below :
         {"/ofi/cray/17.0/lib/libmpi_cray.so.12", "/ofi/gnu/9.1/lib/libmpi_gnu_91.so.12",
          "/ofi/gnu/12.3/lib/libmpi_gnu_123.so.12", "/ofi/gnu/12.3/lib-abi-mpich/libmpi.so.12",
          "/gtl/lib/libmpi_gtl_hsa.so.0", "/gtl/lib/libmpi_gtl_cuda.so.0"}) {
      host.files["/opt/cray/pe/mpich/" + std::string(version) + below] = "";
    }
  }
  host.links["/opt/cray/pe/mpich/default"] = "8.1.29";
  for (const std::string compiler : {"CRAY/17.0", "GNU/12.3"})
    host.files["/opt/cray/pe/libsci/24.03.0/" + compiler + "/x86_64/lib/libsci_x.so.6"] = "";
  for (const char* processor : {"x86_milan", "x86_genoa"})
    host.files["/opt/cray/pe/fftw/3.3.10.7/" + std::string(processor) + "/lib/libfftw3.so.3"] = "";
  return host;
}

std::vector<PackageFolder> folders_on(const FakeHost& host) {
  return find_package_folders(host, "amd64").folders;
}

PackageFolder folder(std::string path, std::string module) {
  return {.path = std::move(path), .module = std::move(module), .origin = "cray"};
}

TEST(FindCrayFolders, NamesModulesWhereNoneIsLoaded) {
  EXPECT_THAT(
      folders_on(cray_machine()),
      ElementsAre(
          folder(std::string(k_mpich) + "/ofi/cray/17.0/lib", "PrgEnv-cray cray-mpich/8.1.29"),
          folder(std::string(k_mpich) + "/ofi/gnu/12.3/lib", "PrgEnv-gnu cray-mpich/8.1.29"),
          folder(std::string(k_mpich) + "/ofi/gnu/12.3/lib-abi-mpich",
                 "PrgEnv-gnu cray-mpich-abi/8.1.29"),
          folder("/opt/cray/pe/libsci/24.03.0/CRAY/17.0/x86_64/lib",
                 "PrgEnv-cray cray-libsci/24.03.0"),
          folder("/opt/cray/pe/libsci/24.03.0/GNU/12.3/x86_64/lib",
                 "PrgEnv-gnu cray-libsci/24.03.0")));
}

TEST(FindCrayFolders, IsOfTheLoadedEnvironment) {
  auto host = cray_machine();
  host.variables["PE_ENV"] = "GNU";
  host.variables["CRAY_MPICH_VERSION"] = "8.1.32";
  host.variables["CRAY_CPU_TARGET"] = "x86-milan";
  EXPECT_THAT(
      folders_on(host),
      ElementsAre(
          folder("/opt/cray/pe/mpich/8.1.32/ofi/gnu/12.3/lib", "cray-mpich/8.1.32"),
          folder("/opt/cray/pe/mpich/8.1.32/ofi/gnu/12.3/lib-abi-mpich", "cray-mpich-abi/8.1.32"),
          folder("/opt/cray/pe/libsci/24.03.0/GNU/12.3/x86_64/lib", "cray-libsci/24.03.0"),
          folder("/opt/cray/pe/fftw/3.3.10.7/x86_milan/lib", "cray-fftw/3.3.10.7")));
}

TEST(FindCrayFolders, KnowsTheLoadedMpiByItsVariables) {
  auto host = cray_machine();
  host.variables["PE_ENV"] = "CRAY";
  host.variables["LOADEDMODULES"] = "craype/2.7.31.11:cray-mpich/8.1.29:PrgEnv-cray/8.5.0";
  host.variables["CRAY_MPICH_DIR"] = std::string(k_mpich) + "/ofi/cray/17.0";
  EXPECT_EQ(folders_on(host).front(),
            (PackageFolder{.path = std::string(k_mpich) + "/ofi/cray/17.0/lib",
                           .module = "cray-mpich/8.1.29",
                           .origin = "CRAY_MPICH_DIR"}));
}

TEST(FindCrayFolders, HasNoneElsewhere) {
  EXPECT_THAT(find_cray_folders(FakeHost()), IsEmpty());
  FakeHost host;  // a version that was removed
  host.links["/opt/cray/pe/mpich/default"] = "8.1.29";
  EXPECT_THAT(find_cray_folders(host), IsEmpty());
}

TEST(OrderByProgrammingEnvironment, PutsItsLibraryFirst) {
  const auto mpi = [](const char* flavour, const char* soname, const char* path = "") {
    return MpiInstallation{.flavour = flavour, .soname = soname, .path = path};
  };
  const std::vector<MpiInstallation> before{
      mpi("openmpi", "libmpi.so.40"), mpi("cray-mpich", "libmpi_cray.so.12"),
      mpi("cray-mpich", "libmpi_gnu_123.so.12"),
      mpi("cray-mpich", "libmpi.so.12", "/opt/cray/pe/mpich/8/ofi/gnu/12.3/lib-abi-mpich/l"),
      mpi("mpich", "libmpich.so.12")};
  FakeHost host;
  auto found = before;
  order_by_programming_environment(host, found);
  EXPECT_EQ(found, before);
  host.variables["PE_ENV"] = "GNU";
  order_by_programming_environment(host, found);
  EXPECT_THAT(found, ElementsAre(before[0], before[2], before[3], before[1], before[4]));
  host.variables["PE_ENV"] = "CRAY";
  order_by_programming_environment(host, found);
  EXPECT_THAT(found, ElementsAre(before[0], before[1], before[2], before[3], before[4]));
}

TEST(FindGpuTransport, IsForTheMachinesGpu) {
  const auto host = cray_machine();
  const std::string mpi = std::string(k_mpich) + "/ofi/gnu/12.3/lib/libmpi_gnu_123.so.12";
  const auto with = [&](const char* vendor, const char* architecture) {
    return find_gpu_transport(host, mpi,
                              std::vector<Gpu>{{.vendor = vendor, .architecture = architecture}});
  };
  EXPECT_EQ(with("amd", "gfx90a"), std::string(k_mpich) + "/gtl/lib/libmpi_gtl_hsa.so.0");
  EXPECT_EQ(with("nvidia", "sm_80"), std::string(k_mpich) + "/gtl/lib/libmpi_gtl_cuda.so.0");
  EXPECT_EQ(with("nvidia", ""), std::string(k_mpich) + "/gtl/lib/libmpi_gtl_cuda.so.0");
  EXPECT_EQ(with("intel", "pvc"), "");  // it is not installed
  EXPECT_EQ(find_gpu_transport(host, mpi, std::nullopt), "");
  EXPECT_EQ(find_gpu_transport(host, mpi, std::vector<Gpu>{}), "");
}

TEST(FindGpuTransport, IsForTheAcceleratorThatModulesName) {
  auto host = cray_machine();
  host.variables["CRAY_ACCEL_TARGET"] = "amd_gfx90a";
  host.variables["PE_MPICH_GTL_DIR_amd_gfx90a"] = "-L/opt/other/gtl/lib";
  host.variables["PE_MPICH_GTL_LIBS_amd_gfx90a"] = "-lmpi_gtl_hsa";
  host.files["/opt/other/gtl/lib/libmpi_gtl_hsa.so.0"] = "";
  EXPECT_EQ(find_gpu_transport(host, "/opt/cray/pe/lib64/libmpi_cray.so.12", std::nullopt),
            "/opt/other/gtl/lib/libmpi_gtl_hsa.so.0");
}

}  // namespace
}  // namespace xaas
