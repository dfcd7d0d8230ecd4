// SPDX-License-Identifier: Apache-2.0
#include "loading.hpp"

#include "fake_host.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using testing::FakeHost;
using ::testing::IsEmpty;
using Kind = LoadProblem::Kind;

/// A folder in which a program and its libraries are linked, and a machine that has them.
class LoadProblems : public ::testing::Test {
 protected:
  void SetUp() override { folder_ = TemporaryFolder::make().value(); }

  void link(const std::string& name, const std::string& source,
            const std::vector<std::string>& words, const std::string& version_script = "") {
    const auto file = folder_->path() / name;
    std::vector<std::string> argv{XAAS_CLANG, "-nostdlib", "-fuse-ld=lld", "-x", "c", "-fPIC", "-w",
                                  "-",        "-o",        file.string()};
    argv.insert(argv.end(), words.begin(), words.end());
    if (!version_script.empty()) {
      ASSERT_TRUE(write_file(folder_->path() / "script", version_script));
      argv.emplace_back("-Wl,--version-script=script");
    }
    const auto made = run({.argv = argv, .folder = folder_->path(), .input = source});
    ASSERT_TRUE(made && made->succeeded()) << made->errors;
  }
  void library(const std::string& name, const std::string& source,
               std::vector<std::string> words = {}, const std::string& version_script = "") {
    words.insert(words.end(), {"-x", "none", "-shared", "-Wl,-soname," + name});
    link(name, source, words, version_script);
  }
  void program(std::vector<std::string> words) {
    words.insert(words.end(), {"-Wl,-e,start", "-Wl,--dynamic-linker=/lib64/ld.so",
                               "-Wl,--unresolved-symbols=ignore-all", "-Wl,--no-as-needed"});
    words.insert(words.begin(), {"-x", "none"});
    link("p", "int f(void); int start(void) { return f(); }", words);
    host_.files["/lib64/ld.so"] = "";
  }
  void put(const std::string& name, const std::string& path) {
    host_.files[path] = read_file(folder_->path() / name).value_or("");
  }

  FakeHost host_;

 private:
  std::optional<TemporaryFolder> folder_;
};

constexpr const char* k_f = "int f(void) { return 1; }";

TEST_F(LoadProblems, AreNoneWhereAllIsFound) {
  library("liba.so.1", k_f);
  program({"liba.so.1", "-Wl,--disable-new-dtags,-rpath,$ORIGIN/../lib"});
  put("p", "/t/bin/p");
  put("liba.so.1", "/t/lib/liba.so.1");
  EXPECT_THAT(load_problems(host_, {"/t/bin/p"}, "/t"), IsEmpty());
}

TEST_F(LoadProblems, NameALibraryThatNoFolderHasAndWhereItWasLookedFor) {
  library("liba.so.1", k_f);
  program({"liba.so.1", "-Wl,--disable-new-dtags,-rpath,$ORIGIN/../lib"});
  put("p", "/t/bin/p");
  host_.variables["LD_LIBRARY_PATH"] = "/opt/lib";
  EXPECT_THAT(load_problems(host_, {"/t/bin/p"}, "/t"),
              ElementsAre(LoadProblem{.kind = Kind::no_library,
                                      .file = "/t/bin/p",
                                      .needed = "liba.so.1",
                                      .folders = {"/t/lib", "/opt/lib"}}));
}

TEST_F(LoadProblems, FollowTheLibrariesOfLibraries) {
  library("libb.so.1", "int g(void) { return 1; }");
  library("liba.so.1", "int g(void); int f(void) { return g(); }", {"-x", "none", "libb.so.1"});
  program({"liba.so.1", "-Wl,-rpath-link,."});
  put("p", "/t/bin/p");
  put("liba.so.1", "/usr/lib/liba.so.1");
  const auto problems = load_problems(host_, {"/t/bin/p"}, "/t");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].file, "/usr/lib/liba.so.1");
  EXPECT_EQ(problems[0].needed, "libb.so.1");
}

/// DT_RPATH serves what is needed further down, DT_RUNPATH does not.
TEST_F(LoadProblems, TellRpathFromRunpath) {
  library("libb.so.1", "int g(void) { return 1; }");
  library("liba.so.1", "int g(void); int f(void) { return g(); }", {"-x", "none", "libb.so.1"});
  for (const bool is_rpath : {true, false}) {
    program({"liba.so.1", "-Wl,-rpath-link,.",
             is_rpath ? "-Wl,--disable-new-dtags,-rpath,$ORIGIN"
                      : "-Wl,--enable-new-dtags,-rpath,$ORIGIN"});
    for (const std::string name : {"p", "liba.so.1", "libb.so.1"}) put(name, "/t/" + name);
    EXPECT_EQ(load_problems(host_, {"/t/p"}, "/t").empty(), is_rpath);
  }
}

TEST_F(LoadProblems, LookWhereTheLoadersCacheSays) {
  library("liba.so.1", k_f);
  program({"liba.so.1"});
  put("p", "/t/p");
  put("liba.so.1", "/opt/odd/liba.so.1");
  EXPECT_EQ(load_problems(host_, {"/t/p"}, "/t").size(), 1U);
  host_.files["/etc/ld.so.cache"] = std::string("liba.so.1\0/opt/odd/liba.so.1\0", 29);
  EXPECT_THAT(load_problems(host_, {"/t/p"}, "/t"), IsEmpty());
}

TEST_F(LoadProblems, PassByWhatIsNoLibraryForTheProcessor) {
  library("liba.so.1", k_f);
  program({"liba.so.1"});
  put("p", "/t/p");
  host_.variables["LD_LIBRARY_PATH"] = "/broken:/good";
  host_.files["/broken/liba.so.1"] = "no ELF file";
  EXPECT_EQ(load_problems(host_, {"/t/p"}, "/t").size(), 1U);
  put("liba.so.1", "/good/liba.so.1");
  EXPECT_THAT(load_problems(host_, {"/t/p"}, "/t"), IsEmpty());
}

TEST_F(LoadProblems, NameAVersionThatTheLibraryDoesNotDefine) {
  library("liba.so.1", k_f, {}, "A_1 { global: f; }; A_2 { } A_1;");
  program({"liba.so.1"});
  put("p", "/t/p");
  library("liba.so.1", k_f, {}, "A_2 { global: f; };");
  put("liba.so.1", "/usr/lib/liba.so.1");
  EXPECT_THAT(load_problems(host_, {"/t/p"}, "/t"),
              ElementsAre(LoadProblem{.kind = Kind::no_version,
                                      .file = "/t/p",
                                      .needed = "A_1",
                                      .provider = "/usr/lib/liba.so.1"}));
  // One without any versions is older than versions are: the loader takes it.
  library("liba.so.1", k_f);
  put("liba.so.1", "/usr/lib/liba.so.1");
  EXPECT_THAT(load_problems(host_, {"/t/p"}, "/t"), IsEmpty());
}

TEST_F(LoadProblems, NameASymbolThatNothingDefines) {
  library("liba.so.1", k_f);
  program({"liba.so.1"});
  put("p", "/t/p");
  library("liba.so.1", "int other(void) { return 1; }");
  put("liba.so.1", "/usr/lib/liba.so.1");
  EXPECT_THAT(load_problems(host_, {"/t/p"}, "/t"),
              ElementsAre(LoadProblem{.kind = Kind::no_symbol, .file = "/t/p", .needed = "f"}));
}

TEST_F(LoadProblems, NameALoaderThatIsNotThere) {
  library("liba.so.1", k_f);
  program({"liba.so.1"});
  put("p", "/t/p");
  put("liba.so.1", "/usr/lib/liba.so.1");
  host_.files.erase("/lib64/ld.so");
  EXPECT_THAT(
      load_problems(host_, {"/t/p"}, "/t"),
      ElementsAre(LoadProblem{.kind = Kind::no_loader, .file = "/t/p", .needed = "/lib64/ld.so"}));
}

TEST_F(LoadProblems, AreNoneOfScripts) {
  host_.files["/t/script"] = "#!/bin/sh\n";
  EXPECT_THAT(load_problems(host_, {"/t/script"}, "/t"), IsEmpty());
  EXPECT_EQ(load_problems(host_, {"/t/none"}, "/t").front().kind, Kind::unreadable);
}

/// A library that needs itself, or two that need each other.
TEST_F(LoadProblems, LeaveOutOfWhatLibrariesLoadWhatIsNotFound) {
  library("libb.so.1", "int b(void) { return 1; }");
  library("liba.so.1", k_f, {"-x", "none", "-Wl,--no-as-needed", "libb.so.1", "-Wl,-rpath,/b"});
  put("liba.so.1", "/a/liba.so.1");
  EXPECT_THAT(loaded_with(host_, {"/a/liba.so.1", "/none.so"}), IsEmpty());
  put("libb.so.1", "/b/libb.so.1");
  EXPECT_THAT(loaded_with(host_, {"/a/liba.so.1", "/none.so"}), ElementsAre("/b/libb.so.1"));
  EXPECT_THAT(loaded_with(host_, {"/a/liba.so.1", "/b/libb.so.1"}), IsEmpty());
}

TEST_F(LoadProblems, EndWhereLibrariesNeedEachOther) {
  library("libb.so.1", "int g(void) { return 1; }");
  library("liba.so.1", k_f, {"-Wl,--no-as-needed", "-x", "none", "libb.so.1"});
  library("libb.so.1", "int g(void) { return 1; }",
          {"-Wl,--no-as-needed", "-x", "none", "liba.so.1"});
  program({"liba.so.1", "-Wl,-rpath-link,."});
  put("p", "/t/p");
  put("liba.so.1", "/usr/lib/liba.so.1");
  put("libb.so.1", "/usr/lib/libb.so.1");
  EXPECT_THAT(load_problems(host_, {"/t/p"}, "/t"), IsEmpty());
}

using MpiPrograms = LoadProblems;

constexpr const char* k_mpi =
    "void MPI_Init(void) {} void MPI_Comm_size(void) {} void MPIR_Dup_fn(void) {}";

TEST_F(MpiPrograms, SayWhatIsLoadedHow) {
  library("libmpi.so.12", k_mpi);
  library("liba.so.1", k_f, {"-Wl,--no-as-needed", "-x", "none", "libmpi.so.12"});
  program({"liba.so.1", "-Wl,-rpath-link,.", "-Wl,--disable-new-dtags,-rpath,$ORIGIN/../lib"});
  put("p", "/t/bin/p");
  put("liba.so.1", "/t/lib/liba.so.1");
  EXPECT_THAT(mpi_programs(host_, {"/t/bin/p"}), IsEmpty());  // libmpi.so.12 is not found
  put("libmpi.so.12", "/usr/lib/libmpi.so.12");
  EXPECT_THAT(mpi_programs(host_, {"/t/bin/p", "/t/lib/liba.so.1"}),
              ElementsAre(MpiProgram{.path = "/t/bin/p",
                                     .interpreter = "/lib64/ld.so",
                                     .libraries = {"/t/lib/liba.so.1"},
                                     .folders = {"/t/lib"},
                                     .has_rpath = true,
                                     .mpi = {.flavour = "mpich",
                                             .abi = "mpich",
                                             .soname = "libmpi.so.12",
                                             .path = "/usr/lib/libmpi.so.12"}}));
}

TEST_F(MpiPrograms, AreNoneOfLibrariesThatAreOnlyCalledAlike) {
  library("libmpi.so.12", k_f);
  library("liba.so.1", k_mpi);
  program({"libmpi.so.12", "liba.so.1"});
  put("p", "/t/p");
  put("libmpi.so.12", "/usr/lib/libmpi.so.12");
  put("liba.so.1", "/usr/lib/liba.so.1");
  EXPECT_THAT(mpi_programs(host_, {"/t/p", "/t/none"}), IsEmpty());
}

}  // namespace
}  // namespace xaas
