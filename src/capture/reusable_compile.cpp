// SPDX-License-Identifier: Apache-2.0
#include "reusable_compile.hpp"

#include "header_candidates.hpp"
#include "paths.hpp"
#include "reuse_flags.hpp"

#include "xaas/support/environment.hpp"
#include "xaas/support/files.hpp"
#include "xaas/support/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using enum FlagMeaning;

/// Says that entries of other versions of these rules are of no use.
constexpr const char* k_rules = "xaas-compile/3";

// Anything of these set, and the compiler searches elsewhere, or does something else.
constexpr auto k_unsuitable_variables = std::to_array<const char*>(
    {"CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "OBJC_INCLUDE_PATH", "CCC_OVERRIDE_OPTIONS",
     "CC_PRINT_OPTIONS", "CC_PRINT_HEADERS", "CC_LOG_DIAGNOSTICS", "COMPILER_PATH",
     "GCC_EXEC_PREFIX", "SDKROOT", "CLANG_CONFIG_FILE_SYSTEM_DIR", "CLANG_NO_DEFAULT_CONFIG",
     "DEPENDENCIES_OUTPUT", "SUNPRO_DEPENDENCIES"});

// These decide about dates in the text and the language of messages.
constexpr auto k_variables =
    std::to_array<const char*>({"SOURCE_DATE_EPOCH", "LC_ALL", "LC_MESSAGES", "LANG", "TZ"});

/// One word of a key; no two lists of words give the same text.
void add_word(std::string& key, std::string_view word) {
  key += fmt::format("{}:", word.size());
  key += word;
}

bool is_regular(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

/// A precompiled header that the compiler takes in place of the one it was told to include.
bool has_precompiled_header(const CompilerInvocation& invocation, const std::string& folder) {
  return std::ranges::any_of(forced_headers(invocation), [&](const std::string& name) {
    std::error_code error;
    const std::string header = (fs::path(folder) / name).string();
    return fs::exists(header + ".pch", error) || fs::exists(header + ".gch", error);
  });
}

/// Where a new file may take the place of what is there: neither `/dev/null` nor a folder that the
/// compiler would miss.
bool can_be_replaced(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  return fs::is_regular_file(status) ||
         (!fs::exists(status) && fs::is_directory(path.parent_path(), error));
}

bool has_unsuitable_output(const WrapperJob& job, const CompileTask& task,
                           const DependencyRequest& dependencies) {
  if (!can_be_replaced(task.object)) return true;
  // "-" is standard output.
  return dependencies.is_wanted &&
         (dependencies.file == "-" || !can_be_replaced(fs::path(job.folder) / dependencies.file));
}

bool is_suitable(const WrapperJob& job, const CompileTask& task,
                 const CompilerInvocation& invocation) {
  const std::string& language = task.source.language;
  if (job.settings.compile_cache.empty() || task.is_probe || task.source.value == "-") return false;
  if (language != "c" && language != "c++") return false;
  if (!opaque_reason(invocation, task.source).empty()) return false;
  if (std::ranges::any_of(k_unsuitable_variables, [](const char* name) {
        return !environment_variable(name).value_or("").empty();
      }))
    return false;
  const auto is_hidden = [](const Argument& argument) {
    return effect_of(argument) == FlagEffect::elsewhere;
  };
  return std::ranges::none_of(invocation.arguments, is_hidden) &&
         !has_precompiled_header(invocation, job.folder);
}

/// The file that a flag names, "-fx-list=FILE", "-fx=list=FILE" or in a word of its own; empty:
/// none.
std::string file_named_by(const Argument& argument, const std::string& folder) {
  std::string_view name = argument.tokens.back();
  bool is_name = argument.tokens.size() > 1;
  while (true) {
    if (is_name && !name.empty() && is_regular(fs::path(folder) / name))
      return absolute_path(folder, name);
    const auto equals = name.find('=');
    if (equals == name.npos) return {};
    name.remove_prefix(equals + 1);
    is_name = true;
  }
}

/// A flag counts with the content of the file it names. The source's content is not one of these:
/// the text, or the list of inputs, says it.
void add_argument(std::string& key, const Argument& argument, const std::string& folder) {
  for (const std::string& token : argument.tokens) add_word(key, token);
  const std::string file = argument.is_flag ? file_named_by(argument, folder) : "";
  if (file.empty()) return;
  const auto content = digest_of_file(file);
  add_word(key, content ? content->hex() : "unreadable");
}

/// What both keys begin with.
std::string common_key(const WrapperJob& job, const CompileTask& task,
                       const CompilerInvocation& invocation) {
  std::string key;
  add_word(key, k_rules);
  add_word(key, job.settings.compiler_version);
  add_word(key, job.compiler(invocation.driver));
  add_word(key, task.source.language);
  add_word(key, job.folder);
  for (const char* name : k_variables) add_word(key, environment_variable(name).value_or(""));
  for (const std::string& flag : leading_flags(job, invocation)) add_word(key, flag);
  add_word(key, "");
  return key;
}

void write_text(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

}  // namespace

std::vector<CompileInput> inputs_named(const WrapperJob& job,
                                       const std::vector<std::string>& names) {
  std::vector<CompileInput> inputs;
  for (const std::string& path : files_of_the_build(job.settings, job.folder, names)) {
    auto content = digest_of_file(path);
    if (content) inputs.push_back({.path = path, .content = *std::move(content)});
  }
  return inputs;
}

ReusableCompile::ReusableCompile(const WrapperJob& job, const CompileTask& task)
    : job_(&job),
      task_(&task),
      invocation_(parse_invocation(task.invocation.driver, task.arguments)),
      dependencies_(dependency_request(invocation_, invocation_.output.empty()
                                                        ? default_object(task.source.value)
                                                        : invocation_.output)),
      cache_(job.settings.compile_cache),
      common_(common_key(job, task, invocation_)) {}

std::optional<ReusableCompile> ReusableCompile::of(const WrapperJob& job, const CompileTask& task) {
  ReusableCompile compile(job, task);
  if (!is_suitable(job, task, compile.invocation_) ||
      has_unsuitable_output(job, task, compile.dependencies_))
    return {};
  return compile;
}

Digest ReusableCompile::key_by_inputs() const {
  std::string key = common_ + "inputs";
  for (const Argument& argument : invocation_.arguments) {
    if (effect_of(argument) != FlagEffect::output) add_argument(key, argument, job_->folder);
  }
  return digest_of(key);
}

std::optional<Digest> ReusableCompile::key_by_text(Messages messages) const {
  if (!text_ || text_->reads_files || asks_for_macros(invocation_)) return {};
  if (messages == Messages::none && !text_->said.is_empty()) return {};
  const bool needs_places =
      messages == Messages::some || text_->tells_places || asks_for_debug_info(invocation_);
  std::string key = common_ + (needs_places ? "exact" : "bare");
  if (messages == Messages::some) add_word(key, "said:" + text_->said.hex());
  add_word(key, (needs_places ? text_->exact : text_->bare).hex());
  for (const Argument& argument : invocation_.arguments) {
    const FlagEffect effect = effect_of(argument);
    const bool counts =
        effect == FlagEffect::object || (effect == FlagEffect::openmp && text_->has_openmp);
    if (counts) add_argument(key, argument, job_->folder);
  }
  return digest_of(key);
}

/// Empty when the preprocessor fails: the compiler will say why.
Result<std::optional<PreprocessedText>> ReusableCompile::preprocess() const {
  std::vector<std::string> argv{job_->compiler(invocation_.driver)};
  std::ranges::copy(leading_flags(*job_, invocation_), std::back_inserter(argv));
  std::ranges::copy(tokens_of(invocation_,
                              [](const Argument& argument) {
                                return !argument.is_flag || (argument.meaning != output &&
                                                             argument.meaning != compile_only);
                              }),
                    std::back_inserter(argv));
  if (dependencies_.is_wanted) {
    if (!invocation_.has(dependency_file)) argv.insert(argv.end(), {"-MF", dependencies_.file});
    if (!invocation_.has(dependency_target)) argv.insert(argv.end(), {"-MT", dependencies_.target});
  }
  argv.insert(argv.end(), {"-E", "-o", "-"});
  Command command = plain_command(*job_, std::move(argv));
  command.output = Command::Output::capture;
  command.errors = Command::Errors::capture;
  XAAS_TRY(const Outcome outcome, run(command));
  if (!outcome.succeeded()) return std::optional<PreprocessedText>{};
  auto text = read_preprocessed(outcome.output, task_->source.language == "c++");
  if (!outcome.errors.empty()) text.said = digest_of(outcome.errors);
  return std::optional(std::move(text));
}

void ReusableCompile::look_at_files() {
  may_keep_inputs_ = !text_->reads_files && !moves_the_system(invocation_);
  std::vector<std::string> search_path;
  for (const std::string& folder : search_folders(invocation_))
    search_path.push_back(absolute_path(job_->folder, folder));
  HeaderCandidates candidates(job_->settings, std::move(search_path));
  candidates.add_names_in(job_->folder, {.quoted = forced_headers(invocation_)});
  const auto read = files_of_the_build(job_->settings, job_->folder, text_->files);
  for (const std::string& path : read) {
    const auto bytes = read_file(path);
    if (!bytes) {
      may_keep_inputs_ = false;
      continue;
    }
    result_.inputs.push_back({.path = path, .content = digest_of(*bytes)});
    const SourceScan scan = scan_source(*bytes);
    may_keep_inputs_ &= !scan.asks_more;
    candidates.add_names_in(fs::path(path).parent_path().string(), scan);
  }
  for (const std::string& file : text_->files)
    if (!read.contains(absolute_path(job_->folder, file))) candidates.add_names_of(file);
  auto places = candidates.places_beside(read);
  may_keep_inputs_ &= places.are_files;
  result_.absent = std::move(places.absent);
  result_.present = std::move(places.present);
}

bool ReusableCompile::put_dependencies() const {
  if (!dependencies_.is_wanted) return true;
  const auto written =
      write_file(fs::path(job_->folder) / dependencies_.file,
                 dependencies_.target + ":" + result_.dependencies, mode_of_new_files());
  return static_cast<bool>(written);
}

Status ReusableCompile::keep_by_inputs() {
  if (!may_keep_inputs_ || !is_utf8(result_.messages)) return {};
  if (dependencies_.is_wanted) {
    const auto text = read_file(fs::path(job_->folder) / dependencies_.file);
    const std::string begin = dependencies_.target + ":";
    if (!text || !text->starts_with(begin)) return {};
    result_.dependencies = text->substr(begin.size());
  }
  return cache_.keep_by_inputs(key_by_inputs(), result_);
}

Result<bool> ReusableCompile::reuse() {
  if (auto known = cache_.find_by_inputs(key_by_inputs())) {
    result_ = *std::move(known);
    if (cache_.take_object(result_.object, task_->object) && put_dependencies()) {
      write_text(stderr, result_.messages);
      how_ = CompileReuse::same_inputs;
      return true;
    }
  }
  return reuse_text();
}

Result<bool> ReusableCompile::reuse_text() {
  result_ = {};
  XAAS_TRY(text_, preprocess());
  if (!text_) return false;
  look_at_files();
  // Where the text does not say what it is from, it may be anything.
  const std::string source = absolute_path(job_->folder, task_->source.value);
  if (std::ranges::find(result_.inputs, source, &CompileInput::path) == result_.inputs.end()) {
    text_.reset();
    return false;
  }
  return take_known(Messages::none) || take_known(Messages::some);
}

bool ReusableCompile::take_known(Messages messages) {
  const auto key = key_by_text(messages);
  if (!key) return false;
  const auto known = cache_.find_by_text(*key);
  if (!known || !says_no_more(message_flags(invocation_), known->message_flags) ||
      !cache_.take_object(known->object, task_->object))
    return false;
  write_text(stderr, known->messages);
  result_.object = known->object;
  result_.messages = known->messages;
  how_ = CompileReuse::same_text;
  // Without it the next such compile is preprocessed, too.
  static_cast<void>(keep_by_inputs());
  return true;
}

Status ReusableCompile::keep(const std::string& messages) {
  // Some flags of clang's own make no object.
  if (!text_ || !is_regular(task_->object)) return {};
  XAAS_TRY(result_.object, cache_.keep_object(task_->object));
  result_.messages = messages;
  const auto key = key_by_text(messages.empty() ? Messages::none : Messages::some);
  if (key && is_utf8(messages)) {
    XAAS_CHECK(cache_.keep_by_text(*key, {.object = result_.object,
                                          .messages = messages,
                                          .message_flags = message_flags(invocation_)}));
  }
  return keep_by_inputs();
}

}  // namespace xaas
