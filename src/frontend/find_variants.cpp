// SPDX-License-Identifier: Apache-2.0
#include "xaas/frontend/find_variants.hpp"

#include "debug_info.hpp"
#include "preprocess.hpp"

#include "xaas/support/compiler_text.hpp"
#include "xaas/support/files.hpp"
#include "xaas/targets/run_time_checks.hpp"
#include "xaas/targets/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

// Up to the first question about the processor, preprocessing is the same for every processor. So
// one pass with everything marked that could differ, for a processor that has everything, tells
// whether a unit's text can depend on it at all.

namespace xaas {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

/// What a variant was made of, for the next processors.
struct SeenText {
  Digest bare;
  bool is_all = false;  // the same text is the same code for each processor
};

/// Whether its files say something that the processor may have an influence on.
bool may_depend_on_text(const VariantRequest& request) {
  const Mentions& mentions = request.mentions;
  return mentions.has_builtins || mentions.has_unknown_includes ||
         std::ranges::any_of(mentions.macros, [&](const std::string& name) {
           return request.range.macros.contains(name);
         });
}

/// Directives that choose by the processor are none without a flag for OpenMP.
bool has_selectors(const VariantRequest& request) {
  return request.mentions.has_openmp_selectors &&
         std::ranges::any_of(request.command.arguments, [](const std::string& argument) {
           return argument.starts_with("-fopenmp");
         });
}

bool may_differ_in_code(const VariantRequest& request) {
  return !request.choice.levels.empty() && (request.unit.is_isa_bound || has_selectors(request));
}

class Search {
 public:
  Search(const VariantRequest& request, fs::path folder)
      : request_(request),
        folder_(std::move(folder)),
        bitcode_(folder_ / "unit.bc"),
        texts_(request.choice.levels.size() + 1),
        compiled_{0} {}

  Result<FoundVariants> find();

 private:
  Result<bool> asks();
  Status find_for(std::size_t level);
  Status find_by_text(std::size_t level);
  [[nodiscard]] bool is_compiled_at_once(std::size_t level) const;
  Result<const Preprocessed*> text_at(std::size_t place);
  [[nodiscard]] bool have_same_text(std::size_t one, std::size_t other) const;
  Result<std::optional<FoundVariant>> from_text(std::size_t level, const Preprocessed& text);
  Result<std::optional<FoundVariant>> from_source(std::size_t level);
  Result<std::optional<FoundVariant>> made_of(std::size_t level, std::string_view bitcode,
                                              const CommandLineFeatures& given,
                                              const Words& left_out);
  void keep(FoundVariant variant);
  Status forget_idle_asks();
  [[nodiscard]] Words to_bitcode() const;
  Result<fs::path> write_marks(Undefined undefined) const;
  Result<std::string> compile_text(const Words& flags, const fs::path& text, std::string& failure);
  Result<std::string> compile_source(const Words& flags, std::string& failure);
  [[nodiscard]] Words without_unused(std::size_t level) const;
  Result<CanonicalUnit> canonical(std::string_view bitcode, const CommandLineFeatures& given,
                                  const Words& left_out) const;
  Result<Preprocessed> text_for(const Words& flags, Undefined undefined);
  void fail_for(std::size_t level, std::string_view why);

  const VariantRequest& request_;
  fs::path folder_;
  fs::path bitcode_;  // of what was compiled last
  FoundVariants found_;
  bool depends_on_text_ = false;
  bool asks_itself_ = false;  // its own files do, and not headers of the system alone
  /// By places, of which the baseline is the first and levels follow; empty where none was needed.
  std::vector<std::optional<Preprocessed>> texts_;
  std::set<std::size_t> compiled_;  // places whose code is known
  std::vector<SeenText> seen_;
  std::optional<Digest> superset_;  // its text's; empty: none could be had
  Asks asks_;                       // of all that was looked at
};

/// What makes bitcode of a unit, as the capture's compiles do, and no machine code.
Words Search::to_bitcode() const {
  return {"-flto=thin",
          "-fno-split-lto-unit",
          fmt::format("-fdebug-prefix-map={}={}", folder_.string(), k_folder_of_texts),
          "-c",
          "-o",
          bitcode_.string()};
}

Result<fs::path> Search::write_marks(Undefined undefined) const {
  fs::path marks = folder_ / (undefined == Undefined::define ? "all-macros.h" : "macros.h");
  XAAS_CHECK(write_file(marks, marked_macros(request_.range.macros, undefined)));
  return marks;
}

Result<Preprocessed> Search::text_for(const Words& flags, Undefined undefined) {
  XAAS_TRY(const fs::path marks, write_marks(undefined));
  XAAS_TRY(Preprocessed text, preprocess(request_.command, flags, marks));
  asks_.add(text.asks);
  return text;
}

Result<bool> Search::asks() {
  XAAS_TRY(const Preprocessed text, text_for(request_.range.superset, Undefined::define));
  if (text.failure.empty()) superset_ = text.bare;
  asks_itself_ = std::ranges::any_of(
      text.asks.own, [&](const std::string& macro) { return request_.own_macros.contains(macro); });
  return request_.mentions.has_builtins || request_.mentions.hides_warnings ||
         !text.failure.empty() || !text.asks.empty();
}

void Search::fail_for(std::size_t level, std::string_view why) {
  found_.failures.push_back(fmt::format("for {}: {}", request_.choice.levels[level].name, why));
}

/// Features of a processor that this unit has no use for, so that a machine without them (a virtual
/// one hides many) can still have its code: those that only their own instructions' functions use,
/// and whose macros it does not ask for. The compiler refuses the functions when we are wrong.
Words Search::without_unused(std::size_t level) const {
  const IsaChoice& choice = request_.choice;
  const IsaLevel& isa = choice.levels[level];
  // The levels of the psABI are taken as a whole.
  if (choice.architecture != "amd64" || isa.name.starts_with("x86-64")) return {};
  std::set<std::string> asked;
  for (const auto* macros : {&asks_.own, &asks_.compiler}) {
    for (const std::string& macro : *macros)
      asked.insert(feature_of_macro(macro, choice.architecture));
  }
  // A processor's own name stands for all that it has.
  if (asked.contains("")) return {};
  std::set<std::string> kept;
  for (const std::string& feature : isa.features) {
    if (asked.contains(feature) || is_used_unasked(choice.architecture, feature))
      kept.insert(feature);
  }
  kept = with_implied_features(choice.architecture, kept);
  Words flags;
  for (const CommandLineFeatures& given = request_.range.levels[level];
       const std::string& feature : isa.features) {
    const std::string entry = "+" + feature;
    if (!kept.contains(feature) && given.features.contains(entry) &&
        !request_.range.baseline.features.contains(entry))
      flags.push_back("-mno-" + feature);
  }
  return flags;
}

/// The bitcode; empty, and why, when the compiler refuses.
Result<std::string> Search::compile_text(const Words& flags, const fs::path& text,
                                         std::string& failure) {
  const CompileCommand& command = request_.command;
  Words argv{command.compiler};
  argv.insert(argv.end(), flags.begin(), flags.end());
  argv.insert(argv.end(), command.path_maps.begin(), command.path_maps.end());
  for (const std::string& argument : command.arguments) {
    if (argument == "--") continue;
    if (argument == command.source) {
      argv.insert(argv.end(),
                  {"-x", command.language == "c" ? "cpp-output" : "c++-cpp-output", text.string()});
    } else {
      argv.push_back(argument);
    }
  }
  const Words output = to_bitcode();
  argv.insert(argv.end(), output.begin(), output.end());
  argv.emplace_back("-w");
  XAAS_TRY(const Outcome outcome, run(command.inside(Command{.argv = std::move(argv)})));
  if (outcome.succeeded()) return read_file(bitcode_);
  failure = first_error(outcome.errors);
  return std::string();
}

Result<std::string> Search::compile_source(const Words& flags, std::string& failure) {
  XAAS_TRY(const fs::path marks, write_marks(Undefined::leave));
  XAAS_TRY(const Outcome outcome,
           run(request_.command.inside(
               Command{.argv = marked_command(request_.command, flags, marks, to_bitcode())})));
  asks_.add(read_asks(outcome.errors));
  if (outcome.succeeded()) return read_file(bitcode_);
  failure = first_error(outcome.errors);
  return std::string();
}

Result<CanonicalUnit> Search::canonical(std::string_view bitcode, const CommandLineFeatures& given,
                                        const Words& left_out) const {
  CommandLineFeatures baseline = request_.baseline;
  // Ours, and no veto of the unit's.
  if (!left_out.empty()) {
    for (const std::string& entry : given.features) {
      if (entry.starts_with('-') && !request_.range.baseline.features.contains(entry))
        baseline.features.insert(entry);
    }
  }
  return canonicalize(bitcode, given, baseline, request_.build_root);
}

/// Debug information has the text's digest: our own folder, which is another one each time, must
/// not be in it.
std::string without_folder(std::string text, const std::string& folder) {
  for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder, at))
    text.replace(at, folder.size(), k_folder_of_texts);
  return text;
}

Result<std::optional<FoundVariant>> Search::from_text(std::size_t level, const Preprocessed& text) {
  const IsaLevel& isa = request_.choice.levels[level];
  // Its name is the source's: names of functions may be made of it.
  const fs::path file = folder_ / "text" / fs::path(request_.command.source).filename();
  XAAS_CHECK(write_file(file, without_folder(text.text, folder_.string())));
  Words left_out = without_unused(level);
  Words flags{isa.flag};
  flags.insert(flags.end(), left_out.begin(), left_out.end());
  std::string failure;
  XAAS_TRY(std::string bitcode, compile_text(flags, file, failure));
  if (bitcode.empty() && !left_out.empty()) {
    left_out.clear();
    flags = {isa.flag};
    XAAS_TRY(bitcode, compile_text(flags, file, failure));
  }
  if (bitcode.empty()) {
    XAAS_TRY(bitcode, compile_source(flags, failure));
  }
  if (bitcode.empty()) {
    fail_for(level, fmt::format("it does not compile: {}", failure));
    return std::optional<FoundVariant>{};
  }
  CommandLineFeatures given = request_.range.levels[level];
  if (!left_out.empty()) {
    const Words& own = request_.command.isa_flags;
    flags.insert(flags.end(), own.begin(), own.end());
    XAAS_TRY(given,
             command_line_features(request_.command.compiler, flags, request_.command.language));
  }
  return made_of(level, bitcode, given, left_out);
}

Result<std::optional<FoundVariant>> Search::from_source(std::size_t level) {
  std::string failure;
  XAAS_TRY(const std::string bitcode,
           compile_source({request_.choice.levels[level].flag}, failure));
  if (!bitcode.empty()) return made_of(level, bitcode, request_.range.levels[level], {});
  fail_for(level, fmt::format("it does not compile: {}", failure));
  return std::optional<FoundVariant>{};
}

/// Empty, and why in the failures, when it cannot be deployed.
Result<std::optional<FoundVariant>> Search::made_of(std::size_t level, std::string_view bitcode,
                                                    const CommandLineFeatures& given,
                                                    const Words& left_out) {
  XAAS_TRY(CanonicalUnit unit, canonical(bitcode, given, left_out));
  if (unit.reads_files) {
    fail_for(level, unit.why_not_lowered);
    return std::optional<FoundVariant>{};
  }
  return FoundVariant{.isa = request_.choice.levels[level].name,
                      .needs = feature_floor(given, request_.range.baseline),
                      .unit = std::move(unit)};
}

/// Whether all that the unit could ask is answered in the same way, by places in `definitions`.
bool Search::have_same_text(std::size_t one, std::size_t other) const {
  const Mentions& mentions = request_.mentions;
  if (mentions.has_builtins || mentions.has_unknown_includes) return false;
  const auto answers = [&](std::size_t place) {
    std::set<std::string> lines = request_.range.definitions[place];
    std::erase_if(lines, [&](const std::string& line) {
      return !mentions.macros.contains(line.substr(0, line.find(' ')));
    });
    return lines;
  };
  return answers(one) == answers(other);
}

Result<const Preprocessed*> Search::text_at(std::size_t place) {
  if (texts_[place]) return &*texts_[place];
  for (std::size_t earlier = 0; earlier < place; ++earlier) {
    if (texts_[earlier] && (!depends_on_text_ || have_same_text(earlier, place)))
      return &*texts_[earlier];
  }
  const std::string flag =
      place == 0 ? "-march=" + request_.choice.baseline : request_.choice.levels[place - 1].flag;
  XAAS_TRY(texts_[place], text_for({flag}, Undefined::leave));
  return &*texts_[place];
}

/// A unit whose own files ask has most likely another text for each other answer: to look at the
/// text first costs more than it saves. For a processor's name the text tells what it needs.
bool Search::is_compiled_at_once(std::size_t level) const {
  return asks_itself_ && request_.choice.levels[level].name.starts_with("x86-64");
}

void Search::keep(FoundVariant variant) {
  const auto is_same = [&](const FoundVariant& other) {
    return other.unit.digest == variant.unit.digest;
  };
  const bool is_distinct =
      variant.unit.digest != request_.unit.digest && std::ranges::none_of(found_.variants, is_same);
  // Units that pass wide vectors agree on one processor, so each says what it is for all of them.
  if (is_distinct || request_.unit.is_abi_bound) found_.variants.push_back(std::move(variant));
}

Status Search::find_for(std::size_t level) {
  // The unit's own -march wins, or there is nothing that the compiler could make use of.
  if (request_.range.levels[level] == request_.range.baseline) return {};
  if (!is_compiled_at_once(level)) return find_by_text(level);
  const std::size_t place = level + 1;
  const bool is_known =
      !may_differ_in_code(request_) && std::ranges::any_of(compiled_, [&](std::size_t other) {
        return have_same_text(other, place);
      });
  if (is_known) return {};
  XAAS_TRY(auto variant, from_source(level));
  if (!variant) return {};
  compiled_.insert(place);
  keep(*std::move(variant));
  return {};
}

Status Search::find_by_text(std::size_t level) {
  XAAS_TRY(const Preprocessed* baseline, text_at(0));
  if (seen_.empty())
    seen_.push_back({.bare = baseline->bare, .is_all = !may_differ_in_code(request_)});
  XAAS_TRY(const Preprocessed* found, text_at(level + 1));
  const Preprocessed& text = *found;
  if (!baseline->failure.empty()) {
    found_.failures = {"it does not compile again: " + baseline->failure};
    return {};
  }
  if (!text.failure.empty()) {
    fail_for(level, fmt::format("it does not compile: {}", text.failure));
    return {};
  }
  const bool is_known = std::ranges::any_of(
      seen_, [&](const SeenText& seen) { return seen.is_all && seen.bare == text.bare; });
  if (is_known) return {};
  XAAS_TRY(auto variant, from_text(level, text));
  if (!variant) return {};
  seen_.push_back(
      {.bare = text.bare, .is_all = !variant->unit.is_isa_bound && !has_selectors(request_)});
  keep(*std::move(variant));
  return {};
}

/// What is asked when the answer makes no difference: neither for the processors that were looked
/// at nor, as far as the text tells, for others.
Status Search::forget_idle_asks() {
  if (!found_.variants.empty() || found_.asks.empty() || !superset_) return {};
  for (std::size_t place = 0; place < texts_.size(); ++place) {
    XAAS_TRY(const Preprocessed* text, text_at(place));
    if (text->bare == *superset_) found_.asks.clear();
  }
  return {};
}

Result<FoundVariants> Search::find() {
  if (may_depend_on_text(request_)) {
    XAAS_TRY(depends_on_text_, asks());
  }
  if (!depends_on_text_ && !may_differ_in_code(request_)) return FoundVariants{};
  for (std::size_t level = 0; level < request_.choice.levels.size(); ++level)
    XAAS_CHECK(find_for(level));
  found_.asks = asks_.own.empty() ? asks_.compiler : asks_.own;
  XAAS_CHECK(forget_idle_asks());
  return std::move(found_);
}

}  // namespace

Result<FoundVariants> find_variants(const VariantRequest& request) {
  if (!may_depend_on_text(request) && !may_differ_in_code(request)) return FoundVariants{};
  XAAS_TRY(const TemporaryFolder folder, TemporaryFolder::make(request.scratch));
  return Search(request, folder.path()).find();
}

}  // namespace xaas
