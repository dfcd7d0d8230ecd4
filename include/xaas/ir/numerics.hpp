// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace xaas {

/// What of a unit's results may differ with how its bitcode is lowered. Zero and empty: nothing.
struct Numerics {
  // Functions with a multiply-add that is one rounding or two, as the processor has it
  // (llvm.fmuladd, LLVM LangRef: clang's -ffp-contract=on).
  std::size_t multiply_adds = 0;
  // The generic build's processor has the instruction: there it is one rounding.
  bool fused = false;
  // Functions whose operations may be fused wherever the back end likes (`contract`:
  // -ffp-contract=fast), and no more than that.
  std::size_t contracted = 0;
  // Functions with operations that may be done in another order or by approximation: by any other
  // fast-math flag, or in a loop for which a directive asks for vectors (`omp simd`).
  std::size_t fast_math = 0;
  // Functions of the C library that it calls and IEEE 754 does not fix the results of: "exp".
  std::set<std::string> math_calls;

  friend bool operator==(const Numerics&, const Numerics&) = default;
};

/// Whether it is a function of the C library's <math.h> or <complex.h> whose result IEEE 754 does
/// not fix to the last bit ("exp", "powf", "__exp_finite"): libraries differ in it, and glibc
/// itself between processors. `sqrt`, `fma`, `floor` and their kin are exact.
bool is_inexact_math_function(std::string_view name);

/// Whether glibc on x86-64 computes this inexact function in another way where the processor has
/// FMA, by itself or by functions that it calls, so that its last bits differ between processors
/// (2.36: sysdeps/x86_64/fpu/multiarch, and measured). Newer versions agree in fewer functions or
/// as many.
bool is_processor_dependent_math_function(std::string_view name);

}  // namespace xaas
