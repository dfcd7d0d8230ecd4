// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/support/error.hpp"

#include <expected>
#include <utility>

namespace xaas {

/// What everything that can fail returns. `fail(...)` converts to it:
/// `return fail(ErrorKind::corrupt, "blob `{}` is truncated", digest);`
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
  // NOLINTNEXTLINE(google-explicit-constructor): `return fail(...)` must read plainly.
  Result(Error error) : std::expected<T, Error>(std::unexpected(std::move(error))) {}
};

template <>
class [[nodiscard]] Result<void> : public std::expected<void, Error> {
 public:
  using std::expected<void, Error>::expected;
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error error) : std::expected<void, Error>(std::unexpected(std::move(error))) {}
};

using Status = Result<void>;

/// Adds what the caller was doing to the error of a result that has one.
template <class T>
[[nodiscard]] Result<T> while_doing(Result<T> result, std::string what) {
  if (!result) return std::move(result.error()).while_doing(std::move(what));
  return result;
}

#define XAAS_JOIN_(a, b) a##b
#define XAAS_NAME_(a, b) XAAS_JOIN_(a, b)

/// `XAAS_TRY(auto index, read_index(path));` declares `index`, or returns the error.
#define XAAS_TRY(declaration, expression) \
  XAAS_TRY_(declaration, expression, XAAS_NAME_(xaas_result_, __LINE__))
#define XAAS_TRY_(declaration, expression, result) \
  auto result = (expression);                      \
  if (!result) return std::move(result.error());   \
  declaration = std::move(*result)

/// `XAAS_CHECK(store.put(blob));` returns the error of a call that gives nothing else.
#define XAAS_CHECK(expression)                                                                \
  do {                                                                                        \
    if (auto xaas_status = (expression); !xaas_status) return std::move(xaas_status.error()); \
  } while (false)

}  // namespace xaas
