// SPDX-License-Identifier: Apache-2.0
#include "specialization_file.hpp"

#include "build_plan.hpp"
#include "capture_to_manifest.hpp"

#include "xaas/support/files.hpp"
#include "xaas/targets/target.hpp"

#include <utility>

namespace xaas {
namespace {

Result<Specialization> load_specialization(const std::filesystem::path& source,
                                           const std::filesystem::path& named) {
  const std::filesystem::path file = named.empty() ? source / k_specialization_file : named;
  auto text = read_file(file, k_longest_document);
  if (text) {
    XAAS_TRY(auto specialization, parse_specialization(*text, file.string()));
    return keep_architecture(std::move(specialization), native_architecture());
  }
  if (text.error().kind() != ErrorKind::not_found) return std::move(text.error());
  if (named.empty()) return Specialization();
  return fail(ErrorKind::not_found, "the specialization file `{}` does not exist", file.string())
      .with_code("spec.no-file")
      .with_help("--spec names a file; without it `xaas.json` in the source folder is read");
}

}  // namespace

Result<ConfigurationSpace> read_configurations(const std::filesystem::path& source,
                                               const ConfigurationOptions& options,
                                               const std::string& baseline) {
  ConfigurationSpace space;
  XAAS_TRY(space.specialization, load_specialization(source, options.file));
  const auto& points = space.specialization.points;
  XAAS_TRY(space.narrowing, parse_narrowing(points, options.settings));
  XAAS_TRY(auto configurations,
           configurations_of(space.specialization, space.narrowing, options.limit));
  XAAS_TRY(const Target generic, target_of_cpu(baseline, native_architecture()));
  space.configurations =
      in_order_of_builds(std::move(configurations), points, generic.cpu.features);
  return space;
}

}  // namespace xaas
