// SPDX-License-Identifier: Apache-2.0

// Command lines of compilers and linkers, given as the text of a response file. Parts behind lines
// of `%%` are further response files with the names 1, 2, ...

#include "driver_commands.hpp"
#include "invocation.hpp"
#include "link_resolution.hpp"
#include "linker_script.hpp"
#include "linker_table.hpp"
#include "property.hpp"
#include "response_file.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace xaas::fuzzing {
namespace {

using Words = std::vector<std::string>;

std::vector<std::string> split_parts(std::string_view text) {
  constexpr std::string_view k_mark = "%%\n";
  std::vector<std::string> parts;
  for (auto end = text.find(k_mark); end != text.npos; end = text.find(k_mark)) {
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(end + k_mark.size());
  }
  parts.emplace_back(text);
  return parts;
}

/// Files that name each other end at a limit of thousands, which a unit test reaches; here it would
/// be most of the time.
constexpr int k_most_files = 8;

Words expand(const std::vector<std::string>& parts) {
  int files = 0;
  return expand_response_files(split_response(parts.front()),
                               [&](const std::string& name) -> Result<std::string> {
                                 std::size_t number = 0;
                                 std::from_chars(name.data(), name.data() + name.size(), number);
                                 const bool is_there = number > 0 && number < parts.size();
                                 if (is_there && ++files <= k_most_files) return parts[number];
                                 return fail(ErrorKind::not_found, "there is no part `{}`", name);
                               });
}

bool is_part_of(const Words& some, const Words& all) {
  return std::ranges::all_of(
      some, [&](const std::string& word) { return std::ranges::find(all, word) != all.end(); });
}

void expect_understood(const CompilerInvocation& invocation, const Words& argv) {
  const auto everything = [](const Argument&) { return true; };
  expect(tokens_of(invocation, everything) == argv, "no word of a command is lost");
  expect(is_part_of(isa_flags(invocation), argv), "a processor flag is one that was given");
  expect(is_part_of(native_flags(invocation), argv), "a native flag is one that was given");
  for (const std::string& flag : pipeline_flags(invocation))
    expect(std::ranges::any_of(argv, [&](auto& word) { return flag.starts_with(word); }),
           "a pipeline flag is one that was given");
  for (const Argument* source : invocation.sources()) {
    expect(!source->language.empty(), "a source has a language");
    opaque_reason(invocation, *source);
    expect(!default_object(source->value).contains('/'), "an object is made in this folder");
  }
  is_probe(invocation, "/build");
}

/// What is left of a command when the wrapper takes arguments out means what it meant before.
void expect_separable(const CompilerInvocation& invocation) {
  const auto is_kept = [](const Argument& argument) {
    return !is_native(argument) && argument.meaning != FlagMeaning::lto;
  };
  const auto rest = parse_invocation(invocation.driver, tokens_of(invocation, is_kept));
  std::vector<Argument> kept;
  std::ranges::copy_if(invocation.arguments, std::back_inserter(kept), is_kept);
  expect(rest.arguments == kept, "arguments mean the same without the others");
}

/// Stands in the record of a link in one word.
bool is_recorded(const LinkerArgument& argument) {
  using enum LinkerMeaning;
  // lld stops at another emulation; `-m llvm` in one word would be an option of another meaning.
  if (argument.name == "-m") return argument.value.starts_with("elf");
  switch (argument.meaning) {
    case kept:
    case shared:
    case relocatable:
    case only_static:
    case allow_shared:
    case push_state:
    case pop_state:
    case strict_version:
      return argument.is_option;
    default:
      return false;
  }
}

void expect_linked_alike(const Words& argv) {
  auto arguments = parse_linker_arguments(argv);
  Words tokens;
  for (const auto& argument : arguments)
    tokens.insert(tokens.end(), argument.tokens.begin(), argument.tokens.end());
  expect(tokens == argv, "no word of a link is lost");
  std::erase_if(arguments, std::not_fn(&is_recorded));
  Words joined;
  for (const auto& argument : arguments) joined.push_back(argument.joined());
  const auto again = parse_linker_arguments(joined);
  expect(std::ranges::equal(arguments, again,
                            [](const LinkerArgument& a, const LinkerArgument& b) {
                              return a.meaning == b.meaning && a.name == b.name &&
                                     a.value == b.value;
                            }),
         "options in one word mean the same: " + join_response(joined));
}

void expect_readable(std::string_view text) {
  const auto script = parse_library_script(text);
  if (!script) expect_clear(script.error());
  for (const auto& command : parse_driver_commands(text))
    expect(!command.empty(), "a command has a program");
  expect(driver_complaints(text).size() <= text.size() + 1, "a complaint is one that was printed");
  for (const auto& name : parse_dependency_file(text))
    expect(text.contains(name.substr(0, name.find_first_of("$ #"))), "a name that was written");
}

}  // namespace
}  // namespace xaas::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace xaas;
  using namespace xaas::fuzzing;
  const auto text = text_of(bytes, size);
  const auto argv = expand(split_parts(text));
  if (argv.size() > 4 * size) return 0;  // files that name each other: expanded, and that is all
  expect(split_response(join_response(argv)) == argv, "words are read back as they were");
  // One of them for each input is enough.
  const auto driver = argv.size() % 2 == 0 ? Driver::c : Driver::cxx;
  const auto invocation = parse_invocation(driver, argv);
  expect_understood(invocation, argv);
  expect_separable(invocation);
  expect_linked_alike(argv);
  expect_readable(text);
  return 0;
}
