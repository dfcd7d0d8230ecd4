// SPDX-License-Identifier: Apache-2.0
#include "llvm_error.hpp"
#include "open_image.hpp"
#include "unused_symbols.hpp"

#include "xaas/elf/elf_file.hpp"

#include <llvm/BinaryFormat/ELF.h>
#include <llvm/ObjCopy/ConfigManager.h>
#include <llvm/ObjCopy/ObjCopy.h>
#include <llvm/Object/Binary.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <cstdint>

namespace xaas {
namespace {

/// objcopy believes sizes and alignments: one wrong bit there makes it write gigabytes.
Status check_extent(const ElfImage& image) {
  constexpr std::uint64_t k_most_padding = std::uint64_t{512} << 20;
  std::uint64_t padding = 0;
  const auto add = [&](std::uint64_t alignment) { padding += std::min(alignment, k_most_padding); };
  for (const auto& section : image.sections()) {
    XAAS_CHECK(image.contents(section));
    add(section.sh_addralign);
  }
  for (const auto& segment : image.segments()) {
    XAAS_CHECK(image.contents(segment));
    add(segment.p_align);
  }
  if (padding >= k_most_padding) return damaged_elf("its parts are aligned too far apart");
  return {};
}

Status remove_section(llvm::objcopy::CommonConfig& config, llvm::StringRef name) {
  auto matcher = llvm::objcopy::NameOrPattern::create(name, llvm::objcopy::MatchStyle::Literal,
                                                      [](llvm::Error error) { return error; });
  if (auto error = config.ToRemove.addMatcher(std::move(matcher)))
    return damaged(std::move(error), "section name", "elf.strip");
  return {};
}

Result<llvm::objcopy::ConfigManager> make_config(Strip what, bool is_relocatable) {
  llvm::objcopy::ConfigManager config;
  auto& common = config.Common;
  common.InputFilename = "file";
  common.OutputFilename = "file";
  XAAS_CHECK(remove_section(common, ".llvm.lto"));
  // It counts symbols, of which some are about to go.
  if (what != Strip::nothing && is_relocatable) XAAS_CHECK(remove_section(common, ".llvm_addrsig"));
  common.StripDebug = what == Strip::debug;
  // An object without the symbols that its relocations name could never be linked again.
  if (what == Strip::all && is_relocatable) common.StripUnneeded = true;
  // As GNU strip does: LLVM's own "all" also drops .comment and other notes.
  if (what == Strip::all && !is_relocatable) common.StripAllGNU = true;
  return config;
}

Result<std::string> copy_object(std::string_view bytes,
                                const llvm::objcopy::ConfigManager& config) {
  const llvm::MemoryBufferRef buffer{{bytes.data(), bytes.size()}, "file"};
  auto binary = llvm::object::createBinary(buffer);
  if (!binary) return damaged(binary.takeError(), "ELF file", "elf.damaged");
  llvm::SmallVector<char, 0> output;
  llvm::raw_svector_ostream stream{output};
  if (auto error = llvm::objcopy::executeObjcopyOnBinary(config, **binary, stream)) {
    return fail(ErrorKind::tool_failed, "stripping an ELF file: {}",
                llvm::toString(std::move(error)))
        .with_code("elf.strip");
  }
  return std::string{output.data(), output.size()};
}

}  // namespace

Result<std::string> strip_elf(std::string_view bytes, Strip what) {
  XAAS_TRY(const auto image, open_image(bytes));
  XAAS_TRY(const auto* bitcode, image.find_section(".llvm.lto"));
  if (what == Strip::nothing && bitcode == nullptr) return std::string{bytes};
  XAAS_CHECK(check_extent(image));
  const bool is_relocatable = image.header().e_type == llvm::ELF::ET_REL;
  XAAS_TRY(const auto config, make_config(what, is_relocatable));
  XAAS_TRY(auto stripped, copy_object(bytes, config));
  if (what != Strip::debug || !is_relocatable) return stripped;
  XAAS_TRY(const auto without, without_unused_section_symbols(stripped));
  return without ? copy_object(*without, config) : stripped;
}

}  // namespace xaas
