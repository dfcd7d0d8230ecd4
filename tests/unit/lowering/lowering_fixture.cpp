// SPDX-License-Identifier: Apache-2.0
#include "lowering_fixture.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <csignal>
#include <cstdio>
#include <map>
#include <string_view>

namespace xaas::testing {
namespace {

LoweringJob::Object system_object(const std::string& name) {
  static std::map<std::string, std::string> known;
  std::string& path = known[name];
  if (path.empty()) {
    path = output_of({"clang-22", "-print-file-name=" + name});
    path.pop_back();
  }
  return {"", path};
}

}  // namespace

std::vector<LoweringJob::Item> program_items(const std::vector<LoweringJob::Bitcode>& units) {
  using Option = LoweringJob::Option;
  std::vector<LoweringJob::Item> items = {
      Option{"-m"},
      Option{"elf_x86_64"},
      Option{"-pie"},
      Option{"--eh-frame-hdr"},
      Option{"-dynamic-linker"},
      Option{"/lib64/ld-linux-x86-64.so.2"},
      system_object("Scrt1.o"),
      system_object("crti.o"),
      system_object("crtbeginS.o"),
  };
  items.insert(items.end(), units.begin(), units.end());
  for (const char* library : {"libstdc++.so", "libm.so.6", "libgcc.a", "libgcc_s.so.1", "libc.so.6",
                              "crtendS.o", "crtn.o"})
    items.emplace_back(system_object(library));
  return items;
}

LoweringJob::Bitcode Lowering::unit_of(const Source& source) {
  const std::filesystem::path folder = folder_ / std::to_string(units_++);
  EXPECT_TRUE(make_folders(folder));
  const CanonicalUnit unit = canonical_unit(folder, source);
  const std::string path = (folder_ / unit.digest.hex()).string();
  EXPECT_TRUE(write_file(path, unit.bitcode));
  return {.path = path, .name = source.name, .extra_features = {}};
}

LoweringJob Lowering::program_of(const std::vector<Source>& sources, const std::string& cpu) {
  std::vector<LoweringJob::Bitcode> units;
  for (const Source& source : sources) units.push_back(unit_of(source));
  return LoweringJob{.name = "program",
                     .items = program_items(units),
                     .output = output_.string(),
                     .cpu = cpu,
                     .tune = cpu,
                     .features = {},
                     .opt_level = 3,
                     .full_lto = false,
                     .threads = 2,
                     .cache = {},
                     .save_temps = {},
                     .work = (folder_ / "work").string()};
}

LoweringResult Lowering::lower(const LoweringJob& job) {
  auto result = lower_in_child(job, k_child_command);
  if (!result) {
    ADD_FAILURE() << result.error().message();
    return {};
  }
  return std::move(*result);
}

std::string Lowering::error_of(const LoweringJob& job) {
  const auto result = lower_in_child(job, k_child_command);
  if (result) {
    ADD_FAILURE() << "lowering succeeded";
    return {};
  }
  return result.error().message() + " [" + result.error().code() + "]";
}

std::string Lowering::instructions(const std::string& function) const {
  std::vector<std::string> argv = {"llvm-objdump-22", "-d", "--no-show-raw-insn",
                                   "--no-leading-addr"};
  if (!function.empty()) argv.push_back("--disassemble-symbols=" + function);
  argv.push_back(output_.string());
  return output_of(argv);
}

}  // namespace xaas::testing

int main(int argc, char** argv) {
  const std::string_view request = argc == 2 ? argv[1] : "";
  if (request == xaas::testing::k_child_command) return xaas::lowering_child_main();
  if (request == xaas::testing::k_crash_command) {
    std::signal(SIGSEGV, SIG_DFL);  // a sanitizer would turn it into an exit code
    std::raise(SIGSEGV);
  }
  if (request == xaas::testing::k_babble_command) return std::puts("done") < 0;
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
