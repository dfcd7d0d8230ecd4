// SPDX-License-Identifier: Apache-2.0
#include "unit_rewrite.hpp"

#include "floor.hpp"
#include "keep_bits.hpp"
#include "move_source.hpp"
#include "put_prefix.hpp"

#include <llvm/ADT/StringRef.h>
#include <llvm/Analysis/ModuleSummaryAnalysis.h>
#include <llvm/Analysis/ProfileSummaryInfo.h>
#include <llvm/Bitcode/BitcodeReader.h>
#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/Config/llvm-config.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>

// lld's -mcpu and -mattr reach only functions without "target-features". A function that has some
// (its author's, a veto, hardening) would be lowered with those alone: fewer than its helpers have,
// so that they are no longer inlined into it, and few enough to crash the back end. Such functions
// get the target's features first and their own after them: the later entry wins, and LLVM turns
// off with a feature what implies it.

namespace xaas {
namespace {

llvm::MemoryBufferRef buffer_of(std::string_view bytes) {
  return {llvm::StringRef(bytes.data(), bytes.size()), "unit"};
}

Error corrupt_unit(llvm::StringRef why) {
  return fail(ErrorKind::corrupt, "its bitcode does not hold together: {}", why.str());
}

void keep_quiet(const llvm::DiagnosticInfo*, void*) {}

/// The manifest's version was looked at long before; this is for a manifest that is wrong about it.
/// LLVM itself reads newer bitcode as far as it gets.
Status check_producer(std::string_view bitcode) {
  auto producer = llvm::getBitcodeProducerString(buffer_of(bitcode));
  if (!producer) return corrupt_unit(llvm::toString(producer.takeError()));
  llvm::StringRef version = *producer;
  unsigned major = 0;
  if (version.consume_front("LLVM") && !version.consumeInteger(10, major) &&
      major > LLVM_VERSION_MAJOR) {
    return fail(ErrorKind::unsupported, "it was written by {}; this program has LLVM {}", *producer,
                LLVM_VERSION_STRING);
  }
  return {};
}

std::string own_features(const llvm::Function& function) {
  return function.getFnAttribute("target-features").getValueAsString().str();
}

// Vetoes and hardening do not widen what the function may execute.
bool adds_instructions(llvm::StringRef features) {
  llvm::SmallVector<llvm::StringRef> entries;
  features.split(entries, ',', -1, /*KeepEmpty=*/false);
  return std::ranges::any_of(entries, [](llvm::StringRef entry) {
    return entry.starts_with("+") && !entry.starts_with("+harden-") &&
           !entry.starts_with("+retpoline-") && !entry.starts_with("+lvi-") && entry != "+seses";
  });
}

void append(std::string& list, llvm::StringRef entries) {
  if (entries.empty()) return;
  if (!list.empty()) list += ',';
  list += entries;
}

void append(std::string& list, const std::vector<std::string>& entries) {
  for (const std::string& entry : entries) append(list, entry);
}

enum class Floor { without, with };

/// The processor itself is lld's -mcpu, also for these functions.
void stamp_features(llvm::Function& function, const Rewrite& rewrite, Floor floor) {
  std::string features;
  append(features, rewrite.features);
  if (floor == Floor::with) append(features, rewrite.floor);
  append(features, own_features(function));
  function.addFnAttr("target-features", features);
}

/// Names of the functions that may execute more than the target has.
std::set<std::string> stamp_functions(llvm::Module& module, const Rewrite& rewrite) {
  std::set<std::string> names;
  std::set<const llvm::Function*> safe;
  if (!rewrite.floor.empty()) safe = functions_without_floor(module);
  for (llvm::Function& function : module) {
    if (function.isIntrinsic()) continue;
    const bool floor = !rewrite.floor.empty() && !safe.contains(&function);
    const bool own = function.hasFnAttribute("target-features");
    if ((floor || adds_instructions(own_features(function))) && !function.isDeclaration())
      names.insert(function.getName().str());
    if (floor || own) stamp_features(function, rewrite, floor ? Floor::with : Floor::without);
    if (!rewrite.tune.empty() && !function.hasFnAttribute("tune-cpu"))
      function.addFnAttr("tune-cpu", rewrite.tune);
    function.removeFnAttr("xaas-floor");
  }
  return names;
}

void add_frame_pointers(llvm::Module& module) {
  module.setFramePointer(llvm::FramePointerKind::All);  // of functions that LLVM makes
  for (llvm::Function& function : module)
    if (!function.isDeclaration()) function.addFnAttr("frame-pointer", "all");
}

std::string write_unit(const llvm::Module& module, bool thin_lto) {
  std::string bytes;
  llvm::raw_string_ostream stream(bytes);
  if (!thin_lto) {  // a module without summary is what makes lld choose full LTO for it
    llvm::WriteBitcodeToFile(module, stream);
    return bytes;
  }
  llvm::ProfileSummaryInfo profile(module);
  const llvm::ModuleSummaryIndex index = llvm::buildModuleSummaryIndex(module, nullptr, &profile);
  // The hash is what lld's cache knows the unit by, and part of the names of promoted locals.
  llvm::WriteBitcodeToFile(module, stream, /*ShouldPreserveUseListOrder=*/false, &index,
                           /*GenerateHash=*/true);
  return bytes;
}

}  // namespace

Result<UnitFacts> inspect_unit(std::string_view bitcode) {
  XAAS_CHECK(check_producer(bitcode));
  llvm::LLVMContext context;
  context.setDiagnosticHandlerCallBack(keep_quiet);
  auto module = llvm::getLazyBitcodeModule(buffer_of(bitcode), context,
                                           /*ShouldLazyLoadMetadata=*/true);
  if (!module) return corrupt_unit(llvm::toString(module.takeError()));
  if ((*module)->getSourceFileName().empty())  // lld 22 crashes on it in readSummary
    return corrupt_unit("the module has no name");
  UnitFacts facts;
  for (const llvm::Function& function : **module) {
    if (!function.isDeclaration()) ++facts.functions;
    if (function.hasFnAttribute("target-features")) facts.has_features = true;
  }
  return facts;
}

Result<RewrittenUnit> rewrite_unit(std::string_view bitcode, const Rewrite& rewrite) {
  llvm::LLVMContext context;
  context.setDiagnosticHandlerCallBack(keep_quiet);
  auto module = llvm::parseBitcodeFile(buffer_of(bitcode), context);
  if (!module) return corrupt_unit(llvm::toString(module.takeError()));
  std::string complaint;
  llvm::raw_string_ostream stream(complaint);
  if (llvm::verifyModule(**module, &stream))
    return corrupt_unit(llvm::StringRef(complaint).split('\n').first);
  if (rewrite.keep_bits) keep_bits(**module, rewrite.fused);
  if (rewrite.frame_pointers) add_frame_pointers(**module);
  if (!rewrite.source_folder.empty()) move_source(**module, rewrite.source_folder);
  if (!rewrite.placeholder.empty()) put_prefix(**module, rewrite.placeholder, rewrite.prefix);
  RewrittenUnit unit;
  unit.explicit_functions = stamp_functions(**module, rewrite);
  unit.bitcode = write_unit(**module, rewrite.thin_lto);
  return unit;
}

}  // namespace xaas
