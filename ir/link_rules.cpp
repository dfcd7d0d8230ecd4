// SPDX-License-Identifier: Apache-2.0
#include "xaas/ir/link_rules.hpp"

#include "xaas/support/compiler_text.hpp"
#include "xaas/support/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

// Lists of what is allowed, not of what is not: an option that a later lld brings is refused until
// somebody has looked at it. Long options have two dashes here, always: lld reads "-omagic" as
// `-o magic`, and "-m" before anything else could be the begin of "-mllvm".

namespace xaas {
namespace {

constexpr auto k_flags = std::to_array<std::string_view>({
    "--Bdynamic",
    "--Bno-symbolic",
    "--Bstatic",
    "--Bsymbolic",
    "--Bsymbolic-functions",
    "--Bsymbolic-non-weak",
    "--Bsymbolic-non-weak-functions",
    "--EB",
    "--EL",
    "--allow-multiple-definition",
    "--allow-shlib-undefined",
    "--android-memtag-heap",
    "--android-memtag-stack",
    "--apply-dynamic-relocs",
    "--as-needed",
    "--bp-compression-sort-startup-functions",
    "--branch-to-branch",
    "--build-id",
    "--check-sections",
    "--debug-names",
    "--disable-new-dtags",
    "--discard-all",
    "--discard-locals",
    "--discard-none",
    "--eh-frame-hdr",
    "--emit-relocs",
    "--enable-new-dtags",
    "--enable-non-contiguous-regions",
    "--end-lib",
    "--error-unresolved-symbols",
    "--execute-only",
    "--export-dynamic",
    "--fix-cortex-a53-843419",
    "--force-group-allocation",
    "--fortran-common",
    "--gc-sections",
    "--gdb-index",
    "--gnu-unique",
    "--ignore-data-address-equality",
    "--ignore-function-address-equality",
    "--nmagic",
    "--no-allow-multiple-definition",
    "--no-allow-shlib-undefined",
    "--no-android-memtag-heap",
    "--no-android-memtag-stack",
    "--no-apply-dynamic-relocs",
    "--no-as-needed",
    "--no-bp-compression-sort-startup-functions",
    "--no-branch-to-branch",
    "--no-call-graph-profile-sort",
    "--no-check-sections",
    "--no-debug-names",
    "--no-dynamic-linker",
    "--no-eh-frame-hdr",
    "--no-execute-only",
    "--no-export-dynamic",
    "--no-fortran-common",
    "--no-gc-sections",
    "--no-gdb-index",
    "--no-gnu-unique",
    "--no-nmagic",
    "--no-omagic",
    "--no-optimize-bb-jumps",
    "--no-pie",
    "--no-relax",
    "--no-rosegment",
    "--no-undefined",
    "--no-undefined-version",
    "--no-use-android-relr-tags",
    "--no-whole-archive",
    "--no-xosegment",
    "--noinhibit-exec",
    "--omagic",
    "--optimize-bb-jumps",
    "--pic-executable",
    "--pie",
    "--pop-state",
    "--push-state",
    "--relax",
    "--relocatable",
    "--rosegment",
    "--shared",
    "--start-lib",
    "--static",
    "--strip-all",
    "--strip-debug",
    "--undefined-version",
    "--unique",
    "--use-android-relr-tags",
    "--warn-unresolved-symbols",
    "--whole-archive",
    "--xosegment",
    "-E",
    "-N",
    "-S",
    "-X",
    "-n",
    "-q",
    "-r",
    "-s",
    "-x",
});

/// Their values are names, numbers and words of lld's; none of them is opened.
constexpr auto k_with_value = std::to_array<std::string_view>({
    "--Tbss",
    "--Tdata",
    "--Ttext",
    "--android-memtag-mode",
    "--auxiliary",
    "--bp-compression-sort",
    "--bp-startup-sort",
    "--build-id",
    "--call-graph-profile-sort",
    "--compress-debug-sections",
    "--compress-sections",
    "--defsym",
    "--dynamic-linker",
    "--entry",
    "--exclude-libs",
    "--export-dynamic-symbol",
    "--filter",
    "--fini",
    "--hash-style",
    "--icf",
    "--image-base",
    "--init",
    "--keep-unique",
    "--oformat",
    "--orphan-handling",
    "--pack-dyn-relocs",
    "--package-metadata",
    "--randomize-section-padding",
    "--rpath",
    "--section-start",
    "--shuffle-sections",
    "--soname",
    "--sort-section",
    "--undefined",
    "--undefined-glob",
    "--unresolved-symbols",
    "--wrap",
});

constexpr auto k_emulations =
    std::to_array<std::string_view>({"aarch64elf", "aarch64elfb", "aarch64linux", "aarch64linuxb",
                                     "elf32_x86_64", "elf_amd64", "elf_i386", "elf_x86_64"});

/// What capture writes for the options of `LinkerMeaning::file` and `script`.
constexpr auto k_prefixes = std::to_array<std::string_view>({
    "",
    "--call-graph-ordering-file=",
    "--default-script=",
    "--dynamic-list=",
    "--export-dynamic-symbol-list=",
    "--irpgo-profile=",
    "--just-symbols=",
    "--retain-symbols-file=",
    "--script=",
    "--symbol-ordering-file=",
    "--version-script=",
});

/// Commands of a linker script that are about files (GNU ld manual, "Commands Dealing with Files").
constexpr auto k_script_commands = std::to_array<std::string_view>(
    {"GROUP", "INCLUDE", "INPUT", "OUTPUT", "SEARCH_DIR", "STARTUP"});

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// "-znow", "-melf_x86_64", "-O2".
bool is_short_with_value(std::string_view option) {
  const std::string_view value = option.substr(std::min<std::size_t>(2, option.size()));
  if (value.empty()) return false;
  if (option.starts_with("-z")) return true;
  if (option.starts_with("-O")) return std::ranges::all_of(value, is_digit);
  return option.starts_with("-m") && contains(k_emulations, value);
}

/// The first command about files. Comments count as well: to skip them, one would have to find
/// their ends exactly as lld does.
std::string_view command_about_files(std::string_view script) {
  while (!script.empty()) {
    const auto* const begin = std::ranges::find_if(script, is_identifier_character);
    const auto* const end = std::find_if_not(begin, script.end(), is_identifier_character);
    const std::string_view word(begin, end);
    if (contains(k_script_commands, word)) return word;
    script = std::string_view(end, script.end());
  }
  return {};
}

}  // namespace

bool is_link_option(std::string_view option) {
  // The linker sees what stands before a null byte alone.
  if (option.contains('\0')) return false;
  if (contains(k_flags, option) || is_short_with_value(option)) return true;
  const auto equals = option.find('=');
  return equals != std::string_view::npos && contains(k_with_value, option.substr(0, equals));
}

bool is_link_file_prefix(std::string_view prefix) {
  return contains(k_prefixes, prefix);
}

bool is_linker_script(std::string_view content) {
  constexpr auto k_magics =
      std::to_array<std::string_view>({"\177ELF", "!<arch>\n", "!<thin>\n", "BC\xC0\xDE"});
  return std::ranges::none_of(k_magics,
                              [&](std::string_view magic) { return content.starts_with(magic); });
}

std::string objection_to_link_file(std::string_view prefix, std::string_view content) {
  const bool is_script = prefix == "--script=" || prefix == "--default-script=";
  if (!is_script && !prefix.empty()) return {};
  if (prefix.empty() && content.starts_with("!<thin>\n"))
    return "a thin archive, whose members are other files";
  if (!is_script && !is_linker_script(content)) return {};
  const std::string_view command = command_about_files(content);
  return command.empty() ? "" : fmt::format("a linker script with `{}`", command);
}

}  // namespace xaas
