// SPDX-License-Identifier: Apache-2.0
#include "variant_finder.hpp"

#include "build_paths.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace xaas {
namespace {

/// Flags of a compile for another architecture, which has other processors.
bool is_for_another_target(const CompileRecord& compile) {
  static constexpr auto k_flags =
      std::to_array<std::string_view>({"-m16", "-m32", "-mx32", "-target", "-arch"});
  return std::ranges::any_of(compile.arguments, [](const std::string& argument) {
    return argument.starts_with("--target=") ||
           std::ranges::find(k_flags, argument) != k_flags.end();
  });
}

/// The source as it stands in the command; empty when that cannot be told.
std::string source_argument(const CompileRecord& compile) {
  const std::filesystem::path folder = compile.folder;
  const auto source = std::filesystem::path(compile.source).lexically_normal();
  std::string found;
  for (const std::string& argument : compile.arguments) {
    if ((folder / argument).lexically_normal() == source) found = argument;
  }
  return found;
}

}  // namespace

Result<VariantFinder> VariantFinder::make(const std::set<const BuildResult*>& builds,
                                          const IsaChoice& choice, const RangeTable& ranges,
                                          std::filesystem::path scratch) {
  VariantFinder finder(choice, ranges);
  for (const BuildResult* build : builds) {
    XAAS_TRY(finder.finished_[build], reopen_build(*build));
  }
  finder.scratch_ = std::move(scratch);
  std::set<std::string> macros;
  for (const auto& [key, range] : ranges) macros.insert(range.macros.begin(), range.macros.end());
  finder.mentions_ = std::make_unique<MentionTable>(std::move(macros));
  finder.headers_ = std::make_unique<HeaderSearch>(*finder.mentions_);
  return finder;
}

/// Why they are not what was compiled; empty when they are.
std::string VariantFinder::read_files(const BuildResult& build, const CompileRecord& compile,
                                      Mentions& mentions) const {
  for (const CompileInput& input : compile.inputs) {
    const auto* file = mentions_->read(current_path(build, input.path));
    const std::string name = display_path(build, input.path);
    if (file == nullptr) return fmt::format("`{}` was removed after it was compiled", name);
    if (file->content != input.content)
      return fmt::format("`{}` changed after it was compiled", name);
    mentions.add(file->mentions);
  }
  return {};
}

Result<FoundVariants> VariantFinder::find(const BuildResult& build, const CompileRecord& compile,
                                          const CanonicalUnit& unit, Use use) const {
  FoundVariants found;
  const auto range = ranges_->find({compile.language, compile.isa_flags});
  const bool is_c = compile.language == "c" || compile.language == "c++";
  if (!is_c || range == ranges_->end() || is_for_another_target(compile)) return found;
  const std::string source = source_argument(compile);
  if (source.empty()) {
    found.failures.emplace_back("its source was not a file");
    return found;
  }
  Mentions mentions;
  if (std::string objection = read_files(build, compile, mentions); !objection.empty()) {
    found.failures.push_back(std::move(objection));
    return found;
  }
  const FinishedBuild& finished = finished_.at(&build);
  const CompileCommand command{
      .compiler = compile.language == "c" ? finished.c_compiler : finished.cxx_compiler,
      .path_maps = finished.path_maps,
      .arguments = compile.arguments,
      .source = source,
      .language = compile.language,
      .isa_flags = compile.isa_flags,
      .inside = [&](Command plain) { return finished.inside(std::move(plain), compile.folder); }};
  std::set<std::string> own_macros = mentions.macros;
  XAAS_TRY(const Mentions outside,
           headers_->mentions_of(command, compile.folder, mentions.includes));
  mentions.add(outside);
  const IsaChoice without{.architecture = choice_->architecture, .baseline = choice_->baseline};
  const VariantRequest request{.choice = use == Use::lowered ? *choice_ : without,
                               .range = range->second,
                               .command = command,
                               .unit = unit,
                               .baseline = ranges_->at({"c", {}}).baseline,
                               .mentions = std::move(mentions),
                               .own_macros = std::move(own_macros),
                               .build_root = build_root(build),
                               .scratch = scratch_};
  return find_variants(request);
}

}  // namespace xaas
