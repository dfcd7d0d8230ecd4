// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/result.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What an application can be configured for, as its specialization file says it. The file's form is
// described in specializations/README.md, its schema is
// specializations/schema/xaas.specialization.schema.json.

namespace xaas {

inline constexpr std::string_view k_specialization_schema = "xaas.specialization/1";

enum class PointKind {
  cpu_simd,
  threading,
  mpi,
  gpu,
  blas,
  fft,
  io,
  fabric,
  precision,
  numerics,
  library,
  option
};
/// "cpu-simd", "threading", ...
std::string name_of(PointKind kind);
std::optional<PointKind> point_kind(std::string_view name);

struct LibraryRequirement {
  std::string name;     // "libhdf5"
  std::string version;  // at least this one; empty: any

  friend bool operator==(const LibraryRequirement&, const LibraryRequirement&) = default;
};

/// What a value needs of the machine it runs on. Empty: nothing.
struct Requirements {
  std::set<std::string> cpu;                // processor features, as LLVM calls them: "avx2"
  unsigned vector_bits = 0;                 // of SVE, for code that is fixed to it; 0: any
  std::string gpu_backend;                  // "cuda", "hip", "level-zero", "opencl"
  std::set<std::string> gpu_architectures;  // one of these: "sm_90", "gfx90a"; empty: any
  std::string mpi;                          // ABI class: "mpich", "openmpi", "mpi-5"
  std::vector<LibraryRequirement> libraries;

  [[nodiscard]] bool is_empty() const {
    return cpu.empty() && vector_bits == 0 && gpu_backend.empty() && mpi.empty() &&
           libraries.empty();
  }
  friend bool operator==(const Requirements&, const Requirements&) = default;
};

/// What a value adds to the application's own build; what is for another build system is unused.
struct BuildAdditions {
  std::vector<std::string> cmake;      // arguments of the configuring call: "-DWITH_MPI=ON"
  std::vector<std::string> configure;  // of ./configure
  std::vector<std::string> meson;      // of meson setup
  std::vector<std::string> make;       // of make, when building and when installing: "SIMD=2"
  std::map<std::string, std::string> environment;  // of every step, "env" in the file
  std::vector<std::string> steps;  // shell lines, run in the source folder before configuring

  friend bool operator==(const BuildAdditions&, const BuildAdditions&) = default;
};

/// Point -> those of its values that are meant.
using ValuesByPoint = std::map<std::string, std::set<std::string>>;

/// What a deployment has to know of a value.
struct PointValue {
  std::string name;
  std::string description;  // for people; may be empty
  Requirements requirements;
  int preference = 0;  // a configuration's is the sum over its values; the highest is chosen

  friend bool operator==(const PointValue&, const PointValue&) = default;
};

struct SpecializationPoint {
  std::string name;
  PointKind kind = PointKind::option;
  std::string description;  // for people; may be empty
  std::vector<PointValue> values;

  friend bool operator==(const SpecializationPoint&, const SpecializationPoint&) = default;
};

/// A combination that no configuration may hold. Demands, exclusions and requirements that cannot
/// hold together all come to this.
struct Rule {
  ValuesByPoint forbidden;  // at each of these points one of these values
  std::string sentence;     // for people: "`simd=avx2` demands `openmp=on`"
  std::size_t line = 0;     // of the file

  friend bool operator==(const Rule&, const Rule&) = default;
};

struct Specialization {
  std::string file;         // what messages call it
  std::string application;  // empty: not said
  std::vector<SpecializationPoint> points;
  std::map<std::pair<std::string, std::string>, BuildAdditions> additions;  // by point and value
  std::vector<Rule> rules;
  std::vector<std::string> left_out;  // by `keep_architecture`, for people

  friend bool operator==(const Specialization&, const Specialization&) = default;
};

/// Point -> value, for every point.
using PointAssignment = std::map<std::string, std::string>;

/// "mpi=off,openmp=on": points in the order of their names; "default" for no points.
std::string canonical_name(const PointAssignment& assignment);

/// The variable by which a build of the user's own learns a point's value: "XAAS_POINT_SIMD_LEVEL"
/// for "simd-level".
std::string point_variable(std::string_view point);

/// Reads a specialization file: JSON, in which comments (`//`, `/* */`) and commas before a closing
/// bracket are allowed. Errors are `invalid_input`, begin with `FILE:LINE:COLUMN: `, and suggest
/// the nearest known word for an unknown one. Everything is checked: unknown keys, kinds, processor
/// features of no architecture, two points or values of one name, rules that name points or values
/// which are not there, two points that would set one option of the build to different things.
Result<Specialization> parse_specialization(std::string_view text, const std::string& file);

/// Without the values that need a processor of another architecture than `architecture` (OCI's
/// name, "amd64"): they are not built there. `invalid_input` when a point has no others.
Result<Specialization> keep_architecture(Specialization specialization,
                                         std::string_view architecture);

/// `--set point=value,value`: the points named keep only these values; more than one setting of a
/// point adds up. `invalid_input` with the nearest known names for a point or value that is not
/// there.
Result<ValuesByPoint> parse_narrowing(const std::vector<SpecializationPoint>& points,
                                      std::span<const std::string> settings);

/// How many combinations the points make before any rule; at most 2^64 - 1.
std::uint64_t combinations_of(const std::vector<SpecializationPoint>& points,
                              const ValuesByPoint& narrowing);

/// Every configuration that the rules allow, in the order of the file (the last point's values
/// change first). At most `limit` are made: a larger space is `invalid_input` and names its size
/// before exclusions. An empty space is `invalid_input` and names the smallest set of rules and
/// settings that conflict. So are rules that leave too much to search through.
Result<std::vector<PointAssignment>> configurations_of(const Specialization& specialization,
                                                       const ValuesByPoint& narrowing,
                                                       std::size_t limit);

/// Warnings: values that no configuration can have, each with the rules that keep it out. Asked
/// about are all values as the file stands and, in a narrowed space, those that the narrowing
/// names.
std::vector<std::string> unreachable_values(const Specialization& specialization,
                                            const ValuesByPoint& narrowing);

/// What the values of a configuration add to its build, in the order of the points; `environment`
/// has the points' own variables, too.
BuildAdditions additions_of(const Specialization& specialization,
                            const PointAssignment& assignment);

/// All that the values of a configuration need.
Requirements requirements_of(const std::vector<SpecializationPoint>& points,
                             const PointAssignment& assignment);

/// "a processor with `avx2`, `fma`; an MPI of the ABI `mpich`"; empty for none.
std::string describe_requirements(const Requirements& requirements);

/// The sum over its values.
std::int64_t preference_of(const std::vector<SpecializationPoint>& points,
                           const PointAssignment& assignment);

}  // namespace xaas
