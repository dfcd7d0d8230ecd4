// SPDX-License-Identifier: Apache-2.0
#include "libc_version.hpp"

#include "fake_host.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"
#include "xaas/targets/glibc_version.hpp"

#include <gtest/gtest.h>

namespace xaas {
namespace {

using testing::FakeHost;

// A library that defines the versions of a C library and nothing of its content.
std::string make_libc(const std::string& triple, const std::string& source = "") {
  const auto folder = TemporaryFolder::make().value();
  const auto map = folder.path() / "libc.map";
  EXPECT_TRUE(write_file(map,
                         "GLIBC_2.4 { a; };\nGLIBC_2.38 { b; };\nGLIBC_2.17 { c; };\n"
                         "GLIBC_PRIVATE { d; };\nGLIBC_ABI_DT_RELR { e; };\n")
                  .has_value());
  const auto output = folder.path() / "libc.so.6";
  const auto made = run({.argv = {XAAS_CLANG, "--target=" + triple, "-shared", "-nostdlib",
                                  "-fuse-ld=lld", "-Wl,--version-script=" + map.string(),
                                  "-Wl,-soname,libc.so.6", "-x", "c", "-", "-o", output.string()},
                         .input = "int a, b, c, d, e;" + source});
  EXPECT_TRUE(made.has_value() && made->succeeded()) << made->errors;
  return read_file(output).value();
}

}  // namespace

TEST(GlibcVersionOf, IsTheNewestVersionByNumber) {
  EXPECT_EQ(glibc_version_of(make_libc("x86_64-linux-gnu"), "amd64"), "2.38");
  EXPECT_EQ(glibc_version_of(make_libc("aarch64-linux-gnu"), "arm64"), "2.38");
}

TEST(GlibcVersionOf, IsWhatTheLibrarySaysOfItselfWhereThatIsNewer) {
  const auto says = [](const std::string& version) {
    return glibc_version_of(make_libc("x86_64-linux-gnu",
                                      "__attribute__((used)) static const char banner[] =\n"
                                      "\"GNU C Library (X GLIBC 9.9-1) stable release version " +
                                          version + ".\\n\";"),
                            "amd64");
  };
  EXPECT_EQ(says("2.39"), "2.39");
  EXPECT_EQ(says("2.37"), "2.38");  // symbols that are there are there
  EXPECT_EQ(says("no.thing"), "2.38");
}

TEST(GlibcVersionOf, RefusesAnotherMachinesLibrary) {
  EXPECT_EQ(glibc_version_of(make_libc("aarch64-linux-gnu"), "amd64"), "");
}

TEST(GlibcVersionOf, SurvivesTruncationAndGarbage) {
  const auto whole = make_libc("x86_64-linux-gnu");
  for (std::size_t size = 0; size < whole.size(); size += 13)
    EXPECT_EQ(glibc_version_of(std::string_view(whole).substr(0, size), "amd64"), "");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(~damaged[at]);
    EXPECT_LT(glibc_version_of(damaged, "amd64").size(), 32U);  // whatever it says, it returns
  }
}

TEST(FindLibc, FollowsTheLoadersCacheBeforeTheUsualFolders) {
  FakeHost host;
  host.files["/opt/odd/libc.so.6"] = make_libc("x86_64-linux-gnu");
  host.files["/lib/i386-linux-gnu/libc.so.6"] =
      "\x7f"
      "ELF, but of another class";
  host.files["/etc/ld.so.cache"] = std::string("glibc-ld.so.cache1.1\0\0\0libc.so.6\0", 32) +
                                   std::string("/lib/i386-linux-gnu/libc.so.6\0", 30) +
                                   std::string("/opt/odd/libc.so.6\0", 19);
  const auto facts = find_libc(host, "amd64");
  EXPECT_EQ(facts.version, "2.38");
  EXPECT_EQ(facts.path, "/opt/odd/libc.so.6");
  EXPECT_EQ(facts.problem, "");
}

TEST(FindLibc, WorksWithoutACache) {
  FakeHost host;
  host.files["/lib64/libc.so.6"] = make_libc("x86_64-linux-gnu");
  EXPECT_EQ(find_libc(host, "amd64").path, "/lib64/libc.so.6");
}

TEST(FindLibc, SaysWhenThereIsNone) {
  FakeHost host;
  host.files["/etc/ld.so.cache"] = "/libc.so.6";  // cut before its zero byte
  const auto facts = find_libc(host, "amd64");
  EXPECT_EQ(facts.version, "");
  EXPECT_NE(facts.problem, "");
}

}  // namespace xaas
