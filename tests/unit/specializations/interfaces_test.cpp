// SPDX-License-Identifier: Apache-2.0

// Reading interfaces' files, and finding what a soname is of. What is shipped has a test of its
// own, shipped_interfaces_test.cpp.

#include "xaas/specializations/library_interface.hpp"
#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* k_full = R"({ // A comment.
  "schema": "xaas.interface/1", "name": "petsc", "kind": "library", "description": "solvers",
  "sonames": ["libpetsc.so.*", "libpetsc_*.so.?"],
  "symbols": ["PetscInitialize"],
  "complex_functions": ["petsc_dot_"],
  "classes": [
    { "name": "real", "sonames": ["libpetsc.so.*"] },
    { "name": "complex", "symbols": ["petsc_complex"] } ],
  "implementations": [
    { "name": "site", "sonames": ["libpetsc_site.so.3"], "symbols": ["petsc_site"], "prefer": 50,
      "prefer_on": { "intel": 70, "amd": 0 }, "complex_by_argument": ["libpetsc_ifort.so.*"],
      "demands": [ { "gpu": "amd", "sonames": ["libpetsc_hip.so*"] } ] },
    { "name": "plain", "reference": true }, ],
  "opens": [ { "sonames": ["libpetsc.so.3"], "files": ["petsc/*.so", "../share/petsc.txt"],
      "environment": { "PETSC_DIR": "" } } ],
  "bundle": "never",
})";

/// An interface with these fields besides.
std::string with(const std::string& fields) {
  return R"({"schema": "xaas.interface/1", "name": "x", "sonames": ["libx.so.1"],)" +
         ("\n" + fields) + "}";
}

std::string with_implementation(const std::string& fields) {
  return with(R"("implementations": [{"name": "i", )" + fields + "}]");
}

struct Refused {
  std::string message;
  std::string code;
  std::string help;
};

Refused refusal_of(const std::string& text) {
  const auto parsed = parse_interface(text, "x.json");
  if (parsed) return {};
  EXPECT_EQ(parsed.error().kind(), ErrorKind::invalid_input);
  return {.message = parsed.error().message(),
          .code = parsed.error().code(),
          .help = parsed.error().help()};
}

LibraryInterface parsed(const std::string& text) {
  auto interface = parse_interface(text, "x.json");
  EXPECT_TRUE(interface) << interface.error().message();
  return interface ? *std::move(interface) : LibraryInterface();
}

TEST(ParseInterface, ReadsEveryField) {
  const LibraryInterface expected{
      .name = "petsc",
      .kind = PointKind::library,
      .description = "solvers",
      .sonames = {"libpetsc.so.*", "libpetsc_*.so.?"},
      .symbols = {"PetscInitialize"},
      .complex_functions = {"petsc_dot_"},
      .classes = {{.name = "real", .sonames = {"libpetsc.so.*"}, .symbols = {}},
                  {.name = "complex", .sonames = {}, .symbols = {"petsc_complex"}}},
      .implementations = {{.name = "site",
                           .sonames = {"libpetsc_site.so.3"},
                           .symbols = {"petsc_site"},
                           .preference = 50,
                           .by_vendor = {{"amd", 0}, {"intel", 70}},
                           .complex_by_argument = {"libpetsc_ifort.so.*"},
                           .demands = {{.gpu_vendor = "amd", .sonames = {"libpetsc_hip.so*"}}}},
                          {.name = "plain", .is_reference = true}},
      .opens = {{.sonames = {"libpetsc.so.3"},
                 .files = {"petsc/*.so", "../share/petsc.txt"},
                 .environment = {{"PETSC_DIR", ""}}}},
      .bundle = BundlePolicy::never};
  EXPECT_EQ(parsed(k_full), expected);
}

TEST(ParseInterface, TakesWhatNothingIsSaidOfForPlain) {
  const LibraryInterface plain = parsed(with(""));
  EXPECT_EQ(plain.kind, PointKind::library);
  EXPECT_EQ(plain.bundle, BundlePolicy::if_missing);
  EXPECT_THAT(plain.implementations, IsEmpty());
  EXPECT_FALSE(
      parsed(with_implementation(R"("reference": false)")).implementations[0].is_reference);
}

struct Misspelled {
  const char* fields;
  const char* message;
  const char* help;
};
// NOLINTBEGIN(modernize-use-designated-initializers): a table
constexpr auto k_misspelled = std::to_array<Misspelled>({
    {R"("symbol": [])", "x.json:2:1: there is no key `symbol`", "did you mean `symbols`?"},
    {R"("kind": "bals")", "x.json:2:9: there is no kind of point `bals`", "did you mean `blas`?"},
    {R"("bundle": "nevr")", "x.json:2:11: there is no value of `bundle` `nevr`",
     "did you mean `never`?"},
    {R"("classes": [{"name": "c", "soname": []}])", "x.json:2:27: there is no key `soname`",
     "did you mean `sonames`?"},
    {R"("implementations": [{"name": "i", "prefers": 1}])",
     "x.json:2:35: there is no key `prefers`", "did you mean `prefer`?"},
    {R"("implementations": [{"name": "i", "prefer_on": {"Intel": 1}}])",
     "x.json:2:49: there is no vendor of processors `Intel`", "did you mean `intel`?"},
    {R"("implementations": [{"name": "i", "demands": [{"gpu": "nvida", "sonames": []}]}])",
     "x.json:2:55: there is no vendor of GPUs `nvida`", "did you mean `nvidia`?"},
    {R"("implementations": [{"name": "i", "demands": [{"gpus": "amd"}]}])",
     "x.json:2:48: there is no key `gpus`", "did you mean `gpu`?"},
    {R"("opens": [{"sonames": ["libx.so.1"], "file": []}])", "x.json:2:38: there is no key `file`",
     "did you mean `files`?"},
});
// NOLINTEND(modernize-use-designated-initializers)

TEST(ParseInterface, SuggestsNearWords) {
  for (const Misspelled& wrong : k_misspelled) {
    const Refused refused = refusal_of(with(wrong.fields));
    EXPECT_EQ(refused.message, wrong.message);
    EXPECT_EQ(refused.code, "spec.unknown") << wrong.fields;
    EXPECT_EQ(refused.help, wrong.help);
  }
}

TEST(ParseInterface, NamesThePlaceOfWhatIsWrong) {
  struct Case {
    std::string text;
    const char* message;
  };
  const std::string head = R"({"schema": "xaas.interface/1", )";
  for (
      const Case& wrong : {
          Case{.text = head + R"("sonames": ["liba.so"]})",
               .message = "x.json:1:1: `name` is missing"},
          Case{.text = head + R"("name": "a"})", .message = "x.json:1:1: `sonames` is missing"},
          Case{.text = head + R"("name": "a", "sonames": []})",
               .message = "x.json:1:56: no library has this interface"},
          Case{.text = head + R"("name": "../a", "sonames": ["liba.so"]})",
               .message = "x.json:1:40: `../a` is not a name"},
          Case{.text = with(R"("classes": [{"name": "c"}])"),
               .message = "x.json:2:13: nothing tells that a library is of the class `c`"},
          Case{
              .text = with(
                  R"("classes": [{"name": "c", "symbols": ["s"]}, {"name": "c", "symbols": ["t"]}])"),
              .message = "x.json:2:55: `c` is in `classes` already"},
          Case{.text = with(R"("implementations": [{"name": "i"}, {"name": "i"}])"),
               .message = "x.json:2:45: `i` is in `implementations` already"},
          Case{.text = with_implementation(R"("prefer": -1)"),
               .message = "x.json:2:45: `prefer` is -1; it is at least 0 and at most 1000000"},
          Case{.text = with_implementation(R"("prefer_on": {"amd": 1000001})"),
               .message = "x.json:2:56: `amd` is 1000001; it is at least 0 and at most 1000000"},
          Case{.text = with_implementation(R"("prefer_on": 1)"),
               .message = "x.json:2:48: `prefer_on` is an integer, not an object"},
          Case{.text = with_implementation(R"("reference": 1)"),
               .message = "x.json:2:48: `reference` is an integer, not true or false"},
          Case{.text = with_implementation(R"("demands": [{"gpu": "amd", "sonames": []}])"),
               .message = "x.json:2:73: this demands no library"},
          Case{.text = with_implementation(R"("demands": [{"sonames": ["liba.so"]}])"),
               .message = "x.json:2:47: `gpu` is missing"},
          Case{.text = with(R"("opens": [{"files": ["a"]}])"),
               .message = "x.json:2:11: `sonames` is missing"},
          Case{.text = with(R"("opens": [{"sonames": [], "files": ["a"]}])"),
               .message = "x.json:2:23: no library opens these"},
          Case{.text = with(R"("opens": [{"sonames": ["liba.so"], "files": []}])"),
               .message = "x.json:2:45: these libraries open nothing"},
          Case{.text = with(R"("opens": [{"sonames": ["liba.so"], "files": ["a", "/b/*.so"]}])"),
               .message = "x.json:2:51: `/b/*.so` is no path from a library's folder"},
          Case{.text = with(R"("opens": [{"sonames": ["liba.so"], "files": ["[a]"]}])"),
               .message = "x.json:2:46: `[a]` is no path from a library's folder"},
          Case{
              .text = with(
                  R"("opens": [{"sonames": ["liba.so"], "files": ["a"], "environment": {"A-": ""}}])"),
              .message = "x.json:2:68: `A-` is no variable's name"},
      }) {
    const Refused refused = refusal_of(wrong.text);
    EXPECT_EQ(refused.message, wrong.message);
    EXPECT_EQ(refused.code, "spec.field");
  }
}

TEST(ParseInterface, RefusesPatternsThatAreNoSonames) {
  for (const std::string pattern :
       {"*", "*.so*", "libx", "/usr/lib/libx.so", "lib[xy].so", "libx\\\\.so"}) {
    const Refused refused =
        refusal_of(with(R"("classes": [{"name": "c", "sonames": [")" + pattern + R"("]}])"));
    EXPECT_THAT(refused.message, HasSubstr("is no soname")) << pattern;
    EXPECT_EQ(refused.code, "spec.field");
  }
  EXPECT_EQ(refusal_of(with_implementation(R"("complex_by_argument": ["mkl"])")).message,
            "x.json:2:59: `mkl` is no soname");
}

TEST(ParseInterface, RefusesALaterSchemaBeforeItsKeys) {
  const Refused refused = refusal_of(R"({"schema": "xaas.interface/2", "new": 1})");
  EXPECT_EQ(refused.message,
            "x.json:1:12: the schema is `xaas.interface/2`; this program reads `xaas.interface/1`");
  EXPECT_EQ(refused.code, "spec.schema");
  EXPECT_EQ(refused.help, "use a newer release of this program");
  EXPECT_EQ(refusal_of(R"({"schema": "xaas.specialization/1"})").help, "");
}

TEST(ParseInterface, SurvivesEveryBeginningOfAFile) {
  const std::string text = k_full;
  for (std::size_t size = 0; size + 1 < text.size(); ++size)
    EXPECT_FALSE(parse_interface(text.substr(0, size), "x.json")) << size;
}

TEST(IsCalledLike, KnowsAnyCharactersAndOne) {
  EXPECT_TRUE(is_called_like("libx.so.12", {"liby.so.*", "libx.so.*"}));
  EXPECT_TRUE(is_called_like("libx.so.1", {"libx.so.?"}));
  EXPECT_FALSE(is_called_like("libx.so.12", {"libx.so.?"}));
  EXPECT_FALSE(is_called_like("libxy.so.1", {"libx.so.1"}));
  EXPECT_FALSE(is_called_like("libx.so.1", {}));
}

TEST(IsCalledLike, TakesNoTimeForManyStars) {
  std::string pattern = "liba";
  for (int i = 0; i < 60; ++i) pattern += "*a";
  EXPECT_FALSE(is_called_like("lib" + std::string(5000, 'a') + ".so", {pattern + ".so.b"}));
}

TEST(InterfaceOf, IsTheOneWithTheLongestPattern) {
  const LibraryInterface some{.name = "some", .sonames = {"libsci_*.so.*"}};
  const LibraryInterface mpi{.name = "with-mpi", .sonames = {"libsci_*_mpi.so.*"}};
  for (const auto& both : {std::vector{some, mpi}, std::vector{mpi, some}}) {
    EXPECT_EQ(interface_of(both, "libsci_gnu_mpi.so.6")->name, "with-mpi");
    EXPECT_EQ(interface_of(both, "libsci_gnu.so.6")->name, "some");
    EXPECT_EQ(interface_of(both, "libc.so.6"), nullptr);
  }
}

TEST(OpenedBy, IsWhatAnyInterfaceSays) {
  const LibraryInterface petsc = parsed(k_full);
  const LibraryInterface other{
      .name = "other",
      .opens = {{.sonames = {"libpetsc.so.*"}, .files = {"more"}, .environment = {{"MORE", "1"}}}}};
  EXPECT_EQ(opened_by({petsc, other}, "libpetsc.so.3"),
            (InterfaceOpening{.sonames = {"libpetsc.so.3"},
                              .files = {"petsc/*.so", "../share/petsc.txt", "more"},
                              .environment = {{"MORE", "1"}, {"PETSC_DIR", ""}}}));
  EXPECT_THAT(opened_by({petsc, other}, "libpetsc.so.4").files, ElementsAre("more"));
  EXPECT_THAT(opened_by({petsc, other}, "libc.so.6").files, IsEmpty());
}

TEST(ClassOf, IsEmptyWhereNoSonameTells) {
  const LibraryInterface petsc = parsed(k_full);
  EXPECT_EQ(class_of(petsc, "libpetsc.so.3"), "real");
  EXPECT_EQ(class_of(petsc, "libpetsc_c.so.3"), "");
}

TEST(ImplementationCalled, IsNullForOthers) {
  const LibraryInterface petsc = parsed(k_full);
  ASSERT_NE(implementation_called(petsc, "plain"), nullptr);
  EXPECT_EQ(implementation_called(petsc, "plain")->name, "plain");
  EXPECT_EQ(implementation_called(petsc, "other"), nullptr);
}

/// A site's folder.
class SiteInterfaces : public ::testing::Test {
 protected:
  void put(const std::string& file, const std::string& text) {
    ASSERT_TRUE(write_file(folder() / file, text));
  }
  [[nodiscard]] fs::path folder() const { return folder_->path(); }

  std::string error_code() {
    const auto loaded = load_interfaces(folder());
    if (loaded) return "";
    message_ = loaded.error().message();
    return loaded.error().code();
  }

  std::string message_;

 private:
  Result<TemporaryFolder> folder_ = TemporaryFolder::make();
};

TEST_F(SiteInterfaces, AreAddedInTheOrderOfNames) {
  const auto shipped = load_interfaces({});
  ASSERT_TRUE(shipped);
  put("petsc.json", k_full);
  const auto all = load_interfaces(folder());
  ASSERT_TRUE(all) << all.error().message();
  EXPECT_EQ(all->size(), shipped->size() + 1);
  EXPECT_TRUE(std::ranges::is_sorted(*all, {}, &LibraryInterface::name));
  const auto petsc = std::ranges::find(*all, "petsc", &LibraryInterface::name);
  EXPECT_EQ(petsc->path, folder() / "petsc.json");
  EXPECT_EQ(all->front().path, "");
}

TEST_F(SiteInterfaces, StandInPlaceOfShippedOnes) {
  put("mpi.json",
      R"({"schema": "xaas.interface/1", "name": "mpi", "sonames": ["libsitempi.so.1"]})");
  const auto all = load_interfaces(folder());
  ASSERT_TRUE(all) << all.error().message();
  EXPECT_EQ(interface_of(*all, "libmpi.so.12"), nullptr);
  EXPECT_EQ(interface_of(*all, "libsitempi.so.1")->path, folder() / "mpi.json");
  EXPECT_EQ(all->size(), load_interfaces({})->size());
}

TEST_F(SiteInterfaces, MayTakeASonameFromAShippedOneWithIt) {
  // The order in which the two are read must not matter.
  put("mpi.json", R"({"schema": "xaas.interface/1", "name": "mpi", "sonames": ["libmpi.so.12"]})");
  put("a.json", R"({"schema": "xaas.interface/1", "name": "a", "sonames": ["libmpi.so.*"]})");
  EXPECT_EQ(error_code(), "") << message_;
}

TEST_F(SiteInterfaces, MustNotClaimWhatIsAnothers) {
  put("mine.json", R"({"schema": "xaas.interface/1", "name": "mine", "sonames": ["libmpi.so.*"]})");
  EXPECT_EQ(error_code(), "interface.claim");
  EXPECT_EQ(message_, "the interfaces `mine` (" + (folder() / "mine.json").string() +
                          ") and `mpi` (shipped) both have libraries called `libmpi.so.*`");
}

TEST_F(SiteInterfaces, AreCalledAsTheirFiles) {
  put("other.json", k_full);
  EXPECT_EQ(error_code(), "interface.name");
  EXPECT_EQ(message_, "`" + (folder() / "other.json").string() + "` holds the interface `petsc`");
}

TEST_F(SiteInterfaces, NameTheFileOfAnError) {
  put("petsc.json", "{ nothing");
  EXPECT_EQ(error_code(), "spec.syntax");
  EXPECT_THAT(message_, HasSubstr((folder() / "petsc.json").string() + ":1:3: this is not JSON"));
}

TEST_F(SiteInterfaces, AreNoFilesOfOtherNames) {
  put("README.md", "ours");
  put(".petsc.json.swp", "half");
  put(".petsc.json", "half");
  EXPECT_EQ(error_code(), "") << message_;
}

TEST_F(SiteInterfaces, AreNotReadFromWhatIsNoFile) {
  const fs::path place = folder() / "petsc.json";
  ASSERT_EQ(::mkfifo(place.c_str(), 0600), 0);
  EXPECT_EQ(error_code(), "interface.folder");
  EXPECT_FALSE(interface_text(folder(), "petsc"));
  fs::remove(place);
  fs::create_symlink("nowhere", place);
  EXPECT_EQ(error_code(), "interface.folder");
  fs::remove(place);
  fs::create_directory(place);
  EXPECT_EQ(error_code(), "interface.folder");
}

TEST_F(SiteInterfaces, AreNoneWhereThereIsNoFolder) {
  EXPECT_TRUE(load_interfaces(folder() / "absent"));
  EXPECT_TRUE(load_interfaces({}));
}

TEST_F(SiteInterfaces, AreAnErrorWhereTheFolderIsNone) {
  put("file", "");
  const auto loaded = load_interfaces(folder() / "file");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code(), "interface.folder");
}

TEST_F(SiteInterfaces, AreNotWithoutEnd) {
  for (int i = 0; i <= 1000; ++i) put("i" + std::to_string(i) + ".json", "");
  EXPECT_EQ(error_code(), "interface.folder");
}

TEST_F(SiteInterfaces, HaveATextWithComments) {
  put("petsc.json", k_full);
  put("mpi.json", "// no interface, and shown all the same");
  EXPECT_EQ(interface_text(folder(), "petsc"), k_full);
  EXPECT_EQ(interface_text(folder(), "mpi"), "// no interface, and shown all the same");
  EXPECT_THAT(*interface_text(folder(), "blas"), HasSubstr("// "));
}

TEST_F(SiteInterfaces, DoNotHideAShippedTextBehindAnEmptyFile) {
  put("blas.json", "");
  EXPECT_EQ(interface_text(folder(), "blas").value(), interface_text({}, "blas").value());
  EXPECT_EQ(error_code(), "spec.syntax");
}

TEST_F(SiteInterfaces, AreSuggestedForOthers) {
  put("petsc.json", k_full);
  const auto text = interface_text(folder(), "petcs");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code(), "interface.unknown");
  EXPECT_EQ(text.error().help(), "did you mean `petsc`?");
  EXPECT_FALSE(interface_text(folder(), "../petsc"));
}

}  // namespace
}  // namespace xaas
