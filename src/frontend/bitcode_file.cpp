// SPDX-License-Identifier: Apache-2.0
#include "bitcode_file.hpp"

#include "xaas/support/text.hpp"

#include <llvm-c/Target.h>
#include <llvm/ADT/StringRef.h>
#include <llvm/Analysis/ModuleSummaryAnalysis.h>
#include <llvm/Analysis/ProfileSummaryInfo.h>
#include <llvm/Bitcode/BitcodeReader.h>
#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/Config/llvm-config.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/VersionTuple.h>
#include <llvm/Support/raw_ostream.h>

#include <mutex>

namespace xaas {
namespace {

llvm::MemoryBufferRef buffer_of(std::string_view bytes) {
  return {llvm::StringRef(bytes.data(), bytes.size()), "bitcode"};
}

Error corrupt_bitcode(llvm::StringRef why) {
  return fail(ErrorKind::corrupt, "the bitcode of this unit does not hold together: {}", why.str())
      .with_code("frontend.bitcode");
}

/// LLVM compares the format's epoch before it tells who wrote the file.
Error unreadable_header(llvm::StringRef why) {
  if (!why.contains("epoch")) return corrupt_bitcode(why);
  return fail(ErrorKind::unsupported,
              "the bitcode has a format of another epoch than LLVM {} reads: {}",
              LLVM_VERSION_STRING, why.str())
      .with_code("frontend.newer-llvm");
}

/// "22.1.8" out of "LLVM22.1.8" or "LLVM22.1.8-rust-1.95"; empty when it is no LLVM's string.
llvm::StringRef version_in(llvm::StringRef producer) {
  if (!producer.consume_front("LLVM")) return {};
  return producer.take_while([](char c) { return is_digit(c) || c == '.'; });
}

void keep_quiet(const llvm::DiagnosticInfo*, void*) {}

// The summary and the symbol table of a module with inline assembly need the target's assembly
// parser; LLVM crashes when the target is not there at all.
void register_assembly_parsers() {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmParser();
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmParser();
  });
}

Status check_target(const llvm::Module& module) {
  register_assembly_parsers();
  std::string complaint;
  if (llvm::TargetRegistry::lookupTarget(module.getTargetTriple(), complaint) != nullptr) return {};
  return fail(ErrorKind::unsupported, "the bitcode is for `{}`; only x86 and AArch64 are lowered",
              module.getTargetTriple().str())
      .with_code("frontend.target");
}

}  // namespace

Status check_producer(std::string_view bitcode) {
  auto producer = llvm::getBitcodeProducerString(buffer_of(bitcode));
  if (!producer) return unreadable_header(llvm::toString(producer.takeError()));
  llvm::VersionTuple version;
  if (version.tryParse(version_in(*producer)))
    return fail(ErrorKind::unsupported,
                "the bitcode was written by `{}`, not by a compiler based on LLVM {} or older",
                *producer, LLVM_VERSION_STRING)
        .with_code("frontend.producer");
  const llvm::VersionTuple ours(LLVM_VERSION_MAJOR, LLVM_VERSION_MINOR, LLVM_VERSION_PATCH);
  if (version > ours)
    return fail(ErrorKind::unsupported,
                "the bitcode was written by LLVM {}; this program reads LLVM {} and older",
                version.getAsString(), LLVM_VERSION_STRING)
        .with_code("frontend.newer-llvm")
        .with_help("compile with Clang " + std::to_string(LLVM_VERSION_MAJOR) + " or older");
  return {};
}

Result<std::unique_ptr<llvm::Module>> read_bitcode(std::string_view bitcode,
                                                   llvm::LLVMContext& context) {
  context.setDiagnosticHandlerCallBack(keep_quiet);
  auto module = llvm::parseBitcodeFile(buffer_of(bitcode), context);
  if (!module) return corrupt_bitcode(llvm::toString(module.takeError()));
  std::string complaint;
  llvm::raw_string_ostream stream(complaint);
  if (llvm::verifyModule(**module, &stream))
    return corrupt_bitcode(llvm::StringRef(complaint).split('\n').first);
  XAAS_CHECK(check_target(**module));
  return std::move(*module);
}

std::string write_bitcode(const llvm::Module& module, Summary summary) {
  std::string bytes;
  llvm::raw_string_ostream stream(bytes);
  if (summary == Summary::none) {
    llvm::WriteBitcodeToFile(module, stream);
    return bytes;
  }
  llvm::ProfileSummaryInfo profile(module);
  const llvm::ModuleSummaryIndex index = llvm::buildModuleSummaryIndex(module, nullptr, &profile);
  // Without the hash every promoted local is called NAME.llvm.0, and two units' collide.
  llvm::WriteBitcodeToFile(module, stream, /*ShouldPreserveUseListOrder=*/false, &index,
                           /*GenerateHash=*/true);
  return bytes;
}

}  // namespace xaas
