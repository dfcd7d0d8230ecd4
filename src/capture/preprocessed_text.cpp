// SPDX-License-Identifier: Apache-2.0
#include "preprocessed_text.hpp"

#include "xaas/support/compiler_text.hpp"
#include "xaas/support/text.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace xaas {
namespace {

// What Clang computes from line markers after preprocessing.
constexpr auto k_place_words = std::to_array<std::string_view>(
    {"__builtin_FILE", "__builtin_LINE", "__builtin_COLUMN", "__builtin_source_location",
     "__builtin_dump_struct",
     // In a raw string every line counts, also an empty one or one that looks like a marker.
     "R\""});
// It names unnamed types and lambdas by their place. Most text of C has it, by way of `assert`, and
// there only a type in a list of parameters can be meant.
constexpr std::string_view k_names_types = "__PRETTY_FUNCTION__";
constexpr auto k_type_words = std::to_array<std::string_view>({"struct", "union", "enum"});

// Files that assembly reads, and modules.
constexpr auto k_file_words = std::to_array<std::string_view>(
    {".incbin", ".INCBIN", ".include", ".INCLUDE", "#pragma clang module", "#embed"});

template <class Words>
bool has_any(std::string_view text, const Words& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.contains(word); });
}

/// `f(struct { int x; } *a)`, also where it is none: `sizeof(struct { int x; })`.
bool has_unnamed_parameter(std::string_view text) {
  static constexpr std::string_view k_blanks = " \t\n";
  for (const std::string_view word : k_type_words) {
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
      const auto before = text.substr(0, at).find_last_not_of(k_blanks);
      const auto after = text.find_first_not_of(k_blanks, at + word.size());
      if (before == text.npos || after == text.npos || text[after] != '{') continue;
      const std::string_view leading = text.substr(0, before + 1);
      if (leading.ends_with('(') || leading.ends_with(',') || leading.ends_with("const"))
        return true;
    }
  }
  return false;
}

/// `# 12 "file.h" 1 3`: line, file, and flags.
struct Marker {
  std::string file;
  bool is_system = false;
};

/// The marker's file; the escapes are C's.
Marker read_marker(std::string_view line) {
  Marker marker;
  const auto open = line.find('"');
  const auto close = line.rfind('"');
  if (open == line.npos || close == open) return marker;
  for (std::size_t at = open + 1; at < close; ++at) {
    if (line[at] == '\\' && at + 1 < close) ++at;
    marker.file += line[at];
  }
  marker.is_system = line.substr(close).contains(" 3");
  return marker;
}

/// A directive, also as an attribute, `[[omp::directive(parallel)]]`, or something of the run-time
/// library: to a module with such names the flag of the module means something.
bool has_openmp(std::string_view line) {
  for (const std::string_view word : {"omp", "__kmpc", "__tgt"}) {
    for (auto at = line.find(word); at != line.npos; at = line.find(word, at + 1)) {
      const std::size_t end = at + word.size();
      const bool ends =
          end == line.size() || line[end] == '_' || !is_identifier_character(line[end]);
      if (ends && (at == 0 || !is_identifier_character(line[at - 1]))) return true;
    }
  }
  return false;
}

/// Takes lines, one after the other.
class LineReader {
 public:
  explicit LineReader(PreprocessedText& result) : result_(result) {}

  void read(std::string_view line) {
    if (is_line_marker(line)) {
      follow(read_marker(line), line);
      return;
    }
    add(exact_, line);
    if (line.empty()) return;
    has_text_ = true;
    result_.has_openmp |= has_openmp(line);
    add(bare_, line);
  }

  void finish() {
    result_.exact = exact_.finish();
    result_.bare = bare_.finish();
  }

 private:
  static void add(DigestBuilder& digest, std::string_view line) {
    digest.update(line);
    digest.update("\n");
  }

  void follow(Marker marker, std::string_view line) {
    const bool is_no_file = marker.file.starts_with('<');  // "<built-in>", "<command line>"
    // How many macros the compiler has of its own is nobody's place. Behind the first line of text,
    // what looks like such a marker may stand in a raw string.
    add(exact_, is_no_file && !has_text_ ? std::string_view(marker.file) : line);
    if (marker.is_system != in_system_) add(bare_, marker.is_system ? "# 3" : "# 0");
    in_system_ = marker.is_system;
    if (!is_no_file && seen_.insert(marker.file).second)
      result_.files.push_back(std::move(marker.file));
  }

  PreprocessedText& result_;
  DigestBuilder exact_;
  DigestBuilder bare_;
  std::set<std::string, std::less<>> seen_;
  bool in_system_ = false;
  bool has_text_ = false;
};

}  // namespace

PreprocessedText read_preprocessed(std::string_view text, bool is_cxx) {
  PreprocessedText result;
  result.tells_places = has_any(text, k_place_words) ||
                        (text.contains(k_names_types) && (is_cxx || has_unnamed_parameter(text)));
  result.reads_files = has_any(text, k_file_words);
  LineReader reader(result);
  while (!text.empty()) reader.read(take_line(text));
  reader.finish();
  return result;
}

}  // namespace xaas
