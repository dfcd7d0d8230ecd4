// SPDX-License-Identifier: Apache-2.0
#include "compile.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <utility>

namespace xaas::testing {
namespace {

bool is_cplusplus(const Source& source) {
  return source.name.ends_with(".cpp");
}

/// Removes the folder when its test is over.
class FolderKeeper : public ::testing::EmptyTestEventListener {
 public:
  std::filesystem::path folder() {
    if (!folder_) {
      auto made = TemporaryFolder::make();
      if (!made) throw std::runtime_error(made.error().message());
      folder_.emplace(std::move(*made));
    }
    return folder_->path();
  }
  void OnTestEnd(const ::testing::TestInfo&) override { folder_.reset(); }

 private:
  std::optional<TemporaryFolder> folder_;
};

/// Asked once for each set of flags: the answer costs a run of clang.
const CommandLineFeatures& features_of(const std::vector<std::string>& isa_flags,
                                       const std::string& language) {
  static std::map<std::pair<std::vector<std::string>, std::string>, CommandLineFeatures> known;
  const auto [entry, is_new] = known.try_emplace({isa_flags, language});
  if (is_new) {
    auto features = command_line_features("clang-22", "x86-64", isa_flags, language);
    if (features)
      entry->second = std::move(*features);
    else
      ADD_FAILURE() << features.error().message();
  }
  return entry->second;
}

}  // namespace

std::filesystem::path test_folder() {
  static auto* keeper = [] {
    auto* made = new FolderKeeper;
    ::testing::UnitTest::GetInstance()->listeners().Append(made);  // which owns it
    return made;
  }();
  return keeper->folder();
}

std::string output_of(const std::vector<std::string>& argv) {
  const auto outcome = run(Command{.argv = argv});
  if (!outcome || !outcome->succeeded()) {
    ADD_FAILURE() << shell_quoted(argv) << ": "
                  << (outcome ? outcome->errors : outcome.error().message());
    return {};
  }
  return outcome->output;
}

std::string fat_bitcode(const std::filesystem::path& folder, const Source& source) {
  const std::string file = (folder / source.name).string();
  const std::string object = file + ".o";
  const std::string bitcode = file + ".bc";
  EXPECT_TRUE(write_file(file, source.text));
  std::vector<std::string> argv = {is_cplusplus(source) ? "clang++-22" : "clang-22", "-O3",
                                   "-march=x86-64"};
  argv.insert(argv.end(), source.isa_flags.begin(), source.isa_flags.end());
  argv.insert(argv.end(), source.other_flags.begin(), source.other_flags.end());
  argv.insert(argv.end(),
              {"-flto=thin", "-ffat-lto-objects", "-fno-split-lto-unit", "-c", file, "-o", object});
  output_of(argv);
  output_of({"llvm-objcopy-22", "--dump-section=.llvm.lto=" + bitcode, object, "/dev/null"});
  const auto bytes = read_file(bitcode);
  return bytes ? *bytes : std::string();
}

CanonicalUnit canonical_unit(const std::filesystem::path& folder, const Source& source) {
  const std::string language = is_cplusplus(source) ? "c++" : "c";
  auto unit = canonicalize(fat_bitcode(folder, source), features_of(source.isa_flags, language),
                           features_of({}, language), folder.string());
  if (!unit) {
    ADD_FAILURE() << unit.error().message();
    return {};
  }
  return std::move(*unit);
}

std::string disassembled(const std::filesystem::path& folder, const std::string& bitcode) {
  const std::string file = (folder / "disassembled.bc").string();
  EXPECT_TRUE(write_file(file, bitcode));
  return output_of({"llvm-dis-22", "-o", "-", file});
}

}  // namespace xaas::testing
