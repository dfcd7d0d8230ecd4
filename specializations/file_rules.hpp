// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "located_json.hpp"

#include "xaas/specializations/specialization.hpp"

#include <string>
#include <vector>

// What a specialization file says of points together.

namespace xaas {

/// "`simd=avx2,avx512`", as `--set` would say it; of many values the first ones.
std::string quoted_values(const std::string& point, const std::set<std::string>& values);

/// "x86-64" or "AArch64" where a processor of that alone has such features; empty: any has.
std::string architecture_of(const Requirements& requirements);

/// Of points or of values, in their order.
template <class Named>
std::vector<std::string> names_of(const std::vector<Named>& all) {
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const Named& one : all) names.push_back(one.name);
  return names;
}

/// `kind` of a point or an interface.
Result<PointKind> kind_field(const SourceText& source, const LocatedJson& object,
                             PointKind if_absent);

/// Demands and exclusions of the values and of the file, and what their requirements come to: no
/// machine has two MPI ABIs, GPU backends or processor architectures for one program. `root` is the
/// whole file, its points are in `specialization`.
Status read_rules(const SourceText& source, const LocatedJson& root,
                  Specialization& specialization);

/// `spec.conflict` when two points set one option or variable to different things in some
/// configuration: the build would silently take one of them.
Status check_additions(const SourceText& source, const LocatedJson& points,
                       const Specialization& specialization);

}  // namespace xaas
