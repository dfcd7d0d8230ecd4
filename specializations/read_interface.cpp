// SPDX-License-Identifier: Apache-2.0
#include "file_fields.hpp"
#include "file_rules.hpp"

#include "xaas/specializations/library_interface.hpp"
#include "xaas/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace xaas {
namespace {

constexpr auto k_file_keys = std::to_array<std::string_view>(
    {"schema", "name", "kind", "description", "sonames", "symbols", "complex_functions", "classes",
     "implementations", "opens", "bundle"});
constexpr auto k_class_keys = std::to_array<std::string_view>({"name", "sonames", "symbols"});
constexpr auto k_implementation_keys =
    std::to_array<std::string_view>({"name", "sonames", "symbols", "prefer", "prefer_on",
                                     "reference", "complex_by_argument", "demands"});
constexpr auto k_demand_keys = std::to_array<std::string_view>({"gpu", "sonames"});
constexpr auto k_opening_keys =
    std::to_array<std::string_view>({"sonames", "files", "environment"});
constexpr auto k_policies = std::to_array<std::string_view>({"if-missing", "never"});
// As descriptions of machines call them.
constexpr auto k_gpu_vendors = std::to_array<std::string_view>({"nvidia", "amd", "intel"});
constexpr auto k_processor_vendors = std::to_array<std::string_view>(
    {"intel", "amd", "hygon", "centaur", "zhaoxin", "arm", "ampere", "apple", "broadcom", "cavium",
     "fujitsu", "hisilicon", "microsoft", "nvidia", "phytium", "qualcomm", "samsung", "ibm"});

using Words = std::span<const std::string_view>;

Status check_word(const SourceText& source, std::size_t at, std::string_view what,
                  std::string_view word, Words known) {
  if (std::ranges::find(known, word) != known.end()) return {};
  return unknown_word(source, at, std::string(what), word, {known.begin(), known.end()});
}

/// A pattern that fits what is no library's name, or every one, is a slip.
bool is_soname_pattern(std::string_view text) {
  return is_alphanumeric(text.front()) && text.contains(".so") &&
         text.find_first_of("/[]\\") == text.npos;
}

Result<std::vector<std::string>> patterns_field(const SourceText& source, const LocatedJson& object,
                                                std::string_view key) {
  XAAS_TRY(auto patterns, strings_field(source, object, key));
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (is_soname_pattern(patterns[i])) continue;
    return source
        .error_at(object.find(key)->children[i].at,
                  fmt::format("`{}` is no soname", shortened(patterns[i])))
        .with_help(
            "it begins with a letter or digit, has `.so` in it and no folder; `*` and `?` stand "
            "for any characters and for one");
  }
  return patterns;
}

Result<std::set<std::string>> symbols_field(const SourceText& source, const LocatedJson& object,
                                            std::string_view key) {
  XAAS_TRY(const auto symbols, strings_field(source, object, key));
  return std::set<std::string>(symbols.begin(), symbols.end());
}

/// The items of an array, which have names that differ.
template <class Named, class Read>
Result<std::vector<Named>> named_items(const SourceText& source, const LocatedJson& object,
                                       std::string_view key, const Read& read) {
  std::vector<Named> all;
  XAAS_CHECK(for_each_item(source, object, key, [&](const LocatedJson& item) -> Status {
    XAAS_TRY(auto next, read(source, item));
    if (std::ranges::find(all, next.name, &Named::name) != all.end())
      return source.error_at(item.find("name")->at,
                             fmt::format("`{}` is in `{}` already", next.name, key));
    all.push_back(std::move(next));
    return {};
  }));
  return all;
}

Result<InterfaceClass> read_class(const SourceText& source, const LocatedJson& object) {
  InterfaceClass read;
  XAAS_CHECK(check_keys(source, object, k_class_keys));
  XAAS_TRY(read.name, name_field(source, object));
  XAAS_TRY(read.sonames, patterns_field(source, object, "sonames"));
  XAAS_TRY(read.symbols, symbols_field(source, object, "symbols"));
  if (!read.sonames.empty() || !read.symbols.empty()) return read;
  return source
      .error_at(object.at,
                fmt::format("nothing tells that a library is of the class `{}`", read.name))
      .with_help("give it `sonames` or `symbols`");
}

Result<std::map<std::string, int>> read_vendors(const SourceText& source,
                                                const LocatedJson& object) {
  std::map<std::string, int> by_vendor;
  const LocatedJson* vendors = object.find("prefer_on");
  if (vendors == nullptr) return by_vendor;
  XAAS_CHECK(check_kind(source, *vendors, LocatedJson::Kind::object));
  for (const LocatedJson& vendor : vendors->children) {
    XAAS_CHECK(
        check_word(source, vendor.key_at, "vendor of processors", vendor.key, k_processor_vendors));
    XAAS_TRY(by_vendor[vendor.key], preference_in(source, vendor));
  }
  return by_vendor;
}

Result<InterfaceDemand> read_demand(const SourceText& source, const LocatedJson& object) {
  InterfaceDemand demand;
  XAAS_CHECK(check_keys(source, object, k_demand_keys));
  XAAS_TRY(const LocatedJson* gpu, need_field(source, object, "gpu"));
  XAAS_TRY(demand.gpu_vendor, string_in(source, *gpu, Empty::refused));
  XAAS_CHECK(check_word(source, gpu->at, "vendor of GPUs", demand.gpu_vendor, k_gpu_vendors));
  XAAS_TRY(const LocatedJson* sonames, need_field(source, object, "sonames"));
  XAAS_TRY(demand.sonames, patterns_field(source, object, "sonames"));
  if (!demand.sonames.empty()) return demand;
  return source.error_at(sonames->at, "this demands no library");
}

Result<InterfaceImplementation> read_implementation(const SourceText& source,
                                                    const LocatedJson& object) {
  InterfaceImplementation read;
  XAAS_CHECK(check_keys(source, object, k_implementation_keys));
  XAAS_TRY(read.name, name_field(source, object));
  XAAS_TRY(read.sonames, patterns_field(source, object, "sonames"));
  XAAS_TRY(read.symbols, symbols_field(source, object, "symbols"));
  XAAS_TRY(read.preference, preference_field(source, object, "prefer"));
  XAAS_TRY(read.by_vendor, read_vendors(source, object));
  XAAS_TRY(read.is_reference, bool_field(source, object, "reference"));
  XAAS_TRY(read.complex_by_argument, patterns_field(source, object, "complex_by_argument"));
  XAAS_CHECK(for_each_item(source, object, "demands", [&](const LocatedJson& item) -> Status {
    XAAS_TRY(read.demands.emplace_back(), read_demand(source, item));
    return {};
  }));
  return read;
}

Result<InterfaceOpening> read_opening(const SourceText& source, const LocatedJson& object) {
  InterfaceOpening opening;
  XAAS_CHECK(check_keys(source, object, k_opening_keys));
  XAAS_TRY(const LocatedJson* sonames, need_field(source, object, "sonames"));
  XAAS_TRY(opening.sonames, patterns_field(source, object, "sonames"));
  if (opening.sonames.empty()) return source.error_at(sonames->at, "no library opens these");
  XAAS_TRY(const LocatedJson* files, need_field(source, object, "files"));
  XAAS_TRY(opening.files, strings_field(source, object, "files"));
  if (opening.files.empty()) return source.error_at(files->at, "these libraries open nothing");
  for (std::size_t i = 0; i < opening.files.size(); ++i) {
    const std::string& file = opening.files[i];
    if (!file.starts_with('/') && file.find_first_of("[]\\") == std::string::npos) continue;
    return source
        .error_at(files->children[i].at,
                  fmt::format("`{}` is no path from a library's folder", shortened(file)))
        .with_help("`plugins/*.so`, `../share/texts/*.txt`: `*` and `?` stand for what is no `/`");
  }
  XAAS_TRY(opening.environment, variables_field(source, object, "environment"));
  return opening;
}

Result<BundlePolicy> read_policy(const SourceText& source, const LocatedJson& file) {
  const LocatedJson* field = file.find("bundle");
  if (field == nullptr) return BundlePolicy::if_missing;
  XAAS_TRY(const auto word, string_in(source, *field, Empty::refused));
  XAAS_CHECK(check_word(source, field->at, "value of `bundle`", word, k_policies));
  return word == "never" ? BundlePolicy::never : BundlePolicy::if_missing;
}

}  // namespace

Result<LibraryInterface> parse_interface(std::string_view text, const std::string& file) {
  const SourceText source(text, file);
  XAAS_TRY(const LocatedJson root, parse_located(source));
  LibraryInterface interface;
  // First: the keys of a later version are not what is wrong with it.
  XAAS_CHECK(check_kind(source, root, LocatedJson::Kind::object));
  XAAS_CHECK(check_schema(source, root, k_interface_schema));
  XAAS_CHECK(check_keys(source, root, k_file_keys));
  XAAS_TRY(interface.name, name_field(source, root));
  XAAS_TRY(interface.kind, kind_field(source, root, PointKind::library));
  XAAS_TRY(interface.description, string_field(source, root, "description", Empty::allowed));
  XAAS_TRY(const LocatedJson* sonames, need_field(source, root, "sonames"));
  XAAS_TRY(interface.sonames, patterns_field(source, root, "sonames"));
  if (interface.sonames.empty())
    return source.error_at(sonames->at, "no library has this interface").with_help("name one");
  XAAS_TRY(interface.symbols, symbols_field(source, root, "symbols"));
  XAAS_TRY(interface.complex_functions, symbols_field(source, root, "complex_functions"));
  XAAS_TRY(interface.classes, named_items<InterfaceClass>(source, root, "classes", read_class));
  XAAS_TRY(interface.implementations, named_items<InterfaceImplementation>(
                                          source, root, "implementations", read_implementation));
  XAAS_CHECK(for_each_item(source, root, "opens", [&](const LocatedJson& item) -> Status {
    XAAS_TRY(interface.opens.emplace_back(), read_opening(source, item));
    return {};
  }));
  XAAS_TRY(interface.bundle, read_policy(source, root));
  return interface;
}

}  // namespace xaas
