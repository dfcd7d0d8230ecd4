// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compile_cache.hpp"
#include "dependency_file.hpp"
#include "preprocessed_text.hpp"
#include "wrapper.hpp"

#include "xaas/support/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace xaas {

/// A compile whose object an earlier one may have made already, for this or for another
/// configuration. Two compiles are the same when compiler, language, environment and the *ordered*
/// flags are, and
///  - all files that they read, and those that they looked for in vain; or
///  - the text after preprocessing, where flags of the preprocessor do not count any more.
/// Whatever could tell two such compiles apart, and is not looked at, makes a compile not reusable.
class ReusableCompile {
 public:
  /// Empty where nothing may be reused: no cache, or flags whose effect the text does not show.
  static std::optional<ReusableCompile> of(const WrapperJob& job, const CompileTask& task);

  /// Whether the object and the dependency file of an equal compile were put in their places, its
  /// messages repeated.
  Result<bool> reuse();

  /// After the compiler made the object: keeps it for others.
  Status keep(const std::string& messages);

  /// After either.
  [[nodiscard]] const Digest& object() const { return result_.object; }
  [[nodiscard]] const std::vector<CompileInput>& inputs() const { return result_.inputs; }
  [[nodiscard]] CompileReuse how() const { return how_; }

 private:
  ReusableCompile(const WrapperJob& job, const CompileTask& task);
  Result<bool> reuse_text();
  [[nodiscard]] bool put_dependencies() const;
  [[nodiscard]] Digest key_by_inputs() const;
  /// A compile without messages is found by its text; one with messages, by the places in it, too,
  /// and by what the preprocessor alone said.
  enum class Messages { none, some };
  [[nodiscard]] std::optional<Digest> key_by_text(Messages messages) const;
  bool take_known(Messages messages);
  Result<std::optional<PreprocessedText>> preprocess() const;
  void look_at_files();
  Status keep_by_inputs();

  const WrapperJob* job_;
  const CompileTask* task_;
  CompilerInvocation invocation_;  // of the task's arguments
  DependencyRequest dependencies_;
  CompileCache cache_;
  std::string common_;  // what both keys begin with
  std::optional<PreprocessedText> text_;
  CachedCompile result_;
  bool may_keep_inputs_ = false;  // its files say all that it asked for
  CompileReuse how_ = CompileReuse::compiled;
};

/// The files of the build that a compile has read, for compiles that nothing can be reused of; by
/// the names in a dependency file.
std::vector<CompileInput> inputs_named(const WrapperJob& job,
                                       const std::vector<std::string>& names);

}  // namespace xaas
