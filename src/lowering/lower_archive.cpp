// SPDX-License-Identifier: Apache-2.0

// Each unit goes through the back end that lld's ThinLTO would run for it, with all of its symbols
// kept and nothing imported: who links the archive later sees the interface of the generic one.

#include "materialize.hpp"
#include "object_cache.hpp"

#include "xaas/elf/elf_file.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/process.hpp"

#include <lld/Common/TargetOptionsCommandFlags.h>
#include <llvm/LTO/LTO.h>
#include <llvm/Support/Caching.h>

#include <algorithm>

namespace xaas {
namespace {

Error failed(const std::string& unit, llvm::Error error) {
  return fail(ErrorKind::tool_failed, "cannot lower `{}`: {}", unit,
              llvm::toString(std::move(error)));
}

/// As lld sets it up (lld/ELF/LTO.cpp), but for the relocation model: each unit has its own.
llvm::lto::Config make_config(const LoweringJob& job) {
  llvm::lto::Config config;
  config.CPU = job.cpu;
  config.MAttrs = job.features;
  config.OptLevel = job.opt_level;
  config.CGOptLevel =
      job.opt_level > 2 ? llvm::CodeGenOptLevel::Aggressive : llvm::CodeGenOptLevel::Default;
  config.PTO.LoopVectorization = config.PTO.SLPVectorization = job.opt_level > 1;
  config.Options = lld::initTargetOptionsFromCodeGenFlags();
  // Its default is made by parsing a command line, which there is none of here.
  config.Options.BBSections = llvm::BasicBlockSection::None;
  config.Options.EmitAddrsig = true;
  config.Options.FunctionSections = config.Options.DataSections = true;
  config.RelocModel.reset();
  return config;
}

class UnitLowering {
 public:
  UnitLowering(const LoweringJob& job, std::string path) : job_(job), path_(std::move(path)) {}

  Result<std::string> run() {
    XAAS_TRY(const std::string bitcode, read_file(path_));
    auto input = llvm::lto::InputFile::create({llvm::StringRef(bitcode), path_});
    if (!input) return failed(path_, input.takeError());
    llvm::lto::LTO lto(make_config(job_), llvm::lto::createInProcessThinBackend(
                                              llvm::heavyweight_hardware_concurrency(1)));
    const auto resolutions = keep_all(**input);
    if (auto error = lto.add(std::move(*input), resolutions))
      return failed(path_, std::move(error));
    auto stream = [this](std::size_t, const llvm::Twine&) {
      return std::make_unique<llvm::CachedFileStream>(
          std::make_unique<llvm::raw_svector_ostream>(made_));
    };
    if (auto error = lto.run(stream, open_cache())) return failed(path_, std::move(error));
    return std::string(cached_ ? cached_->getBuffer() : made_.str());
  }

 private:
  static std::vector<llvm::lto::SymbolResolution> keep_all(const llvm::lto::InputFile& input) {
    std::vector<llvm::lto::SymbolResolution> resolutions;
    for (const auto& symbol : input.symbols()) {
      llvm::lto::SymbolResolution& resolution = resolutions.emplace_back();
      resolution.Prevailing = !symbol.isUndefined();
      resolution.VisibleToRegularObj = true;
    }
    return resolutions;
  }

  llvm::FileCache open_cache() {
    if (job_.cache.empty()) return {};
    const auto keep = [this](unsigned, const llvm::Twine&,
                             std::unique_ptr<llvm::MemoryBuffer> buffer) {
      cached_ = std::move(buffer);
    };
    return make_object_cache(job_.cache, keep);
  }

  const LoweringJob& job_;
  std::string path_;
  llvm::SmallString<0> made_;
  std::unique_ptr<llvm::MemoryBuffer> cached_;
};

/// The files that take the places of the archive's objects, in order.
Result<std::vector<std::string>> lower_items(const LoweringJob& job,
                                             const std::vector<std::string>& paths) {
  std::vector<std::string> objects(job.items.size());
  std::vector<std::string> bitcode(job.items.size());
  auto next = paths.begin();
  for (std::size_t i = 0; i < job.items.size(); ++i) {
    if (std::holds_alternative<LoweringJob::Bitcode>(job.items[i])) bitcode[i] = *next++;
  }
  XAAS_CHECK(for_each_parallel(job.items.size(), job.threads, [&](std::size_t i) -> Status {
    if (const auto* object = std::get_if<LoweringJob::Object>(&job.items[i])) {
      XAAS_TRY(objects[i], read_file(object->path));
    } else {
      XAAS_TRY(objects[i], UnitLowering(job, bitcode[i]).run());
    }
    return {};
  }));
  return objects;
}

}  // namespace

Status lower_archive(const LoweringJob& job, const std::vector<std::string>& paths) {
  XAAS_TRY(const std::string generic, read_file(job.archive));
  XAAS_TRY(auto members, read_archive(generic, ""));
  if (!members) return fail(ErrorKind::corrupt, "`{}` is no archive", job.archive);
  const auto is_object = [](const ArchiveMember& member) { return is_object_file(member.bytes); };
  const auto count = static_cast<std::size_t>(std::ranges::count_if(*members, is_object));
  if (count != job.items.size()) {
    return fail(ErrorKind::corrupt, "`{}` has {} objects, and the image names {}", job.archive,
                count, job.items.size());
  }
  XAAS_TRY(auto objects, lower_items(job, paths));
  auto next = objects.begin();
  for (ArchiveMember& member : *members) {
    if (is_object(member)) member.bytes = std::move(*next++);
  }
  XAAS_TRY(const std::string archive, write_archive(*members));
  return write_file(job.output, archive);
}

}  // namespace xaas
