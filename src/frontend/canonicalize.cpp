// SPDX-License-Identifier: Apache-2.0
#include "xaas/frontend/canonicalize.hpp"

#include "bitcode_file.hpp"
#include "build_paths.hpp"
#include "debug_info.hpp"
#include "inline_assembly.hpp"
#include "isa_features.hpp"
#include "loop_names.hpp"
#include "module_flags.hpp"
#include "numerics.hpp"
#include "processor_bound_code.hpp"
#include "vector_calls.hpp"

#include "xaas/ir/manifest.hpp"
#include "xaas/ir/prefix.hpp"

#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

#include <algorithm>

namespace xaas {
namespace {

using Features = std::set<std::string>;

/// Tells the lowering that a function must stay as it is when the rest of its unit gets the unit's
/// feature floor: its author asked for less than the command line (`target("arch=x86-64")`). The
/// same name stands in src/lowering/unit_rewrite.cpp.
constexpr const char* k_floor_attribute = "xaas-floor";

Features features_of(const llvm::Function& function) {
  llvm::SmallVector<llvm::StringRef> entries;
  function.getFnAttribute("target-features")
      .getValueAsString()
      .split(entries, ',', -1, /*KeepEmpty=*/false);
  Features features;
  for (const llvm::StringRef entry : entries) features.insert(entry.str());
  return features;
}

std::string joined(const Features& features) {
  std::string list;
  for (const std::string& entry : features) list += (list.empty() ? "" : ",") + entry;
  return list;
}

bool is_isa_entry(const std::string& entry) {
  return entry.size() > 1 && is_isa_feature(std::string_view(entry).substr(1));
}

struct CommandLine {
  const CommandLineFeatures& given;
  const CommandLineFeatures& baseline;
};

/// Entries that the command line put there and that hold on every processor: vetoes, and ways of
/// generating code that are no instruction set.
bool outlives_the_command_line(const std::string& entry, const CommandLine& line) {
  if (entry.starts_with('-')) return !line.baseline.features.contains(entry);
  return !is_isa_entry(entry);
}

struct Rewritten {
  Features kept;
  bool is_explicit = false;     // instruction sets of its own
  bool declines_floor = false;  // fewer instruction sets than the command line's
};

Rewritten rewrite_features(const Features& features, const std::string& cpu,
                           const CommandLine& line) {
  // With a processor of its own, what the command line added says nothing about the function.
  const bool own_cpu = !cpu.empty() && cpu != line.given.cpu;
  const Features& repeated = own_cpu ? line.baseline.features : line.given.features;
  Rewritten result;
  for (const std::string& entry : features) {
    const bool own = !repeated.contains(entry) && !is_implicit_feature(entry.substr(1));
    if (own && entry.starts_with('+') && is_isa_entry(entry)) result.is_explicit = true;
    if (own || outlives_the_command_line(entry, line)) result.kept.insert(entry);
  }
  result.declines_floor =
      !cpu.empty() && std::ranges::any_of(line.given.features, [&](auto& entry) {
        return entry.starts_with('+') && is_isa_entry(entry) && !features.contains(entry) &&
               !line.baseline.features.contains(entry);
      });
  return result;
}

/// Takes the processor out of one function's attributes; true when it has instruction sets of its
/// own.
bool rewrite_function(llvm::Function& function, const CommandLine& line) {
  const std::string cpu = function.getFnAttribute("target-cpu").getValueAsString().str();
  Features features = features_of(function);
  // flang names the processor and none of its features.
  if (features.empty() && !cpu.empty() && cpu == line.given.cpu) features = line.given.features;
  const Rewritten rewritten = rewrite_features(features, cpu, line);
  function.removeFnAttr("target-cpu");
  function.removeFnAttr("target-features");
  if (!rewritten.kept.empty()) function.addFnAttr("target-features", joined(rewritten.kept));
  if (rewritten.declines_floor) function.addFnAttr(k_floor_attribute, "none");
  if (function.getFnAttribute("tune-cpu").getValueAsString() == line.given.tune)
    function.removeFnAttr("tune-cpu");
  // clang stamps SVE's architectural range on every function when the command line has +sve.
  const llvm::Attribute range = function.getFnAttribute(llvm::Attribute::VScaleRange);
  if (range.isValid() && !rewritten.is_explicit && range.getVScaleRangeMin() == 1 &&
      range.getVScaleRangeMax() == 16)
    function.removeFnAttr(llvm::Attribute::VScaleRange);
  return rewritten.is_explicit && !function.isDeclaration();
}

/// To be asked before the processor attributes are taken away.
void find_bounds(const llvm::Module& module, CanonicalUnit& unit) {
  const std::string calls = processor_bound_calls(module);
  unit.is_isa_bound = !calls.empty() || has_processor_bound_code(module);
  unit.is_abi_bound = !calls.empty();
  if (const std::string directive = file_reading_directive(module); !directive.empty()) {
    unit.why_not_lowered = "its assembly reads a file of the build (`" + directive + "`)";
    unit.reads_files = true;
  } else if (unit.is_abi_bound) {
    unit.why_not_lowered = calls + ", which wider processors do in another way";
  }
}

void remove_producer(llvm::Module& module) {
  for (const char* name : {"llvm.ident", "llvm.commandline"})
    if (llvm::NamedMDNode* node = module.getNamedMetadata(name)) node->eraseFromParent();
}

void set_name(llvm::Module& module, const std::string& name) {
  module.setModuleIdentifier(name);
  module.setSourceFileName(name);
}

/// The name decides the identity of local symbols in a ThinLTO link, so it comes from the content.
/// It is never empty: lld 22 crashes in readSummary on an empty source_filename.
void name_by_content(llvm::Module& module) {
  set_name(module, "xaas");
  set_name(module, "xaas-" + digest_of(write_bitcode(module, Summary::none)).hex().substr(0, 16));
}

/// The same module with its debug information, under the name of the module without: the same
/// symbols come from both.
Result<std::string> debug_companion(std::string_view bitcode, const std::string& name) {
  llvm::LLVMContext context;
  XAAS_TRY(const std::unique_ptr<llvm::Module> module, read_bitcode(bitcode, context));
  set_name(*module, name);
  return write_bitcode(*module, Summary::thin_lto);
}

}  // namespace

Result<CanonicalUnit> canonicalize(std::string_view bitcode, const CommandLineFeatures& given,
                                   const CommandLineFeatures& baseline,
                                   const std::string& build_root) {
  XAAS_CHECK(check_producer(bitcode));
  llvm::LLVMContext context;
  fix_metadata_names(context);
  XAAS_TRY(const std::unique_ptr<llvm::Module> module, read_bitcode(bitcode, context));
  CanonicalUnit unit;
  find_bounds(*module, unit);
  unit.numerics = numerics_of(*module);
  unit.numerics.fused = !module->getTargetTriple().isX86() || given.features.contains("+fma") ||
                        given.features.contains("+fma4");
  const CommandLine line{.given = given, .baseline = baseline};
  for (llvm::Function& function : *module)
    if (rewrite_function(function, line)) unit.explicit_functions.insert(function.getName().str());
  remove_producer(*module);
  remove_idle_openmp_flag(*module);
  rename_loops(*module);
  move_debug_info(*module, build_root, std::string(k_root_in_debug_info));
  forget_text(*module);
  unit.build_paths = strings_naming(*module, build_root);
  const std::string with_debug_info =
      has_debug_info(*module) ? write_bitcode(*module, Summary::none) : std::string();
  remove_debug_info(*module);
  unit.names_prefix = !strings_naming(*module, placeholder_prefix()).empty();
  name_by_content(*module);
  unit.bitcode = write_bitcode(*module, Summary::thin_lto);
  unit.digest = digest_of(unit.bitcode);
  if (!with_debug_info.empty()) {
    XAAS_TRY(unit.debug_bitcode, debug_companion(with_debug_info, module->getModuleIdentifier()));
  }
  return unit;
}

}  // namespace xaas
