// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/core.h>

#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace xaas {

/// What a caller can usefully do differently about a failure. Add a kind only when some caller
/// branches on it; everything else belongs in the message.
enum class ErrorKind {
  invalid_input,  // the user or a file they gave us is wrong; exit 1
  not_found,
  unsupported,  // valid, but outside what this build or target can do
  corrupt,      // content does not match its digest or schema
  io,
  tool_failed,   // a child process or library stage reported failure
  build_failed,  // the captured build ended with its own exit code; see Error::exit_code
  incompatible,  // the target cannot run what was asked for; exit 3
  mismatch,      // a verification or comparison did not hold; exit 4
  internal,      // a broken invariant of ours; exit 70 and ask for a report
};

/// A failure on its way up. One pointer wide so that `Result<T>` stays cheap on success.
class [[nodiscard]] Error {
 public:
  Error(ErrorKind kind, std::string message, std::source_location raised_at)
      : details_(std::make_unique<Details>(Details{.kind = kind,
                                                   .message = std::move(message),
                                                   .context = {},
                                                   .help = {},
                                                   .code = {},
                                                   .exit_code = {},
                                                   .raised_at = raised_at})) {}

  [[nodiscard]] ErrorKind kind() const { return details_->kind; }

  [[nodiscard]] const std::string& message() const { return details_->message; }

  /// Innermost first: what each caller was doing, e.g. "reading ir-manifest of `lulesh:1`".
  [[nodiscard]] const std::vector<std::string>& context() const { return details_->context; }

  [[nodiscard]] const std::string& help() const { return details_->help; }

  /// Stable name of the diagnostic, listed in docs/diagnostics.md, e.g. "image.no-ir".
  [[nodiscard]] const std::string& code() const { return details_->code; }

  /// What the process must end with when the kind alone does not say: a captured build's own code.
  [[nodiscard]] std::optional<int> exit_code() const { return details_->exit_code; }

  [[nodiscard]] std::source_location raised_at() const { return details_->raised_at; }

  Error&& while_doing(std::string what) && {
    details_->context.push_back(std::move(what));
    return std::move(*this);
  }

  Error&& with_code(std::string code) && {
    details_->code = std::move(code);
    return std::move(*this);
  }

  Error&& with_exit_code(int exit_code) && {
    details_->exit_code = exit_code;
    return std::move(*this);
  }

  Error&& with_help(std::string help) && {
    details_->help = std::move(help);
    return std::move(*this);
  }

 private:
  struct Details {
    ErrorKind kind;
    std::string message;
    std::vector<std::string> context;
    std::string help;
    std::string code;
    std::optional<int> exit_code;
    std::source_location raised_at;
  };

  std::unique_ptr<Details> details_;
};

/// A checked format string that remembers its call site.
template <class... Args>
struct LocatedFormat {
  template <class Text>
  // NOLINTNEXTLINE(google-explicit-constructor): callers write a plain string literal.
  consteval LocatedFormat(const Text& text,
                          std::source_location call_site = std::source_location::current())
      : format(text), at(call_site) {}

  fmt::format_string<Args...> format;
  std::source_location at;
};

/// Makes an `Error` at the call site: `return fail(ErrorKind::corrupt, "blob {} is truncated", d);`
template <class... Args>
[[nodiscard]] Error fail(ErrorKind kind, std::type_identity_t<LocatedFormat<Args...>> text,
                         Args&&... args) {
  return Error{kind, fmt::format(text.format, std::forward<Args>(args)...), text.at};
}

}  // namespace xaas
