// SPDX-License-Identifier: Apache-2.0
#include "xaas/capture/records.hpp"

#include "store.hpp"

#include "xaas/support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace xaas {
namespace {

using testing::ElementsAre;

class ReadCaptureLog : public testing::Test {
 protected:
  TemporaryFolder folder_ = TemporaryFolder::make().value();
  CaptureStore store_{folder_.path()};
};

TEST_F(ReadCaptureLog, GivesBackACompile) {
  const CompileRecord record{.source = "/s/a.c",
                             .folder = "/s",
                             .output = "/s/a.o",
                             .language = "c",
                             .object = digest_of("x"),
                             .opaque_reason = "why",
                             .isa_flags = {"-mavx2"},
                             .pipeline_flags = {"-O2", "-mllvm -x"},
                             .neutralized = {"-march=native"}};
  ASSERT_TRUE(store_.add(record));
  const auto log = read_capture_log(folder_.path());
  ASSERT_TRUE(log);
  ASSERT_EQ(log->compiles.size(), 1U);
  EXPECT_EQ(print_record(log->compiles.front()), print_record(record));
  EXPECT_EQ(log->compiles.front().isa_flags, record.isa_flags);
  EXPECT_EQ(log->compiles.front().opaque_reason, "why");
}

TEST_F(ReadCaptureLog, GivesBackALink) {
  using Role = RecordedInput::Role;
  const LinkRecord record{
      .folder = "/s",
      .output = "/s/p",
      .content = digest_of("p"),
      .kind = LinkRecord::Kind::shared_library,
      .inputs = {{.role = Role::option, .text = "-znow", .path = {}, .content = {}},
                 {.role = Role::archive,
                  .text = {},
                  .path = "/s/l.a",
                  .content = digest_of("l"),
                  .whole = true},
                 {.role = Role::file_argument,
                  .text = "--script=",
                  .path = "/s/t",
                  .content = digest_of("t")}},
      .opaque_reason = {}};
  ASSERT_TRUE(store_.add(record));
  const auto log = read_capture_log(folder_.path());
  ASSERT_TRUE(log);
  ASSERT_EQ(log->links.size(), 1U);
  EXPECT_EQ(print_record(log->links.front()), print_record(record));
  EXPECT_EQ(log->links.front().kind, LinkRecord::Kind::shared_library);
  EXPECT_TRUE(log->links.front().inputs.at(1).whole);
}

TEST_F(ReadCaptureLog, KeepsEqualWarningsOnceAndSorted) {
  for (const char* text : {"b", "a", "b"}) ASSERT_TRUE(store_.warn(text));
  EXPECT_THAT(read_capture_log(folder_.path())->warnings, ElementsAre("a", "b"));
}

TEST_F(ReadCaptureLog, SortsByOutputWhateverTheOrderOfWriting) {
  for (const char* output : {"/s/b.o", "/s/c.o", "/s/a.o"})
    ASSERT_TRUE(store_.add(CompileRecord{.source = "/s/x.c",
                                         .folder = "/s",
                                         .output = output,
                                         .language = "c",
                                         .object = digest_of(output),
                                         .opaque_reason = {}}));
  const auto log = read_capture_log(folder_.path());
  ASSERT_EQ(log->compiles.size(), 3U);
  EXPECT_EQ(log->compiles[0].output, "/s/a.o");
  EXPECT_EQ(log->compiles[2].output, "/s/c.o");
}

TEST_F(ReadCaptureLog, RefusesWhatIsNoRecord) {
  ASSERT_TRUE(write_file(folder_.path() / "log/x.json", "{\"kind\": \"nothing\"}"));
  const auto log = read_capture_log(folder_.path());
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().kind(), ErrorKind::corrupt);
  EXPECT_EQ(log.error().code(), "capture.record");
}

TEST_F(ReadCaptureLog, PassesOverAKilledWritersTemporary) {
  ASSERT_TRUE(write_file(folder_.path() / "log/.xaas-tmp-1", "{"));
  EXPECT_TRUE(read_capture_log(folder_.path()));
}

TEST_F(ReadCaptureLog, StoresContentsByDigest) {
  ASSERT_TRUE(write_file(folder_.path() / "x", "content"));
  const auto digest = store_.put_file(folder_.path() / "x");
  ASSERT_TRUE(digest);
  EXPECT_EQ(*digest, digest_of("content"));
  EXPECT_EQ(read_file(folder_.path() / "store" / digest->hex()).value(), "content");
}

TEST_F(ReadCaptureLog, SeesThatAFileChanged) {
  const auto path = folder_.path() / "x";
  ASSERT_TRUE(write_file(path, "first"));
  ASSERT_TRUE(store_.put_file(path));
  ASSERT_TRUE(write_file(path, "other"));
  EXPECT_EQ(store_.put_file(path).value(), digest_of("other"));
}

}  // namespace
}  // namespace xaas
