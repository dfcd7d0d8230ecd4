// SPDX-License-Identifier: Apache-2.0
#include "xaas/ir/numerics.hpp"

#include "xaas/ir/manifest.hpp"

#include <algorithm>
#include <array>

namespace xaas {
namespace {

// ISO C23 7.12 and 7.3, and glibc's own; without the suffix for the type.
constexpr auto k_inexact = std::to_array<std::string_view>(
    {"acos",   "acosh",  "acospi", "asin",    "asinh", "asinpi", "atan",      "atan2", "atan2pi",
     "atanh",  "atanpi", "cacos",  "cacosh",  "carg",  "casin",  "casinh",    "catan", "catanh",
     "cbrt",   "ccos",   "ccosh",  "cexp",    "clog",  "clog10", "compoundn", "cos",   "cosh",
     "cospi",  "cpow",   "csin",   "csinh",   "csqrt", "ctan",   "ctanh",     "cabs",  "erf",
     "erfc",   "exp",    "exp10",  "exp10m1", "exp2",  "exp2m1", "expm1",     "gamma", "hypot",
     "j0",     "j1",     "jn",     "lgamma",  "log",   "log10",  "log10p1",   "log1p", "log2",
     "log2p1", "logp1",  "pow",    "pow10",   "pown",  "powr",   "rootn",     "rsqrt", "sin",
     "sincos", "sinh",   "sinpi",  "tan",     "tanh",  "tanpi",  "tgamma",    "y0",    "y1",
     "yn"});

// Of glibc 2.36, the same on every x86-64 processor. Of the functions for `float`, those that
// neither have variants nor call one that has; but for `cosf` no difference was met in practice.
constexpr auto k_uniform =
    std::to_array<std::string_view>({"cabs", "cbrt", "csqrt", "exp2", "hypot"});
constexpr auto k_uniform_float = std::to_array<std::string_view>(
    {"acos", "asin", "atan", "atan2", "cabs", "cbrt", "csqrt", "expm1", "hypot", "log1p", "tan"});

template <class Table>
bool is_in(const Table& table, std::string_view name) {
  return std::ranges::find(table, name) != table.end();
}

struct MathFunction {
  std::string_view name;  // without the suffix for the type; empty: not one of these
  char type = 'd';        // 'f', 'd', 'l'
};

MathFunction parse_math_function(std::string_view name) {
  constexpr std::string_view k_finite = "_finite";
  if (name.starts_with("__") && name.ends_with(k_finite)) {  // glibc before 2.31, -ffast-math
    name.remove_prefix(2);
    name.remove_suffix(k_finite.size());
  }
  if (name.ends_with("_r")) name.remove_suffix(2);
  if (is_in(k_inexact, name)) return {.name = name};
  const bool typed = name.ends_with('f') || name.ends_with('l');
  if (!typed || !is_in(k_inexact, name.substr(0, name.size() - 1))) return {};
  return {.name = name.substr(0, name.size() - 1), .type = name.back()};
}

}  // namespace

bool is_inexact_math_function(std::string_view name) {
  return !parse_math_function(name).name.empty();
}

bool is_processor_dependent_math_function(std::string_view name) {
  const MathFunction function = parse_math_function(name);
  if (function.name.empty() || function.type == 'l') return false;
  return function.type == 'f' ? !is_in(k_uniform_float, function.name)
                              : !is_in(k_uniform, function.name);
}

bool can_keep_bits(const TranslationUnit& unit) {
  const Numerics& numerics = unit.numerics;
  if (numerics.fast_math > 0) return false;
  return numerics.contracted == 0 || (!numerics.fused && unit.explicit_functions.empty());
}

}  // namespace xaas
