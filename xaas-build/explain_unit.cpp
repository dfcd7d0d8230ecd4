// SPDX-License-Identifier: Apache-2.0
#include "explain_unit.hpp"

#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace xaas {
namespace {

using Kind = UnitDifference::Kind;

std::string describe_flag(const UnitDifference& difference) {
  if (difference.there.empty()) return fmt::format("it was compiled with `{}`", difference.here);
  if (difference.here.empty()) return fmt::format("it was compiled without `{}`", difference.there);
  return fmt::format("its flags stand in another order: `{}`, there `{}`", difference.here,
                     difference.there);
}

std::string describe_macro(const UnitDifference& difference) {
  const auto state = [](const std::string& value) {
    if (value.empty()) return std::string("not defined");
    return value == "defined" ? "defined" : "`" + value + "`";
  };
  return fmt::format("`{}` is {}, there {}", difference.name, state(difference.here),
                     state(difference.there));
}

std::string describe_file(const UnitDifference& difference) {
  if (difference.here == "read") return fmt::format("it includes `{}`", difference.name);
  if (difference.there == "read") return fmt::format("it does not include `{}`", difference.name);
  std::string text = fmt::format("`{}` has other content", difference.name);
  if (!difference.here.empty() || !difference.there.empty())
    text += fmt::format(": `{}`, there `{}`", difference.here, difference.there);
  return text;
}

std::string describe(const UnitDifference& difference) {
  switch (difference.kind) {
    case Kind::flag:
      return describe_flag(difference);
    case Kind::macro:
      return describe_macro(difference);
    case Kind::file:
      return describe_file(difference);
  }
  return describe_file(difference);
}

std::string name_of_unit(const TranslationUnit& unit) {
  return (unit.bitcode.is_empty() ? unit.machine_code : unit.bitcode).brief();
}

/// "all 4 configurations", or their names.
std::string users_of(const IrManifest& manifest, std::size_t unit) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < manifest.configurations.size(); ++i)
    if (units_of(manifest, i).contains(unit)) names.push_back(manifest.configurations[i].name);
  if (names.size() == manifest.configurations.size())
    return names.size() == 1 ? names.front() : fmt::format("all {} configurations", names.size());
  return fmt::format("{}", fmt::join(names, " and "));
}

std::string explain_one(const IrManifest& manifest, std::size_t index) {
  const TranslationUnit& unit = manifest.units[index];
  std::string text = fmt::format("  {} in {}\n", name_of_unit(unit), users_of(manifest, index));
  for (const UnitVariant& variant : unit.variants)
    text += fmt::format("    {} for {}\n", variant.bitcode.brief(), variant.isa);
  if (!unit.differs_from) return text;
  text += fmt::format("    not the same as {}, because\n",
                      name_of_unit(manifest.units[*unit.differs_from]));
  for (const UnitDifference& difference : unit.differences)
    text += fmt::format("      {}\n", describe(difference));
  if (unit.differences.empty())
    text += "      the compiler made other code of the same command and files\n";
  return text;
}

bool is_meant(const std::string& source, const std::string& wanted) {
  return source == wanted || source.ends_with("/" + wanted);
}

Error no_such_source(const IrManifest& manifest, const std::string& wanted) {
  constexpr std::size_t k_named = 5;
  const std::string name = std::filesystem::path(wanted).filename().string();
  std::set<std::string> alike;
  for (const TranslationUnit& unit : manifest.units) {
    const std::string own = std::filesystem::path(unit.source).filename().string();
    if (own == name || own.contains(name) || (!own.empty() && name.contains(own)))
      alike.insert(unit.source);
  }
  if (alike.size() > k_named) alike.erase(std::next(alike.begin(), k_named), alike.end());
  return fail(ErrorKind::not_found, "no unit is from a source `{}`", wanted)
      .with_code("inspect.no-unit")
      .with_help(alike.empty() ? "`inspect` lists the units with their sources"
                               : fmt::format("there is {}", fmt::join(alike, ", ")));
}

}  // namespace

Result<std::string> explain_units(const IrManifest& manifest, const std::string& source) {
  std::vector<std::size_t> meant;
  for (std::size_t i = 0; i < manifest.units.size(); ++i)
    if (is_meant(manifest.units[i].source, source)) meant.push_back(i);
  if (meant.empty()) return no_such_source(manifest, source);
  std::string text = fmt::format("{}: {}\n", source, counted(meant.size(), "unit"));
  for (const std::size_t unit : meant) text += explain_one(manifest, unit);
  return text;
}

}  // namespace xaas
