// SPDX-License-Identifier: Apache-2.0
#include "compile_cache.hpp"

#include "xaas/support/files.hpp"

#include <gtest/gtest.h>

#include <string>

namespace xaas {
namespace {

class CompileCacheTest : public testing::Test {
 protected:
  std::string path(const std::string& name) { return (folder_.path() / name).string(); }
  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(write_file(path(name), text));
  }
  CachedCompile compile_of(const std::string& source) {
    return {.object = digest_of("object of " + source),
            .messages = "warning\n",
            .dependencies = " a.c\n",
            .inputs = {{.path = path("a.c"), .content = digest_of(source)}},
            .absent = {path("near/a.h")},
            .present = {path("asked.h")}};
  }

  TemporaryFolder folder_ = *TemporaryFolder::make();
  CompileCache cache_{folder_.path() / "cache"};
  Digest key_ = digest_of("key");
};

TEST_F(CompileCacheTest, FindsACompileWhoseFilesAreTheSame) {
  write("a.c", "one");
  write("asked.h", "");
  ASSERT_TRUE(cache_.keep_by_inputs(key_, compile_of("one")));
  ASSERT_TRUE(cache_.keep_by_inputs(key_, compile_of("two")));
  const auto found = cache_.find_by_inputs(key_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->object, digest_of("object of one"));
  EXPECT_EQ(found->messages, "warning\n");
  EXPECT_EQ(found->dependencies, " a.c\n");
  write("a.c", "two");
  EXPECT_EQ(cache_.find_by_inputs(key_)->object, digest_of("object of two"));
  EXPECT_FALSE(cache_.find_by_inputs(digest_of("another key")));
}

TEST_F(CompileCacheTest, SeesAHeaderThatTurnsUpBeforeTheOneThatWasTaken) {
  write("a.c", "one");
  write("asked.h", "");
  ASSERT_TRUE(cache_.keep_by_inputs(key_, compile_of("one")));
  write("near/a.h", "");
  EXPECT_FALSE(cache_.find_by_inputs(key_));
}

TEST_F(CompileCacheTest, SeesThatAFileIsGone) {
  write("a.c", "one");
  write("asked.h", "");
  ASSERT_TRUE(cache_.keep_by_inputs(key_, compile_of("one")));
  std::filesystem::remove(path("asked.h"));
  EXPECT_FALSE(cache_.find_by_inputs(key_));
  write("asked.h", "");
  std::filesystem::remove(path("a.c"));
  EXPECT_FALSE(cache_.find_by_inputs(key_));
}

TEST_F(CompileCacheTest, GivesObjectsThatAreWholeAlone) {
  write("a.o", "object");
  const auto object = cache_.keep_object(path("a.o"));
  ASSERT_TRUE(object);
  EXPECT_TRUE(cache_.take_object(*object, path("b.o")));
  EXPECT_EQ(*read_file(path("b.o")), "object");
  write("cache/objects/" + object->hex(), "other");
  EXPECT_FALSE(cache_.take_object(*object, path("c.o")));
  EXPECT_FALSE(cache_.take_object(digest_of("never seen"), path("c.o")));
}

TEST_F(CompileCacheTest, TakesADamagedEntryForNone) {
  ASSERT_TRUE(cache_.keep_by_text(key_, {.object = digest_of("object")}));
  EXPECT_TRUE(cache_.find_by_text(key_));
  write("cache/texts/" + key_.hex() + ".json", "{\"object\": 1}");
  EXPECT_FALSE(cache_.find_by_text(key_));
}

}  // namespace
}  // namespace xaas
