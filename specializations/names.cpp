// SPDX-License-Identifier: Apache-2.0
#include "file_fields.hpp"
#include "file_rules.hpp"

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

std::vector<std::string> point_kind_names() {
  std::vector<std::string> names;
  names.reserve(k_kinds.size());
  for (const auto& [kind, name] : k_kinds) names.emplace_back(name);
  return names;
}

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

Result<PointKind> kind_field(const SourceText& source, const LocatedJson& object,
                             PointKind if_absent) {
  const LocatedJson* field = object.find("kind");
  if (field == nullptr) return if_absent;
  XAAS_TRY(const auto name, string_in(source, *field, Empty::refused));
  if (const auto kind = point_kind(name)) return *kind;
  return unknown_word(source, field->at, "kind of point", name, point_kind_names());
}

std::string point_variable(std::string_view point) {
  std::string name = "XAAS_POINT_";
  for (const char c : point) {
    const bool is_lower = c >= 'a' && c <= 'z';
    const bool is_kept = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += is_lower ? static_cast<char>(c - 'a' + 'A') : is_kept ? c : '_';
  }
  return name;
}

std::string canonical_name(const PointAssignment& assignment) {
  std::string name;
  for (const auto& [point, value] : assignment)
    name.append(name.empty() ? "" : ",").append(point).append("=").append(value);
  return name.empty() ? "default" : name;
}

}  // namespace xaas
