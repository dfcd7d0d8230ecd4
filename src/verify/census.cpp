// SPDX-License-Identifier: Apache-2.0
#include "code_regions.hpp"
#include "instruction_counter.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/verify/verify.hpp"

#include <algorithm>

namespace xaas {
namespace {

Result<std::unique_ptr<InstructionCounter>> make_counter(const std::string& architecture) {
  if (architecture == "amd64") return make_x86_counter();
  return make_aarch64_counter();
}

// Features of which a processor needs one to run anything of the class. A class is a family that
// grew over years, so a target is only beyond it when it has none of them: a fine check is that of
// the functions' attributes, this one is the second witness.
const std::map<std::string, std::vector<std::string>>& features_of_classes() {
  static const std::map<std::string, std::vector<std::string>> features = {
      {"x86-64", {"64bit", "sse2"}},
      {"SSE", {"sse2"}},
      {"SSE4", {"sse3", "ssse3", "sse4.1", "sse4.2", "sse4a", "aes", "pclmul", "sha", "gfni"}},
      {"BMI", {"bmi", "bmi2", "lzcnt"}},
      {"AVX", {"avx"}},
      {"AVX2", {"avx2", "fma"}},
      {"AVX-512", {"avx512f"}},
      {"AMX", {"amx-tile"}},
      {"APX", {"egpr", "ndd", "nf", "ccmp", "zu", "ppx", "push2pop2", "cf"}},
      {"XOP", {"xop", "fma4", "tbm", "lwp"}},
      {"A64", {"v8a"}},
      {"NEON", {"neon", "fp-armv8"}},
      {"SVE", {"sve", "sme"}},
      {"SME", {"sme"}}};
  return features;
}

Status count_file(std::string_view bytes, const std::set<std::string>& explicit_functions,
                  Census& census) {
  XAAS_TRY(const auto code, read_code(bytes, explicit_functions));
  XAAS_TRY(const auto counter, make_counter(code.architecture));
  for (const auto& region : code.regions) counter->count(region, census);
  return {};
}

}  // namespace

Result<Census> take_census(std::string_view bytes,
                           const std::set<std::string>& explicit_functions) {
  Census census;
  XAAS_TRY(const auto members, read_archive(bytes, ""));
  if (!members) {
    XAAS_CHECK(count_file(bytes, explicit_functions, census));
    return census;
  }
  for (const ArchiveMember& member : *members) {
    if (is_object_file(member.bytes))
      XAAS_CHECK(count_file(member.bytes, explicit_functions, census));
  }
  return census;
}

std::vector<std::string> classes_beyond(const Census& census, const Target& target) {
  std::vector<std::string> beyond;
  for (const auto& [name, count] : census.instructions) {
    const auto needed = features_of_classes().find(name);
    const bool can_run = needed != features_of_classes().end() &&
                         std::ranges::any_of(needed->second, [&](const std::string& feature) {
                           return target.cpu.features.contains(feature);
                         });
    if (count != 0 && !can_run) beyond.push_back(name);
  }
  return beyond;
}

}  // namespace xaas
