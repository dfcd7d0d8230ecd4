// SPDX-License-Identifier: Apache-2.0
#include "linker_table.hpp"

#include <algorithm>
#include <array>

// lld takes long options with one dash or two, "--name=value" and "--name value"; short ones are
// followed by their value, joined or not. An option that is missing here is kept as one word, with
// two dashes; one that begins like a short option with a value must be here. Whether an image may
// name what is kept, ir/link_rules.cpp says.

namespace xaas {
namespace {

using enum LinkerMeaning;

enum class Takes { nothing, value };

// The columns are named once, by Row.
// NOLINTBEGIN(modernize-use-designated-initializers, readability-redundant-member-init)
struct Row {
  std::string_view name;
  Takes takes;
  LinkerMeaning meaning;
  std::string_view canonical = {};  // another spelling to use instead
};

constexpr auto k_long = std::to_array<Row>({
    {"allow-multiple-definition", Takes::nothing, kept},
    {"allow-shlib-undefined", Takes::nothing, kept},
    {"android-memtag-heap", Takes::nothing, kept},
    {"android-memtag-stack", Takes::nothing, kept},
    {"apply-dynamic-relocs", Takes::nothing, kept},
    {"as-needed", Takes::nothing, kept},
    {"assert", Takes::value, dropped},
    {"audit", Takes::value, kept},
    {"auxiliary", Takes::value, kept},
    {"Bdynamic", Takes::nothing, allow_shared},
    {"be8", Takes::nothing, kept},
    {"bp-compression-sort", Takes::value, kept},
    {"bp-startup-sort", Takes::value, kept},
    {"branch-to-branch", Takes::nothing, kept},
    {"Bshareable", Takes::nothing, shared, "shared"},
    {"Bstatic", Takes::nothing, only_static},
    {"build-id", Takes::nothing, kept},
    {"call-graph-ordering-file", Takes::value, file},
    {"call-graph-profile-sort", Takes::value, kept},
    {"call_shared", Takes::nothing, allow_shared, "Bdynamic"},
    {"check-dynamic-relocations", Takes::nothing, dropped},
    {"chroot", Takes::value, unsupported},
    {"color-diagnostics", Takes::nothing, dropped},
    {"compress-debug-sections", Takes::value, kept},
    {"compress-sections", Takes::value, kept},
    {"cref", Takes::nothing, dropped},
    {"default-script", Takes::value, script},
    {"defsym", Takes::value, kept},
    {"demangle", Takes::nothing, dropped},
    {"depaudit", Takes::value, kept},
    {"dependency-file", Takes::value, dependencies},
    {"dependent-libraries", Takes::nothing, dropped},
    {"disable-verify", Takes::nothing, dropped},
    {"dn", Takes::nothing, only_static, "Bstatic"},
    {"dT", Takes::value, script, "default-script"},
    {"dy", Takes::nothing, allow_shared, "Bdynamic"},
    {"dynamic-linker", Takes::value, kept},
    {"dynamic-list", Takes::value, file},
    {"eh-frame-hdr", Takes::nothing, kept},
    {"emit-relocs", Takes::nothing, kept},
    {"enable-new-dtags", Takes::nothing, kept},
    {"enable-non-contiguous-regions", Takes::nothing, kept},
    {"end-group", Takes::nothing, dropped},
    {"end-lib", Takes::nothing, kept},
    {"entry", Takes::value, kept},
    {"error-handling-script", Takes::value, dropped},
    {"error-limit", Takes::value, dropped},
    {"error-unresolved-symbols", Takes::nothing, kept},
    {"exclude-libs", Takes::value, kept},
    {"execute-only", Takes::nothing, kept},
    {"export-dynamic", Takes::nothing, kept},
    {"export-dynamic-symbol", Takes::value, kept},
    {"export-dynamic-symbol-list", Takes::value, file},
    {"fat-lto-objects", Takes::nothing, dropped},
    {"fatal-warnings", Takes::nothing, dropped},
    {"filter", Takes::value, kept},
    {"fini", Takes::value, kept},
    {"fix-cortex-a53-843419", Takes::nothing, kept},
    {"fix-cortex-a8", Takes::nothing, kept},
    {"flto", Takes::nothing, dropped},
    {"force-group-allocation", Takes::nothing, kept},
    {"format", Takes::value, format},
    {"fortran-common", Takes::nothing, kept},
    {"fuse-ld", Takes::value, dropped},
    {"hash-style", Takes::value, kept},
    {"help", Takes::nothing, informs},
    {"ignore-data-address-equality", Takes::nothing, kept},
    {"ignore-function-address-equality", Takes::nothing, kept},
    {"image-base", Takes::value, kept},
    {"in-implib", Takes::value, unsupported},
    {"init", Takes::value, kept},
    {"irpgo-profile", Takes::value, file},
    {"just-symbols", Takes::value, file},
    {"keep-unique", Takes::value, kept},
    {"library", Takes::value, library},
    {"library-path", Takes::value, search_folder},
    {"load-pass-plugin", Takes::value, dropped},
    {"long-plt", Takes::nothing, dropped},
    {"lto", Takes::nothing, dropped},
    {"Map", Takes::value, dropped},
    {"merge-exidx-entries", Takes::nothing, kept},
    {"mllvm", Takes::value, dropped},
    {"mmap-output-file", Takes::nothing, dropped},
    {"no-add-needed", Takes::nothing, dropped},
    {"no-check-dynamic-relocations", Takes::nothing, dropped},
    {"no-color-diagnostics", Takes::nothing, dropped},
    {"no-copy-dt-needed-entries", Takes::nothing, dropped},
    {"no-ctors-in-init-array", Takes::nothing, dropped},
    {"no-demangle", Takes::nothing, dropped},
    {"no-dependent-libraries", Takes::nothing, dropped},
    {"no-fat-lto-objects", Takes::nothing, dropped},
    {"no-fatal-warnings", Takes::nothing, dropped},
    {"no-keep-memory", Takes::nothing, dropped},
    {"no-mmap-output-file", Takes::nothing, dropped},
    {"no-print-gc-sections", Takes::nothing, dropped},
    {"no-print-icf-sections", Takes::nothing, dropped},
    {"no-undefined-version", Takes::nothing, strict_version},
    {"no-warn-backrefs", Takes::nothing, dropped},
    {"no-warn-common", Takes::nothing, dropped},
    {"no-warn-ifunc-textrel", Takes::nothing, dropped},
    {"no-warn-mismatch", Takes::nothing, dropped},
    {"no-warn-symbol-ordering", Takes::nothing, dropped},
    {"no-warnings", Takes::nothing, dropped},
    {"no-whole-archive", Takes::nothing, no_whole},
    {"noinhibit-exec", Takes::nothing, kept},
    {"non_shared", Takes::nothing, only_static, "Bstatic"},
    {"nostdlib", Takes::nothing, dropped},
    {"oformat", Takes::value, kept},
    {"omagic", Takes::nothing, kept},
    {"opt-remarks-filename", Takes::value, dropped},
    {"opt-remarks-format", Takes::value, dropped},
    {"opt-remarks-hotness-threshold", Takes::value, dropped},
    {"opt-remarks-passes", Takes::value, dropped},
    {"opt-remarks-with-hotness", Takes::nothing, dropped},
    {"optimize-bb-jumps", Takes::nothing, kept},
    {"orphan-handling", Takes::value, kept},
    {"out-implib", Takes::value, unsupported},
    {"output", Takes::value, output},
    {"pack-dyn-relocs", Takes::value, kept},
    {"package-metadata", Takes::value, kept},
    {"plugin", Takes::value, dropped},
    {"plugin-opt", Takes::value, dropped},
    {"pop-state", Takes::nothing, pop_state},
    {"print-archive-stats", Takes::value, dropped},
    {"print-gc-sections", Takes::nothing, dropped},
    {"print-icf-sections", Takes::nothing, dropped},
    {"print-map", Takes::nothing, dropped},
    {"print-memory-usage", Takes::nothing, dropped},
    {"print-symbol-order", Takes::value, dropped},
    {"push-state", Takes::nothing, push_state},
    {"randomize-section-padding", Takes::value, kept},
    {"relocatable", Takes::nothing, relocatable},
    {"remap-inputs", Takes::value, unsupported},
    {"remap-inputs-file", Takes::value, unsupported},
    {"reproduce", Takes::value, dropped},
    {"retain-symbols-file", Takes::value, file},
    {"rpath", Takes::value, kept},
    {"rpath-link", Takes::value, dropped},
    {"save-temps", Takes::nothing, dropped},
    {"script", Takes::value, script},
    {"section-start", Takes::value, kept},
    {"secure-plt", Takes::nothing, dropped},
    {"shared", Takes::nothing, shared},
    {"shuffle-sections", Takes::value, kept},
    {"soname", Takes::value, kept},
    {"sort-common", Takes::nothing, dropped},
    {"sort-section", Takes::value, kept},
    {"start-group", Takes::nothing, dropped},
    {"static", Takes::nothing, only_static, "Bstatic"},
    {"stats", Takes::nothing, dropped},
    {"symbol-ordering-file", Takes::value, file},
    {"sysroot", Takes::value, sysroot},
    {"Tbss", Takes::value, kept},
    {"Tdata", Takes::value, kept},
    {"thinlto-cache-dir", Takes::value, dropped},
    {"thinlto-cache-policy", Takes::value, dropped},
    {"thinlto-distributor", Takes::value, dropped},
    {"thinlto-distributor-arg", Takes::value, dropped},
    {"thinlto-jobs", Takes::value, dropped},
    {"thinlto-remote-compiler", Takes::value, dropped},
    {"thinlto-remote-compiler-arg", Takes::value, dropped},
    {"threads", Takes::value, dropped},
    {"time-trace", Takes::nothing, dropped},
    {"time-trace-granularity", Takes::value, dropped},
    {"trace", Takes::nothing, dropped},
    {"trace-symbol", Takes::value, dropped},
    {"Ttext", Takes::value, kept},
    {"Ttext-segment", Takes::value, kept},
    {"undefined", Takes::value, kept},
    {"undefined-glob", Takes::value, kept},
    {"undefined-version", Takes::nothing, kept},
    {"unique", Takes::nothing, kept},
    {"unresolved-symbols", Takes::value, kept},
    {"use-android-relr-tags", Takes::nothing, kept},
    {"verbose", Takes::nothing, dropped},
    {"verbose-bp-section-orderer", Takes::nothing, dropped},
    {"version", Takes::nothing, informs},
    {"version-script", Takes::value, file},
    {"vs-diagnostics", Takes::nothing, dropped},
    {"warn-backrefs", Takes::nothing, dropped},
    {"warn-backrefs-exclude", Takes::value, dropped},
    {"warn-common", Takes::nothing, dropped},
    {"warn-execstack", Takes::nothing, dropped},
    {"warn-ifunc-textrel", Takes::nothing, dropped},
    {"warn-once", Takes::nothing, dropped},
    {"warn-shared-textrel", Takes::nothing, dropped},
    {"warn-symbol-ordering", Takes::nothing, dropped},
    {"whole-archive", Takes::nothing, whole_archive},
    {"why-extract", Takes::value, dropped},
    {"why-live", Takes::value, dropped},
    {"wrap", Takes::value, kept},
});

constexpr auto k_long_by_name = [] {
  auto rows = k_long;
  std::ranges::sort(rows, {}, &Row::name);
  return rows;
}();

constexpr auto k_short = std::to_array<Row>({
    {"-(", Takes::nothing, dropped},
    {"-)", Takes::nothing, dropped},
    {"-A", Takes::value, dropped},
    {"-F", Takes::value, kept, "--filter"},
    {"-G", Takes::value, dropped},
    {"-I", Takes::value, kept, "--dynamic-linker"},
    {"-L", Takes::value, search_folder},
    {"-M", Takes::nothing, dropped},
    {"-O", Takes::value, kept},
    {"-R", Takes::value, kept, "--rpath"},
    {"-T", Takes::value, script, "--script"},
    {"-V", Takes::nothing, informs},
    {"-Y", Takes::value, dropped},
    {"-a", Takes::value, dropped},
    {"-b", Takes::value, format, "--format"},
    {"-d", Takes::nothing, dropped},
    {"-e", Takes::value, kept, "--entry"},
    {"-f", Takes::value, kept, "--auxiliary"},
    {"-g", Takes::nothing, dropped},
    {"-h", Takes::value, kept, "--soname"},
    {"-i", Takes::nothing, relocatable, "-r"},
    {"-l", Takes::value, library},
    {"-m", Takes::value, kept},
    {"-o", Takes::value, output},
    {"-r", Takes::nothing, relocatable},
    {"-t", Takes::nothing, dropped},
    {"-u", Takes::value, kept, "--undefined"},
    {"-v", Takes::nothing, informs},
    {"-w", Takes::nothing, dropped},
    {"-y", Takes::value, dropped},
    {"-z", Takes::value, kept},
});
// NOLINTEND(modernize-use-designated-initializers, readability-redundant-member-init)

bool is_about_lto(std::string_view name) {
  return name.starts_with("lto-") || name.starts_with("no-lto-") ||
         name.starts_with("plugin-opt=") || name.starts_with("thinlto-") ||
         name.starts_with("opt-remarks-");
}

/// Reads the words one after the other.
class Parser {
 public:
  explicit Parser(const std::vector<std::string>& argv) : argv_(argv) {}

  std::vector<LinkerArgument> parse() {
    while (at_ < argv_.size()) {
      const std::string& word = argv_[at_++];
      if (word.size() < 2 || word.front() != '-') {
        add({.is_option = false, .name = {}, .value = word, .tokens = {word}});
      } else if (!add_long(word) && !add_short(word)) {
        add_unknown(word);
      }
    }
    return std::move(result_);
  }

 private:
  void add(LinkerArgument argument) { result_.push_back(std::move(argument)); }

  void add_with_next(LinkerArgument argument) {
    if (at_ < argv_.size()) {
      argument.value = argv_[at_];
      argument.tokens.push_back(argv_[at_++]);
    }
    add(std::move(argument));
  }

  void add_unknown(const std::string& word) {
    const bool is_long = word.size() > 2 && !word.starts_with("--");
    add({.name = (is_long ? "-" : "") + word, .value = {}, .tokens = {word}});
  }

  bool add_long(const std::string& word) {
    // "-omagic" is `-o magic`; such options have two dashes.
    if (word.starts_with("-o")) return false;
    const std::string_view name = std::string_view(word).substr(word.starts_with("--") ? 2 : 1);
    if (is_about_lto(name)) {
      add({.meaning = dropped, .name = word, .value = {}, .tokens = {word}});
      return true;
    }
    const std::string_view key = name.substr(0, name.find('='));
    const auto* row = std::ranges::lower_bound(k_long_by_name, key, {}, &Row::name);
    if (row == k_long_by_name.end() || row->name != key) return false;
    LinkerArgument argument{
        .meaning = row->meaning,
        .name = "--" + std::string(row->canonical.empty() ? row->name : row->canonical),
        .value = {},
        .tokens = {word}};
    if (key.size() != name.size()) {
      argument.value = name.substr(key.size() + 1);
      add(std::move(argument));
    } else if (row->takes == Takes::value) {
      add_with_next(std::move(argument));
    } else {
      add(std::move(argument));
    }
    return true;
  }

  bool add_short(const std::string& word) {
    if (word.starts_with("--")) return false;
    const std::string_view key = std::string_view(word).substr(0, 2);
    const auto* row = std::ranges::find(k_short, key, &Row::name);
    if (row == k_short.end()) return false;
    if (row->takes == Takes::nothing && word.size() > 2) return false;
    LinkerArgument argument{
        .meaning = row->meaning,
        .name = std::string(row->canonical.empty() ? row->name : row->canonical),
        .value = word.substr(2),
        .tokens = {word}};
    if (row->takes == Takes::value && word.size() == 2) {
      add_with_next(std::move(argument));
    } else {
      add(std::move(argument));
    }
    refuse_empty_value(result_.back());
    return true;
  }

  /// `-z ""` cannot be said in one word: "-z" alone would take the next one.
  static void refuse_empty_value(LinkerArgument& argument) {
    const bool has_long_form = argument.name.starts_with("--");
    if (argument.meaning == kept && !has_long_form && argument.tokens.size() > 1 &&
        argument.value.empty())
      argument.meaning = unsupported;
  }

  const std::vector<std::string>& argv_;
  std::size_t at_ = 0;
  std::vector<LinkerArgument> result_;
};

}  // namespace

std::string LinkerArgument::joined() const {
  // "--soname=" has an empty value; "--soname" would take the next word for one.
  const bool has_empty_value = tokens.size() > 1 || tokens.front().ends_with('=');
  const bool is_unknown =
      tokens.size() == 1 && (name == tokens.front() || name == "-" + tokens.front());
  if (value.empty() && (!has_empty_value || is_unknown)) return name;
  return name + (name.starts_with("--") ? "=" : "") + value;
}

std::vector<LinkerArgument> parse_linker_arguments(const std::vector<std::string>& argv) {
  return Parser(argv).parse();
}

}  // namespace xaas
