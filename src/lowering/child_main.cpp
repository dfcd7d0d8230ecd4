// SPDX-License-Identifier: Apache-2.0
#include "job_json.hpp"
#include "materialize.hpp"
#include "object_cache.hpp"

#include "xaas/support/diagnostics.hpp"
#include "xaas/support/files.hpp"

#include <lld/Common/Driver.h>
#include <llvm-c/Target.h>
#include <llvm/Support/ErrorHandling.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/TargetParser/AArch64TargetParser.h>
#include <llvm/TargetParser/X86TargetParser.h>

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <iterator>

LLD_HAS_DRIVER(elf)

namespace xaas {
namespace {

// LLVM would abort: then the parent could only say that the linker crashed.
[[noreturn]] void report_fatal(void*, const char* reason, bool) {
  llvm::errs() << "LLVM cannot go on: " << reason << "\n";
  _exit(k_exit_error);
}

// lld does the same, but only when the units are written already: what their inline assembly
// defines and uses is then missing in their symbol tables and summaries.
void register_targets() {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmParser();
  LLVMInitializeX86Target();
  LLVMInitializeX86AsmPrinter();
  LLVMInitializeAArch64TargetInfo();
  LLVMInitializeAArch64TargetMC();
  LLVMInitializeAArch64AsmParser();
  LLVMInitializeAArch64Target();
  LLVMInitializeAArch64AsmPrinter();
}

// LLVM only warns of a name that it does not know, and lowers for the baseline.
Status check_processor(const std::string& cpu) {
  if (cpu == "generic" || llvm::X86::parseArchX86(cpu) != llvm::X86::CK_None ||
      llvm::AArch64::parseCpu(cpu))
    return {};
  return fail(ErrorKind::invalid_input, "LLVM knows no processor `{}`", cpu);
}

Status run_lld(const std::vector<std::string>& line) {
  std::vector<const char*> arguments;
  arguments.reserve(line.size());
  for (const std::string& argument : line) arguments.push_back(argument.c_str());
  // Our stdout is for the result alone; what lld prints there (--print-map) joins its errors.
  const lld::Result result =
      lld::lldMain(arguments, llvm::errs(), llvm::errs(), {{.f = lld::Gnu, .d = &lld::elf::link}});
  // Its errors are on stderr already.
  if (result.retCode != 0) {
    return fail(ErrorKind::tool_failed, "lld ended with {}", result.retCode)
        .with_code("lowering.failed");
  }
  return {};
}

Status move_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  if (!error) return {};
  if (error != std::errc::cross_device_link) {
    return fail(ErrorKind::io, "cannot rename `{}` to `{}`: {}", from.string(), to.string(),
                error.message());
  }
  return xaas::copy_file(from, to);
}

/// What LLVM dumped beside the output.
Status keep_dumps(const std::filesystem::path& folder, const std::string& kept) {
  XAAS_TRY(const auto files, list_tree(folder));
  for (const std::filesystem::path& file : files)
    XAAS_CHECK(move_file(folder / file, std::filesystem::path(kept) / file.filename()));
  return {};
}

Status link_units(LoweringJob& job, std::vector<std::string>& paths) {
  XAAS_CHECK(pack_archives(job, paths));
  const std::filesystem::path output = job.output;
  XAAS_TRY(const TemporaryFolder folder, TemporaryFolder::make(output.parent_path()));
  const std::filesystem::path unfinished = folder.path() / output.filename();
  XAAS_CHECK(run_lld(link_line(job, paths, unfinished.string())));
  XAAS_CHECK(move_file(unfinished, output));
  return job.save_temps.empty() ? Status() : keep_dumps(folder.path(), job.save_temps);
}

Result<LoweringResult> lower_here(LoweringJob job) {
  const auto start = std::chrono::steady_clock::now();
  XAAS_CHECK(check_processor(job.cpu));
  register_targets();
  // LLVM dumps a unit's stages beside the unit.
  XAAS_TRY(Materialized units,
           materialize_units(job, job.save_temps.empty() ? job.work : job.save_temps));
  XAAS_CHECK(job.archive.empty() ? link_units(job, units.paths) : lower_archive(job, units.paths));
  units.facts.cache = object_cache_notes();
  units.facts.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return std::move(units.facts);
}

std::string read_stdin() {
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

Result<LoweringResult> serve() {
  XAAS_TRY(const LoweringJob job, parse_job(read_stdin()));
  return lower_here(job);
}

}  // namespace

int lowering_child_main() {
  llvm::install_fatal_error_handler(report_fatal);
  const Result<LoweringResult> result = serve();
  if (!result) {
    const Error& error = result.error();
    for (const std::string& what : error.context()) llvm::errs() << "while " << what << ": ";
    if (error.code() != "lowering.failed") llvm::errs() << error.message() << "\n";
    return k_exit_error;
  }
  std::cout << print_result(*result) << std::flush;
  // Destructors of LLVM's globals have nothing to add and take their time.
  _exit(std::cout ? 0 : k_exit_error);
}

}  // namespace xaas
