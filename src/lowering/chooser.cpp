// SPDX-License-Identifier: Apache-2.0
#include "xaas/lowering/chooser.hpp"

#include "fill_in.hpp"
#include "processor_checks.h"

#include "xaas/targets/choose_target.hpp"
#include "xaas/targets/run_time_checks.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

namespace xaas {
namespace {

// The build compiles chooser.c for each architecture (src/freestanding).
constexpr unsigned char k_x86_chooser[] = {
#embed "chooser-x86_64"
};
constexpr unsigned char k_aarch64_chooser[] = {
#embed "chooser-aarch64"
};

bool is_same(const XaasCheck& a, const XaasCheck& b) {
  return std::string_view(a.name) == b.name;
}

/// The bit of a check, which is added where it is new; empty: there is no room.
std::optional<unsigned> bit_of(XaasChoice& choice, const RunTimeCheck& wanted) {
  const XaasCheck check = to_check(wanted);
  const std::span<XaasCheck> known(choice.checks, choice.check_count);
  const auto found =
      std::ranges::find_if(known, [&](const XaasCheck& other) { return is_same(other, check); });
  if (found != known.end()) return static_cast<unsigned>(found - known.begin());
  if (choice.check_count == std::size(choice.checks)) return std::nullopt;
  choice.checks[choice.check_count] = check;
  return choice.check_count++;
}

Status add_candidate(XaasChoice& choice, const Candidate& candidate) {
  if (choice.candidate_count == std::size(choice.candidates)) {
    return fail(ErrorKind::invalid_input, "a tree can be for {} targets at most",
                std::size(choice.candidates) - 1)
        .with_code("deploy.targets");
  }
  XaasCandidate& place = choice.candidates[choice.candidate_count++];
  if (candidate.view.size() >= std::size(place.folder)) {
    return fail(ErrorKind::invalid_input, "the target's name `{}` is longer than {} characters",
                candidate.view, std::size(place.folder) - 1)
        .with_code("deploy.targets")
        .with_help("shorten `name` in the target's file");
  }
  put_text(place.folder, candidate.view);
  place.level = level_number(candidate.target);
  std::ranges::copy(vendor_in_cpuid(candidate.target), place.vendor);
  const RunTimeChecks needed = run_time_checks(candidate.target);
  place.states = needed.states;
  for (const RunTimeCheck& check : needed.checks) {
    const auto bit = bit_of(choice, check);
    if (!bit) return fail(ErrorKind::internal, "a chooser has no room for more checks");
    place.needs |= 1ULL << *bit;
  }
  return {};
}

}  // namespace

Result<std::string> chooser_program(const std::string& place, std::span<const Candidate> candidates,
                                    const Candidate& generic, std::string_view package) {
  XaasChoice choice{};
  put_text(choice.magic, XAAS_CHOICE_MAGIC);
  if (place.size() >= std::size(choice.place)) {
    return fail(ErrorKind::unsupported, "`{}` is longer than {} characters", place,
                std::size(choice.place) - 1)
        .with_code("deploy.targets");
  }
  put_text(choice.place, place);
  std::vector<Target> targets;
  for (const Candidate& candidate : candidates) targets.push_back(candidate.target);
  for (const std::size_t index : best_first(targets))
    XAAS_CHECK(add_candidate(choice, candidates[index]));
  XAAS_CHECK(add_candidate(choice, {.view = generic.view, .target = {}}));

  const bool arm = generic.target.architecture == "arm64";
  std::string program =
      arm ? std::string(std::begin(k_aarch64_chooser), std::end(k_aarch64_chooser))
          : std::string(std::begin(k_x86_chooser), std::end(k_x86_chooser));
  // What there is no room for is left out: it is only what `identify` prints.
  std::string note(package.substr(0, package.size() < xaas_package_room ? package.npos : 0));
  note.resize(xaas_package_room);
  XAAS_CHECK(fill_in(program, XAAS_PACKAGE_MAGIC, note));
  XAAS_CHECK(
      fill_in(program, std::string_view(choice.magic, sizeof choice.magic), bytes_of(choice)));
  return program;
}

}  // namespace xaas
