// SPDX-License-Identifier: Apache-2.0
#include "choose_c_library.hpp"

#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <string_view>
#include <utility>

namespace xaas {
namespace {

/// "2.36" -> {2, 36}.
std::pair<int, int> parse_version(std::string_view text) {
  std::pair<int, int> version{0, 0};
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return version;
  const char* const begin = std::to_address(text.begin());
  std::from_chars(begin, begin + dot, version.first);
  std::from_chars(begin + dot + 1, begin + text.size(), version.second);
  return version;
}

std::pair<CLibrary, std::string> choice_for(const IrManifest& manifest,
                                            const DeploymentPlan& plan) {
  const std::string& ours = manifest.glibc_version;
  const Target& target = plan.target;
  if (ours.empty()) return {CLibrary::host, "the image brings none"};
  if (plan.options.tree_c_library) return {*plan.options.tree_c_library, "as asked for"};
  if (plan.options.numerics == NumericsMode::generic &&
      !numerics_of(manifest, plan).math_calls.empty())
    return {CLibrary::image, "`--numerics generic` computes with its functions"};
  if (target.libc_name == "none")
    return {CLibrary::image, fmt::format("`{}` has no glibc", target.name)};
  if (target.libc_version.empty()) {
    return {CLibrary::host, fmt::format("nothing is known of it; it must not be older than {}",
                                        manifest.glibc_floor)};
  }
  if (!is_older_version(target.libc_version, ours)) {
    return {CLibrary::host, fmt::format("its glibc {} is not older than the image's {}",
                                        target.libc_version, ours)};
  }
  return {CLibrary::image, fmt::format("its glibc {} is newer than the {} of `{}`", ours,
                                       target.libc_version, target.name)};
}

}  // namespace

bool is_older_version(std::string_view version, std::string_view than) {
  return parse_version(version) < parse_version(than);
}

void choose_c_library(const IrManifest& manifest, DeploymentPlan& plan) {
  auto [from, reason] = choice_for(manifest, plan);
  plan.tree_c_library = from;
  plan.tree_c_library_reason = std::move(reason);
}

}  // namespace xaas
