// SPDX-License-Identifier: Apache-2.0
#include "flag_table.hpp"

#include <algorithm>
#include <array>

// The table is data: to teach the wrapper a flag, add a row. A flag that takes a separate value
// must be here, or its value is taken for an input file.

namespace xaas {
namespace {

using enum FlagValue;
using enum FlagMeaning;

// The columns are named once, by FlagRow.
// NOLINTBEGIN(modernize-use-designated-initializers)
constexpr auto k_rows = std::to_array<FlagRow>({
    // What the command makes.
    {"-o", either, output},
    {"--output", separate, output},
    {"--output=", joined, output},
    {"-c", none, compile_only},
    {"--compile", none, compile_only},
    {"-E", none, preprocess_only},
    {"--preprocess", none, preprocess_only},
    {"-M", none, preprocess_only},
    {"-MM", none, preprocess_only},
    {"-S", none, no_object},
    {"--assemble", none, no_object},
    {"-fsyntax-only", none, no_object},
    {"-emit-llvm", none, no_object},
    {"-emit-ast", none, no_object},
    {"-emit-pch", none, no_object},
    {"--emit-static-lib", none, no_object},
    {"--precompile", none, no_object},
    {"--analyze", none, no_object},
    {"-verify-pch", none, no_object},
    {"-extract-api", none, no_object},
    {"--version", none, query},
    {"--help", joined, query},
    {"-help", none, query},
    {"-dumpmachine", none, query},
    {"-dumpversion", none, query},
    {"-dumpfullversion", none, query},
    {"-dumpspecs", none, query},
    {"-print-", joined, query},
    {"--print-", joined, query},
    {"-###", none, query},

    // Inputs and their language.
    {"-x", either, language},
    {"--language", separate, language},
    {"--language=", joined, language},
    {"-I", either, plain},
    {"-D", either, plain},
    {"-U", either, plain},
    {"-A", either, plain},
    {"-F", either, plain},
    {"-J", either, plain},
    {"-module-dir", separate, plain},
    {"-fintrinsic-modules-path", separate, plain},
    {"-B", either, plain},
    {"-include", either, plain},
    {"-include-pch", separate, plain},
    {"-imacros", either, plain},
    {"-isystem", either, plain},
    {"-isystem-after", either, plain},
    {"-idirafter", either, plain},
    {"-iquote", either, plain},
    {"-iprefix", either, plain},
    {"-iwithprefix", either, plain},
    {"-iwithprefixbefore", either, plain},
    {"-iwithsysroot", either, plain},
    {"-iframework", either, plain},
    {"-isysroot", either, plain},
    {"-imultilib", separate, plain},
    {"-ivfsoverlay", either, plain},
    {"-vfsoverlay", either, plain},
    {"--vfsoverlay", either, plain},
    {"-c-isystem", either, plain},
    {"-cxx-isystem", either, plain},
    {"-stdlib++-isystem", either, plain},
    {"-working-directory", either, plain},
    {"-working-directory=", joined, plain},
    {"--sysroot", separate, plain},
    {"--sysroot=", joined, plain},
    {"--param", separate, plain},
    {"--param=", joined, plain},
    {"--config", separate, plain},
    {"--config=", joined, plain},
    {"-Xclang", separate, forwarded},
    {"-Xflang", separate, forwarded},
    {"-Xpreprocessor", separate, plain},
    {"-Xassembler", separate, plain},
    {"-Xanalyzer", separate, plain},
    {"-Xopenmp-target", separate, plain},
    {"-Xopenmp-target=", joined_then_separate, plain},
    {"-Xarch_", joined_then_separate, plain},
    {"-Xcuda-ptxas", separate, plain},
    {"-Xcuda-fatbinary", separate, plain},
    {"-Xoffload-linker", separate, plain},
    {"-aux-info", separate, plain},
    {"-dumpbase", separate, plain},
    {"-dumpbase-ext", separate, plain},
    {"-dumpdir", separate, plain},
    {"-wrapper", separate, plain},
    {"-serialize-diagnostics", separate, plain},
    {"--serialize-diagnostics", separate, plain},
    {"-fmodule-output", none, plain},

    // Dependency files.
    {"-MD", none, dependency_mode},
    {"-MMD", none, dependency_mode},
    {"--write-dependencies", none, dependency_mode},
    {"--write-user-dependencies", none, dependency_mode},
    {"-MF", either, dependency_file},
    {"-MT", either, dependency_target},
    {"-MQ", either, dependency_target},
    {"-MJ", either, plain},
    {"-MP", none, plain},
    {"-MG", none, plain},
    {"-MV", none, plain},
    {"-save-temps", joined, keeps_temporaries},
    {"--save-temps", joined, keeps_temporaries},
    {"-gsplit-dwarf", joined, keeps_temporaries},

    // Another architecture than the image's.
    {"-target", separate, target},
    {"--target=", joined, target},
    {"-arch", separate, target},
    {"-m16", none, target},
    {"-m32", none, target},
    {"-mx32", none, target},
    {"-m64", none, plain},

    // Every other -m flag is about the instruction set; these are about the ABI or the code model,
    // and stay in the bitcode by themselves.
    {"-m", joined, isa},
    {"-mabi=", joined, plain},
    {"-malign-", joined, plain},
    {"-mbackchain", none, plain},
    {"-mbranch-protection=", joined, plain},
    {"-mcmodel=", joined, plain},
    {"-mdefault-", joined, plain},
    {"-mfentry", none, plain},
    {"-mimplicit-float", none, plain},
    {"-mno-implicit-float", none, plain},
    {"-mincremental-", joined, plain},
    {"-minline-", joined, plain},
    {"-mlong-double-", joined, plain},
    {"-mms-bitfields", none, plain},
    {"-mno-ms-bitfields", none, plain},
    {"-mnop-mcount", none, plain},
    {"-momit-leaf-frame-pointer", none, plain},
    {"-mno-omit-leaf-frame-pointer", none, plain},
    {"-mpreferred-stack-boundary=", joined, plain},
    {"-mprefer-vector-width=", joined, plain},
    {"-mrecord-mcount", none, plain},
    {"-mred-zone", none, plain},
    {"-mno-red-zone", none, plain},
    {"-mregparm=", joined, plain},
    {"-mrtd", none, plain},
    {"-mskip-rax-setup", none, plain},
    {"-mstack", joined, plain},
    {"-mno-stack", joined, plain},
    {"-mthread", joined, plain},
    {"-mtls-", joined, plain},
    {"-mno-tls-", joined, plain},

    // Lost in one pipeline for the whole link: the machine code differs, and what the link makes of
    // the bitcode does not. What bitcode carries by itself is not here: -Os, -fno-inline,
    // -ffast-math, -ffp-contract=, -frounding-math, -fwrapv, -fno-builtin ...
    {"-mllvm", separate, pipeline},
    {"-mllvm=", joined, pipeline},
    {"-O", joined, pipeline},
    {"-fvectorize", none, pipeline_default},
    {"-fno-vectorize", none, pipeline},
    {"-ftree-vectorize", none, pipeline_default},
    {"-fno-tree-vectorize", none, pipeline},
    {"-fslp-vectorize", none, pipeline_default},
    {"-fno-slp-vectorize", none, pipeline},
    {"-ftree-slp-vectorize", none, pipeline_default},
    {"-fno-tree-slp-vectorize", none, pipeline},
    {"-fveclib=", joined, pipeline},
    {"-fveclib=none", none, pipeline_default},
    {"-funroll-loops", none, pipeline_default},
    {"-fno-unroll-loops", none, pipeline},
    {"-floop-interchange", none, pipeline},
    {"-fno-loop-interchange", none, pipeline_default},
    {"-fexperimental-loop-fusion", none, pipeline},
    {"-fno-experimental-loop-fusion", none, pipeline_default},
    {"-fdevirtualize-speculatively", none, pipeline},
    {"-fno-devirtualize-speculatively", none, pipeline_default},
    {"-fsplit-machine-functions", none, pipeline},
    {"-fno-split-machine-functions", none, pipeline_default},
    {"-fpass-plugin=", joined, pipeline},
    {"-fexperimental-isel", none, pipeline},
    {"-fno-experimental-isel", none, pipeline_default},
    {"-fglobal-isel", none, pipeline},
    {"-fno-global-isel", none, pipeline_default},
    {"-flimited-precision=", joined, pipeline},
    {"-falign-loops=", joined, pipeline},
    {"-fbasic-block-address-map", none, pipeline},
    {"-fno-basic-block-address-map", none, pipeline_default},
    {"-fbasic-block-sections=", joined, pipeline},
    {"-fbasic-block-sections=none", none, pipeline_default},
    {"-femulated-tls", none, pipeline},
    {"-fno-emulated-tls", none, pipeline_default},
    {"-fno-zero-initialized-in-bss", none, pipeline},
    {"-fzero-initialized-in-bss", none, pipeline_default},
    {"-mtls-dialect=", joined, pipeline},
    {"-mtls-dialect=gnu", none, pipeline_default},
    {"-mbranches-within-32B-boundaries", none, pipeline},
    {"-mrelax-all", none, pipeline},
    {"-mno-relax-all", none, pipeline_default},
    {"-moutline", none, pipeline},
    {"-mno-outline", none, pipeline_default},
    {"-mglobal-merge", none, pipeline},
    {"-mno-global-merge", none, pipeline},
    // Inline assembly of the unit may use the symbol.
    {"-Wa,--defsym", joined, pipeline},
    // Of clang -cc1, behind -Xclang.
    {"-disable-llvm-", joined, pipeline},
    {"-fmerge-functions", none, pipeline},
    {"-mlimit-float-precision", none, pipeline},

    // Link-time optimization belongs to the deployment.
    {"-flto", joined, lto},
    {"-fno-lto", joined, lto},
    {"-ffat-lto-objects", none, lto},
    {"-fno-fat-lto-objects", none, lto},
    {"-fsplit-lto-unit", none, lto},
    {"-fno-split-lto-unit", none, lto},
    {"-funified-lto", none, lto},
    {"-fno-unified-lto", none, lto},
    {"-fwhole-program-vtables", none, lto},
    {"-fno-whole-program-vtables", none, lto},
    {"-fvirtual-function-elimination", none, lto},
    {"-fuse-linker-plugin", none, lto},
    {"-fno-use-linker-plugin", none, lto},
    {"-fthinlto-index=", joined, lto},
    {"-fthin-link-bitcode=", joined, lto},

    {"-fsanitize=", joined, instrumentation},
    {"-fsanitize-coverage=", joined, instrumentation},
    {"-fprofile-", joined, instrumentation},
    {"-fcs-profile-", joined, instrumentation},
    {"-fcoverage-mapping", none, instrumentation},
    {"-ftest-coverage", none, instrumentation},
    {"--coverage", none, instrumentation},
    {"-coverage", none, instrumentation},
    {"-fxray-instrument", none, instrumentation},

    // The link.
    {"-fuse-ld=", joined, linker_choice},
    {"--ld-path=", joined, linker_choice},
    {"-Wl,", joined, linker_text},
    {"-Xlinker", separate, linker_text},
    {"-l", either, linker},
    {"-L", either, linker},
    {"-T", either, linker},
    {"-Ttext", either, linker},
    {"-Tdata", either, linker},
    {"-Tbss", either, linker},
    {"-u", either, linker},
    {"-e", either, linker},
    {"-z", separate, linker},
    {"-r", none, linker},
    {"-s", none, linker},
    {"-t", none, linker},
    {"-rpath", separate, linker},
    {"-rdynamic", none, linker},
    {"-shared", none, linker},
    {"--shared", none, linker},
    {"-symbolic", none, linker},
    {"-static", none, linker},
    {"--static", none, linker},
    {"-static-pie", none, linker},
    {"-static-libgcc", none, linker},
    {"-static-libstdc++", none, linker},
    {"-shared-libgcc", none, linker},
    {"-pie", none, linker},
    {"-no-pie", none, linker},
    {"-nopie", none, linker},
    {"-nostdlib", none, linker},
    {"-nostdlib++", none, linker},
    {"-nostartfiles", none, linker},
    {"-nodefaultlibs", none, linker},
    {"-nolibc", none, linker},
    // These begin like a flag above and are something else.
    {"-rtlib=", joined, plain},
    {"-std=", joined, plain},
    {"-stdlib=", joined, plain},
    {"-specs=", joined, plain},
    {"-traditional", joined, plain},
    {"-trigraphs", none, plain},
    {"-undef", none, plain},
    {"-unwindlib=", joined, plain},
});
// NOLINTEND(modernize-use-designated-initializers)

// A command line may have thousands of words: each is compared with the rows of its first letter.
constexpr auto k_by_name = [] {
  auto rows = k_rows;
  std::ranges::sort(rows, {}, &FlagRow::name);
  return rows;
}();

bool fits(const FlagRow& row, std::string_view argument) {
  const bool exact = row.value == none || row.value == separate;
  return exact ? argument == row.name : argument.starts_with(row.name);
}

}  // namespace

std::span<const FlagRow> compiler_flags() {
  return k_rows;
}

const FlagRow* find_flag(std::string_view argument) {
  const FlagRow* best = nullptr;
  if (argument.size() < 2 || argument.front() != '-') return nullptr;
  const auto letter = [](const FlagRow& row) { return row.name[1]; };
  for (const FlagRow& row : std::ranges::equal_range(k_by_name, argument[1], {}, letter)) {
    if (fits(row, argument) && (best == nullptr || row.name.size() > best->name.size()))
      best = &row;
  }
  return best;
}

}  // namespace xaas
