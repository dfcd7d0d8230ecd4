// SPDX-License-Identifier: Apache-2.0
#include "package_folders.hpp"

#include "fake_host.hpp"
#include "spack.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace xaas {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FakeHost;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

PackageFolder folder(std::string path, std::string module, std::string origin) {
  return {.path = std::move(path), .module = std::move(module), .origin = std::move(origin)};
}

std::vector<PackageFolder> folders_on(const FakeHost& host) {
  return find_package_folders(host, "amd64").folders;
}

TEST(FindPackageFolders, KnowsWhichModuleToLoad) {
  FakeHost host;
  host.variables["MODULEPATH"] = "/m";
  host.files["/m/openmpi/4.1"] = "#%Module\nprepend-path LD_LIBRARY_PATH /apps/openmpi/lib\n";
  host.files["/apps/openmpi/lib/libmpi.so.40"] = "";
  // Run paths in its programs: no LD_LIBRARY_PATH.
  host.files["/m/fftw/3"] = "#%Module\nprepend-path PATH /apps/fftw/bin\nsetenv NOTHING /usr\n";
  host.files["/apps/fftw/lib/libfftw3.so.3"] = "";
  host.files["/m/editor/1"] = "#%Module\nprepend-path LD_LIBRARY_PATH /apps/editor/lib\n";
  host.files["/apps/editor/lib/libeditor.so.1"] = "";
  const auto found = find_package_folders(host, "amd64");
  EXPECT_THAT(found.folders, ElementsAre(folder("/apps/fftw/lib", "fftw/3", "module"),
                                         folder("/apps/openmpi/lib", "openmpi/4.1", "module")));
  EXPECT_EQ(found.module_of("/apps/fftw/lib/libfftw3.so.3"), "fftw/3");
  EXPECT_EQ(found.module_of("/apps/editor/lib/libeditor.so.1"), "");
  EXPECT_THAT(found.paths(), ElementsAre("/apps/fftw/lib", "/apps/openmpi/lib"));
}

TEST(FindPackageFolders, AsksForNoModuleWhereEveryLoaderLooks) {
  FakeHost host;
  host.variables["MODULEPATH"] = "/m";
  host.files["/m/openmpi/4.1"] =
      "#%Module\nprepend-path LD_LIBRARY_PATH /usr/lib64:/opt/site/lib\n";
  host.files["/usr/lib64/libmpi.so.40"] = "";
  host.files["/opt/site/lib/libmpi.so.40"] = "";
  host.files["/etc/ld.so.cache"] = std::string("x\0/opt/site/lib/libc.so.6\0", 26);
  EXPECT_THAT(folders_on(host), IsEmpty());
}

TEST(FindPackageFolders, KnowsWhichLoadedModuleAFolderIsFrom) {
  FakeHost host;
  host.variables["LOADEDMODULES"] = "openmpi/4.1:impi/2021";
  host.variables["_LMFILES_"] = "/m/openmpi/4.1:/m/impi/2021";
  host.variables["LD_LIBRARY_PATH"] = "/apps/o41/lib:/apps/impi/2021/lib:/home/user/lib";
  host.files["/m/openmpi/4.1"] = "#%Module\nprepend-path LD_LIBRARY_PATH /apps/o41/lib\n";
  for (const char* place : {"/apps/o41/lib", "/apps/impi/2021/lib", "/home/user/lib"})
    host.files[fmt::format("{}/libmpi.so.40", place)] = "";
  // What the user put there by hand is found without a module.
  EXPECT_THAT(folders_on(host),
              ElementsAre(folder("/apps/o41/lib", "openmpi/4.1", "LD_LIBRARY_PATH"),
                          folder("/apps/impi/2021/lib", "impi/2021", "LD_LIBRARY_PATH")));
}

TEST(FindPackageFolders, KnowsEasyBuildsVariables) {
  FakeHost host;
  const std::string root = "/apps/software/OpenMPI/4.1.5-GCC-12.3.0";
  host.variables["LOADEDMODULES"] = "GCC/12.3.0:OpenMPI/4.1.5-GCC-12.3.0";
  host.variables["EBROOTOPENMPI"] = root;
  host.variables["EBROOTFFTW"] = "relative";
  host.files[root + "/lib/libmpi.so.40"] = "";
  EXPECT_THAT(folders_on(host),
              ElementsAre(folder(root + "/lib", "OpenMPI/4.1.5-GCC-12.3.0", "EBROOTOPENMPI")));
}

TEST(FindPackageFolders, AsksTheDriverInPath) {
  FakeHost host;
  host.variables["PATH"] = "/usr/bin:/home/user/bin";
  host.files["/usr/bin/ls"] = "";
  host.links["/home/user/bin/mpicc"] = "/opt/mpi/bin/mpicc";
  host.links["/opt/mpi/bin/mpicc"] = "opal_wrapper";
  host.files["/opt/mpi/lib/libmpi.so.40"] = "";
  EXPECT_THAT(folders_on(host), ElementsAre(folder("/opt/mpi/lib", "", "mpicc")));
}

TEST(FindPackageFolders, HasTheChosenAlternativeFirst) {
  FakeHost host;
  const std::string usual = "/usr/lib/x86_64-linux-gnu";
  host.links["/etc/alternatives/libmpi.so-x86_64-linux-gnu"] = usual + "/openmpi/lib/libmpi.so";
  for (const char* name : {"mpich", "openmpi"})
    host.files[fmt::format("{}/{}/lib/libmpi.so.1", usual, name)] = "";
  EXPECT_THAT(folders_on(host),
              ElementsAre(folder(usual + "/openmpi/lib", "", "update-alternatives"),
                          folder(usual + "/mpich/lib", "", "distribution")));
}

TEST(FindPackageFolders, LearnsOfAModuleForWhatItKnowsAlready) {
  FakeHost host;
  host.variables["MODULEPATH"] = "/usr/share/modulefiles";
  host.files["/usr/share/modulefiles/mpi/openmpi-x86_64"] =
      "#%Module\nprepend-path LD_LIBRARY_PATH /usr/lib64/openmpi/lib\n";
  host.files["/usr/lib64/openmpi/lib/libmpi.so.40"] = "";
  EXPECT_THAT(folders_on(host),
              ElementsAre(folder("/usr/lib64/openmpi/lib", "mpi/openmpi-x86_64", "distribution")));
}

TEST(FindPackageFolders, LooksIntoNoMoreThanSoMany) {
  FakeHost host;
  host.variables["MODULEPATH"] = "/m";
  std::string text = "#%Module\n";
  for (int i = 0; i < 6000; ++i) text += fmt::format("prepend-path LD_LIBRARY_PATH /l/{}\n", i);
  host.files["/m/many/1"] = text;
  EXPECT_THAT(find_package_folders(host, "amd64").problems,
              ElementsAre(HasSubstr("not all were looked into")));
}

constexpr const char* k_database = "/spack/opt/spack/.spack-db/index.json";

std::string spack_database(const std::string& installs) {
  return R"({"database": {"version": "7", "installs": {)" + installs + "}}}";
}

std::string installed(const std::string& name, const std::string& rest) {
  return fmt::format(R"("{0}-hash": {{"spec": {{"name": "{0}"}}, {1}}})", name, rest);
}

TEST(FindSpackPrefixes, TakesWhatIsInstalledOfMpisAndMathematics) {
  FakeHost host;
  host.variables["SPACK_ROOT"] = "/spack";
  host.files[k_database] =
      spack_database(installed("openmpi", R"("path": "/s/openmpi", "installed": true)") + "," +
                     installed("zlib", R"("path": "/s/zlib", "installed": true)") + "," +
                     installed("mpich", R"("path": "/s/mpich", "installed": false)") + "," +
                     installed("cray-mpich", R"("path": null, "installed": true)") + "," +
                     installed("openblas", R"("path": "/s/openblas", "installed": true)"));
  const auto found = find_spack_prefixes(host);
  EXPECT_THAT(found.prefixes, ElementsAre("/s/openmpi", "/s/openblas"));
  EXPECT_THAT(found.problems, IsEmpty());
  host.files["/s/openmpi/lib/libmpi.so.40"] = "";
  EXPECT_THAT(folders_on(host), ElementsAre(folder("/s/openmpi/lib", "", "spack")));
}

TEST(FindSpackPrefixes, FollowsItsConfiguration) {
  FakeHost host;
  host.variables["PATH"] = "/usr/bin:/spack/bin";
  host.variables["HOME"] = "/home/user";
  host.files["/spack/lib/spack/spack/main.py"] = "";
  host.files["/spack/etc/spack/config.yaml"] =
      "config:\n  install_tree:\n    root: $spack/../installed  \n";
  host.files["/home/user/.spack/upstreams.yaml"] =
      "upstreams:\n  site:\n    install_tree: '/site/spack'\n    modules:\n      tcl: /m\n";
  host.files["/spack/../installed/.spack-db/index.json"] =
      spack_database(installed("mpich", R"("path": "/i/mpich", "installed": true)"));
  host.files["/site/spack/.spack-db/index.json"] =
      spack_database(installed("fftw", R"("path": "/u/fftw", "installed": true)"));
  EXPECT_THAT(find_spack_prefixes(host).prefixes, ElementsAre("/i/mpich", "/u/fftw"));
}

TEST(FindSpackPrefixes, SaysWhatIsWrongWithADatabase) {
  FakeHost host;
  host.variables["SPACK_ROOT"] = "/spack";
  EXPECT_THAT(find_spack_prefixes(host).problems, IsEmpty());  // nothing is installed yet
  for (const std::string& broken :
       {std::string(R"({"database": {"insta)"), std::string(100, '\xff'), std::string("[]"),
        std::string(R"({"database": {"installs": []}})"), spack_database(R"("h": 3)"),
        spack_database(R"("h": {"spec": null})"),
        spack_database(installed("mpich", R"("path": "/i/mpich", "installed": 1)"))}) {
    host.files[k_database] = broken;
    EXPECT_THAT(find_spack_prefixes(host).problems, ElementsAre(HasSubstr(k_database))) << broken;
  }
  host.files[k_database] = std::string(std::size_t{33} << 20, ' ');
  EXPECT_THAT(find_package_folders(host, "amd64").problems, SizeIs(1));
}

TEST(DetectTarget, TellsOfPackagesThatItCouldNotLookFor) {
  FakeHost host;
  host.variables["SPACK_ROOT"] = "/spack";
  host.files[k_database] = "{";
  EXPECT_THAT(detect_target(host).probe_errors, Contains(HasSubstr(k_database)));
}

}  // namespace
}  // namespace xaas
