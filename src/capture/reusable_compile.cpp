// SPDX-License-Identifier: Apache-2.0
#include "reusable_compile.hpp"

#include "paths.hpp"
#include "source_scan.hpp"

#include "xaas/support/files.hpp"
#include "xaas/support/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <ranges>
#include <set>
#include <utility>

namespace xaas {
namespace {

namespace fs = std::filesystem;
using enum FlagMeaning;

/// Says that entries of other versions of these rules are of no use.
constexpr const char* k_rules = "xaas-compile/2";

// The preprocessor's alone: their effect is in the text.
constexpr auto k_text_flags = std::to_array<std::string_view>(
    {"-D", "-U", "-I", "-isystem", "-isystem-after", "-iquote", "-idirafter", "-include",
     "-imacros", "-cxx-isystem", "-stdlib++-isystem", "-MP", "-MG", "-MV"});

// Of these, the ones that name a folder to search.
constexpr auto k_folder_flags =
    std::to_array<std::string_view>({"-I", "-isystem", "-isystem-after", "-iquote", "-idirafter",
                                     "-cxx-isystem", "-stdlib++-isystem"});

constexpr auto k_forced_flags = std::to_array<std::string_view>({"-include", "-imacros"});

// Without a directive in the text they change nothing but a flag of the module, which units lose.
constexpr auto k_openmp_flags = std::to_array<std::string_view>(
    {"-fopenmp", "-fopenmp=libomp", "-fopenmp=libiomp5", "-fopenmp-simd"});

// What reads files that the text does not tell of, writes others than the object, or looks for
// headers in a way of its own.
constexpr auto k_unsuitable = std::to_array<std::string_view>({"-include-pch",
                                                               "-fmodule",
                                                               "-fcxx-modules",
                                                               "-fprebuilt-module",
                                                               "-fimplicit-module",
                                                               "-fplugin",
                                                               "-fpass-plugin",
                                                               "-MJ",
                                                               "-serialize-diagnostics",
                                                               "--serialize-diagnostics",
                                                               "-ftime-trace",
                                                               "-ftime-report",
                                                               "-fstack-usage",
                                                               "-fcallgraph-info",
                                                               "-fsave-optimization-record",
                                                               "-foptimization-record",
                                                               "--config",
                                                               "-ivfsoverlay",
                                                               "-iprefix",
                                                               "-iwithprefix",
                                                               "-iwithsysroot",
                                                               "-F",
                                                               "-iframework",
                                                               "-fdirectives-only",
                                                               "-traditional",
                                                               "-working-directory",
                                                               "-aux-info",
                                                               "-wrapper",
                                                               "-dump",
                                                               "-save-",
                                                               "--save-",
                                                               "-gsplit-dwarf",
                                                               "-split-dwarf",
                                                               "-grecord-",
                                                               "-frecord-",
                                                               "-debug-info-",
                                                               "-fauto-profile",
                                                               "-vfsoverlay",
                                                               "--vfsoverlay",
                                                               "--include",
                                                               "--imacros",
                                                               "-c-isystem",
                                                               "-fuse-line-directives",
                                                               "--no-line-commands",
                                                               "--comments",
                                                               "--trace-includes",
                                                               "-fms-",
                                                               "-load",
                                                               "-plugin",
                                                               "-add-plugin",
                                                               "-ast-",
                                                               "-dependency-",
                                                               "-header-include",
                                                               "-H",
                                                               "-fdump",
                                                               "-fproc-stat-report",
                                                               "-fcrash-diagnostics",
                                                               "-gen-reproducer",
                                                               "-frewrite",
                                                               "-index-",
                                                               "-fapinotes",
                                                               "-fsystem-module",
                                                               "-C",
                                                               "-CC",
                                                               "-P",
                                                               "-dD",
                                                               "-dM",
                                                               "-dI",
                                                               "-fdebug-macro",
                                                               "-Wunused-macros",
                                                               "-emit-"});

// These move the folders of the system, which may be the build's own then.
constexpr auto k_toolchain_flags = std::to_array<std::string_view>(
    {"--sysroot", "-isysroot", "--gcc-toolchain", "--gcc-install-dir", "-resource-dir", "-B"});

// Anything of these set, and the compiler searches elsewhere, or does something else.
constexpr auto k_unsuitable_variables = std::to_array<const char*>(
    {"CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "OBJC_INCLUDE_PATH", "CCC_OVERRIDE_OPTIONS",
     "CC_PRINT_OPTIONS", "CC_PRINT_HEADERS", "CC_LOG_DIAGNOSTICS", "COMPILER_PATH",
     "GCC_EXEC_PREFIX", "SDKROOT", "CLANG_CONFIG_FILE_SYSTEM_DIR", "CLANG_NO_DEFAULT_CONFIG",
     "DEPENDENCIES_OUTPUT", "SUNPRO_DEPENDENCIES"});

// These decide about dates in the text and the language of messages.
constexpr auto k_variables =
    std::to_array<const char*>({"SOURCE_DATE_EPOCH", "LC_ALL", "LC_MESSAGES", "LANG", "TZ"});

std::string variable(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in this program sets variables.
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// One word of a key; no two lists of words give the same text.
void add_word(std::string& key, std::string_view word) {
  key += fmt::format("{}:", word.size());
  key += word;
}

template <class Table>
bool has_flag(const Table& table, const Argument& argument) {
  // The table that tells flags from their values says which of these it is: "-I" in "-Ia".
  const std::string& token = argument.tokens.front();
  const FlagRow* row = find_flag(token);
  const std::string_view name = row == nullptr ? std::string_view(token) : row->name;
  return argument.is_flag && std::ranges::find(table, name) != table.end();
}

/// `-Wp,-DA,-UB` does what `-DA -UB` do; other flags do not come to the tables in this form.
bool is_more_than_macros(std::string_view passed_on) {
  return std::ranges::any_of(passed_on | std::views::split(','), [](const auto& part) {
    const std::string_view flag(part);
    return !flag.starts_with("-D") && !flag.starts_with("-U");
  });
}

/// Adds to the search for headers behind our back: `-Xclang -I -Xclang DIR`.
bool forwards_a_folder(const Argument& argument) {
  const std::string& token = argument.tokens.back();
  return argument.tokens.size() > 1 && argument.tokens.front().starts_with("-X") &&
         (token.starts_with("-I") || token.starts_with("-i"));
}

bool begins_unsuitably(const std::string& token) {
  static constexpr std::string_view k_passed_on = "-Wp,";
  if (token.starts_with(k_passed_on))
    return is_more_than_macros(std::string_view(token).substr(k_passed_on.size()));
  // "-Fa" and "-P" are flags of one letter; "-Fast..." begins no flag of clang's.
  return std::ranges::any_of(k_unsuitable, [&](std::string_view flag) {
    const bool is_letter = flag.size() == 2 && flag != "-F";
    return is_letter ? token == flag : token.starts_with(flag);
  });
}

/// Debug information names every line.
bool asks_for_debug_info(const CompilerInvocation& invocation) {
  return std::ranges::any_of(invocation.arguments, [](const Argument& argument) {
    return argument.is_flag && argument.tokens.front().starts_with("-g");
  });
}

/// ... and from this level on every macro.
bool asks_for_macros(const CompilerInvocation& invocation) {
  return std::ranges::any_of(invocation.arguments, [](const Argument& argument) {
    const std::string& token = argument.tokens.front();
    return argument.is_flag && token.starts_with("-g") && token.contains('3');
  });
}

bool is_about_output(const Argument& argument) {
  return argument.is_flag &&
         (argument.meaning == output || argument.meaning == compile_only ||
          argument.meaning == dependency_file || argument.meaning == dependency_target);
}

bool is_regular(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

/// A precompiled header that the compiler takes in place of the one it was told to include.
bool has_precompiled_header(const CompilerInvocation& invocation, const std::string& folder) {
  return std::ranges::any_of(invocation.arguments, [&](const Argument& argument) {
    if (!argument.is_flag || !argument.tokens.front().starts_with("-include")) return false;
    std::error_code error;
    const fs::path header = fs::path(folder) / argument.value;
    return fs::exists(header.string() + ".pch", error) ||
           fs::exists(header.string() + ".gch", error);
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
  if (std::ranges::any_of(k_unsuitable_variables,
                          [](const char* name) { return !variable(name).empty(); }))
    return false;
  const auto is_unsuitable = [](const Argument& argument) {
    return argument.is_flag &&
           (forwards_a_folder(argument) || std::ranges::any_of(argument.tokens, begins_unsuitably));
  };
  return std::ranges::none_of(invocation.arguments, is_unsuitable) &&
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
  for (const char* name : k_variables) add_word(key, variable(name));
  for (const std::string& flag : leading_flags(job, invocation)) add_word(key, flag);
  add_word(key, "");
  return key;
}

/// Folders of the build that the flags add to the search for headers.
std::vector<std::string> search_path_of(const CompilerInvocation& invocation,
                                        const WrapperJob& job) {
  std::vector<std::string> folders;
  for (const Argument& argument : invocation.arguments) {
    if (has_flag(k_folder_flags, argument))
      folders.push_back(absolute_path(job.folder, argument.value));
  }
  return folders;
}

bool moves_the_system(const CompilerInvocation& invocation) {
  return std::ranges::any_of(invocation.arguments, [](const Argument& argument) {
    const std::string_view token = argument.tokens.front();
    return argument.is_flag && std::ranges::any_of(k_toolchain_flags, [&](std::string_view flag) {
             return token.starts_with(flag);
           });
  });
}

/// Headers that the command includes before the source, looked for as the working folder's own.
SourceScan forced_includes(const CompilerInvocation& invocation) {
  SourceScan scan;
  for (const Argument& argument : invocation.arguments)
    if (has_flag(k_forced_flags, argument)) scan.quoted.push_back(argument.value);
  return scan;
}

bool is_below(const std::string& path, const std::string& folder) {
  return path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/';
}

/// Whether a configuration may have put it there: everything that is not the system's.
bool is_of_the_build(const WrapperSettings& settings, const std::string& path) {
  return is_below(path, settings.root) ||
         std::ranges::none_of(settings.system_folders,
                              [&](const std::string& folder) { return is_below(path, folder); });
}

/// Where a header may have been looked for before it was found.
class Candidates {
 public:
  Candidates(const WrapperSettings& settings, const std::vector<std::string>& search_path)
      : settings_(settings) {
    for (const std::string& folder : search_path) {
      if (is_of_the_build(settings, (fs::path(folder) / "header").string()))
        folders_.insert(folder);
    }
  }

  void add_names_in(const std::string& folder, const SourceScan& scan) {
    for (const std::string& name : scan.quoted) {
      add(folder, name);
      add_everywhere(name);
    }
    for (const std::string& name : scan.angled) add_everywhere(name);
  }

  /// Of a header of the system, which was found in one of these folders, and asks for others.
  void add_names_of(const std::string& header, const std::vector<std::string>& folders) {
    if (folders_.empty()) return;
    for (const std::string& folder : folders)
      if (is_below(header, folder)) add_everywhere(header.substr(folder.size() + 1));
    const auto bytes = read_file(header);
    if (bytes) add_names_in(fs::path(header).parent_path().string(), scan_source(*bytes));
  }

  [[nodiscard]] const std::set<std::string>& paths() const { return paths_; }

 private:
  void add_everywhere(const std::string& name) {
    for (const std::string& folder : folders_) add(folder, name);
  }
  void add(const std::string& folder, const std::string& name) {
    if (name.starts_with('/')) return;
    std::string path = (fs::path(folder) / name).lexically_normal().string();
    if (is_of_the_build(settings_, path)) paths_.insert(std::move(path));
  }

  const WrapperSettings& settings_;
  std::set<std::string> folders_;
  std::set<std::string> paths_;
};

/// The highest part of the path that is missing: as long as it is, nothing below it is there.
std::string missing_part(fs::path path) {
  std::error_code error;
  while (path.has_relative_path() && !fs::exists(path.parent_path(), error))
    path = path.parent_path();
  return path.string();
}

void write_text(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

}  // namespace

std::vector<CompileInput> inputs_named(const WrapperJob& job,
                                       const std::vector<std::string>& names) {
  std::set<std::string> paths;
  for (const std::string& name : names) {
    std::string path = absolute_path(job.folder, name);
    if (is_of_the_build(job.settings, name) && is_of_the_build(job.settings, path)) {
      paths.insert(std::move(path));
    }
  }
  std::vector<CompileInput> inputs;
  for (const std::string& path : paths) {
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
      common_(common_key(job, task, invocation_)),
      search_path_(search_path_of(invocation_, job)) {}

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
    if (is_about_output(argument)) continue;
    add_argument(key, argument, job_->folder);
  }
  return digest_of(key);
}

std::optional<Digest> ReusableCompile::key_by_text() const {
  if (!text_ || text_->reads_files || asks_for_macros(invocation_)) return {};
  const bool needs_places = text_->tells_places || asks_for_debug_info(invocation_);
  std::string key = common_ + (needs_places ? "exact" : "bare");
  add_word(key, (needs_places ? text_->exact : text_->bare).hex());
  for (const Argument& argument : invocation_.arguments) {
    const bool is_plain_openmp = has_flag(k_openmp_flags, argument) && !text_->has_openmp;
    const bool is_in_text = has_flag(k_text_flags, argument) || argument.tokens[0] == "-pthread" ||
                            argument.meaning == dependency_mode;
    if (is_about_output(argument) || is_plain_openmp || (argument.is_flag && is_in_text)) continue;
    add_argument(key, argument, job_->folder);
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
  return std::optional(read_preprocessed(outcome.output, task_->source.language == "c++"));
}

void ReusableCompile::look_at_files() {
  result_.inputs = inputs_named(*job_, text_->files);
  may_keep_inputs_ = !text_->reads_files && !moves_the_system(invocation_);
  Candidates candidates(job_->settings, search_path_);
  candidates.add_names_in(job_->folder, forced_includes(invocation_));
  std::set<std::string, std::less<>> read;
  for (const CompileInput& input : result_.inputs) {
    read.insert(input.path);
    const auto bytes = read_file(input.path);
    const SourceScan scan = bytes ? scan_source(*bytes) : SourceScan{.asks_more = true};
    may_keep_inputs_ &= !scan.asks_more;
    candidates.add_names_in(fs::path(input.path).parent_path().string(), scan);
  }
  std::vector<std::string> outside = job_->settings.system_folders;
  outside.insert(outside.end(), search_path_.begin(), search_path_.end());
  for (const std::string& file : text_->files)
    if (!read.contains(absolute_path(job_->folder, file))) candidates.add_names_of(file, outside);
  look_for(candidates.paths(), read);
}

void ReusableCompile::look_for(const std::set<std::string>& paths,
                               const std::set<std::string, std::less<>>& read) {
  std::set<std::string> missing;
  for (const std::string& path : paths) {
    if (read.contains(path)) continue;
    std::error_code error;
    if (!fs::exists(path, error)) {
      missing.insert(missing_part(path));
    } else if (is_regular(path)) {
      result_.present.push_back(path);
    } else {
      // A folder of that name may become a file.
      may_keep_inputs_ = false;
    }
  }
  result_.absent.assign(missing.begin(), missing.end());
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
  const auto key = key_by_text();
  if (!key) return false;
  const auto known = cache_.find_by_text(*key);
  // Messages name lines, which the text may not have.
  if (!known || !known->messages.empty() || !cache_.take_object(known->object, task_->object))
    return false;
  result_.object = known->object;
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
  if (const auto key = key_by_text(); key && messages.empty())
    XAAS_CHECK(cache_.keep_by_text(*key, {.object = result_.object}));
  return keep_by_inputs();
}

}  // namespace xaas
