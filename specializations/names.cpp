// SPDX-License-Identifier: Apache-2.0
#include "xaas/specializations/specialization.hpp"

#include <array>
#include <utility>

namespace xaas {
namespace {

constexpr auto k_kinds =
    std::to_array<std::pair<PointKind, std::string_view>>({{PointKind::cpu_simd, "cpu-simd"},
                                                           {PointKind::threading, "threading"},
                                                           {PointKind::mpi, "mpi"},
                                                           {PointKind::gpu, "gpu"},
                                                           {PointKind::blas, "blas"},
                                                           {PointKind::fft, "fft"},
                                                           {PointKind::io, "io"},
                                                           {PointKind::fabric, "fabric"},
                                                           {PointKind::precision, "precision"},
                                                           {PointKind::numerics, "numerics"},
                                                           {PointKind::library, "library"},
                                                           {PointKind::option, "option"}});

}  // namespace

std::string name_of(PointKind kind) {
  for (const auto& [known, name] : k_kinds)
    if (known == kind) return std::string(name);
  return "option";
}

std::optional<PointKind> point_kind(std::string_view name) {
  for (const auto& [kind, known] : k_kinds)
    if (known == name) return kind;
  return {};
}

std::string canonical_name(const PointAssignment& assignment) {
  std::string name;
  for (const auto& [point, value] : assignment)
    name += (name.empty() ? "" : ",") + point + "=" + value;
  return name.empty() ? "default" : name;
}

}  // namespace xaas
