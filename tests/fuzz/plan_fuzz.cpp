// SPDX-License-Identifier: Apache-2.0

// An IR manifest that is accepted, planned for two processors: what is chosen runs there, and how
// vectors are passed is never mixed.

#include "property.hpp"

#include "xaas/ir/manifest.hpp"
#include "xaas/planning/plan.hpp"
#include "xaas/targets/target.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>

namespace xaas::fuzzing {
namespace {

bool is_met(const Requirements& needs, const Target& target) {
  return needs.is_empty() ||
         (std::ranges::includes(target.cpu.features, needs.cpu) && needs.gpu_backend.empty() &&
          needs.mpi.empty() && needs.libraries.empty());
}

void expect_requirements_hold(const IrManifest& manifest, const ConfigurationChoice& choice,
                              const Target& target) {
  for (const SpecializationPoint& point : manifest.points) {
    const auto value =
        std::ranges::find(point.values, choice.values.at(point.name), &PointValue::name);
    expect(value != point.values.end() && is_met(value->requirements, target),
           "requirements hold of what is chosen");
  }
}

void expect_one_abi(const IrManifest& manifest, const DeploymentPlan& plan) {
  std::set<std::string> forms;
  for (const LinkPlan& link : plan.links) {
    for (const UnitPlan& unit : link.units) {
      const TranslationUnit& source = manifest.units[unit.unit];
      const UnitVariant form = form_of(source, unit);
      expect(std::ranges::includes(plan.target.cpu.features, form.needs),
             "the target runs the variants that are taken");
      if (!source.is_abi_bound) continue;
      forms.insert(unit.treatment == Treatment::machine_code ? "machine code" : "for " + form.isa);
    }
  }
  expect(forms.size() <= 1, "all pass vectors in one way");
}

void expect_sound_plan(const IrManifest& manifest, const Target& target) {
  const auto choice = choose_configuration(manifest, {&target, 1}, {});
  if (!choice) return expect_clear(choice.error());
  expect_requirements_hold(manifest, *choice, target);
  const IrManifest one = configured(manifest, choice->index);
  const auto plan = make_plan(one, target, {});
  if (!plan) return expect_clear(plan.error());
  expect_one_abi(one, *plan);
  expect(!print_plan(one, *plan, *choice).empty() && !explain_plan(one, *plan).empty(),
         "a plan can be printed");
}

}  // namespace
}  // namespace xaas::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace xaas;
  static const auto targets = std::to_array({*target_of_cpu("x86-64"), *target_of_cpu("znver4")});
  const auto manifest = parse_ir_manifest(fuzzing::text_of(bytes, size));
  if (!manifest) return 0;
  for (const Target& target : targets) fuzzing::expect_sound_plan(*manifest, target);
  return 0;
}
