// SPDX-License-Identifier: Apache-2.0
#include "library_uses.hpp"

#include "../elf/workshop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

namespace xaas {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

/// A program that takes something from one of two libraries.
class FindLibraryUses : public testing::Workshop {
 protected:
  void SetUp() override {
    Workshop::SetUp();
    blobs_.emplace(folder() / "blobs");
    ASSERT_TRUE(make_folders(folder() / "blobs"));
    write("a.c", "int shared_name[4]; int one(void) { return 1; } int two(void) { return 2; }\n");
    write("b.c", "int three(void) { return 3; }\n");
    write("main.c",
          "#include <stdio.h>\nextern int shared_name[4]; int one(void);\n"
          "int main(void) { return printf(\"%d\", one() + shared_name[0]) < 0; }\n");
    sh("clang-22 -shared -fPIC a.c -o liba.so.1 -Wl,-soname,liba.so.1;"
       "clang-22 -shared -fPIC b.c -o libb.so.1 -Wl,-soname,libb.so.1");
  }

  /// What is found for a library of that name and content.
  std::optional<std::set<std::string>> uses(const std::string& output, const std::string& soname,
                                            const std::string& file) const {
    Link link;
    link.items.emplace_back(LinkOption{.text = "--no-as-needed"});
    link.items.emplace_back(
        LinkLibrary{.soname = soname, .path = {}, .content = *blobs_->put(bytes_of(file))});
    const auto status = find_library_uses(bytes_of(output), *blobs_, link);
    EXPECT_TRUE(status) << (status ? "" : status.error().message());
    return std::get<LinkLibrary>(link.items.back()).uses;
  }

 private:
  std::optional<BlobFolder> blobs_;
};

TEST_F(FindLibraryUses, ListsTheSymbolsThatALinkTakes) {
  sh("clang-22 -no-pie -fno-pie main.c -Wl,--no-as-needed liba.so.1 libb.so.1 -o p");
  EXPECT_THAT(uses("p", "liba.so.1", "liba.so.1"), Optional(ElementsAre("one", "shared_name")));
  EXPECT_THAT(uses("p", "libb.so.1", "libb.so.1"), Optional(IsEmpty()));
}

TEST_F(FindLibraryUses, IsTheSameForALibraryThatTakesThem) {
  sh("clang-22 -shared -fPIC main.c liba.so.1 -o libp.so");
  EXPECT_THAT(uses("libp.so", "liba.so.1", "liba.so.1"),
              Optional(ElementsAre("one", "shared_name")));
}

TEST_F(FindLibraryUses, NamesVersions) {
  write("v.map", "A_1 { one; shared_name; };\n");
  sh("clang-22 -shared -fPIC a.c -o liba.so.1 -Wl,-soname,liba.so.1,--version-script=v.map;"
     "clang-22 main.c liba.so.1 -o p");
  EXPECT_THAT(uses("p", "liba.so.1", "liba.so.1"),
              Optional(ElementsAre("one@A_1", "shared_name@A_1")));
}

TEST_F(FindLibraryUses, LeavesOutWhatComesFromAnotherLibraryUnderAVersion) {
  write("b.c", "int printf(const char* f, ...) { return !f; } int three(void) { return 3; }\n");
  sh("clang-22 -shared -fPIC -fno-builtin b.c -o libb.so.1 -Wl,-soname,libb.so.1;"
     "clang-22 main.c liba.so.1 -lc -Wl,--no-as-needed libb.so.1 -o p");
  EXPECT_THAT(uses("p", "libb.so.1", "libb.so.1"), Optional(IsEmpty()));
}

TEST_F(FindLibraryUses, SaysNothingOfWhatIsNeverExchanged) {
  sh("clang-22 main.c liba.so.1 -o p");
  EXPECT_EQ(uses("p", "libc.so.6", "liba.so.1"), std::nullopt);
  EXPECT_EQ(uses("p", "libstdc++.so.6", "liba.so.1"), std::nullopt);
}

TEST_F(FindLibraryUses, SaysNothingWhereTheFileHasLostItsTables) {
  sh("clang-22 main.c liba.so.1 -o p && llvm-objcopy-22 --strip-sections p");
  EXPECT_EQ(uses("p", "liba.so.1", "liba.so.1"), std::nullopt);
}

}  // namespace
}  // namespace xaas
