// SPDX-License-Identifier: Apache-2.0

// Each rule goes over the whole text by itself, secrets first: a user's name within a token must
// not cut it into pieces that no rule would know.

#include "doctor/redact.hpp"

#include "xaas/support/environment.hpp"
#include "xaas/support/text.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

namespace xaas {
namespace {

constexpr std::string_view k_secret = "<secret>";

bool is_name(char c) {
  return is_alphanumeric(c) || c == '_' || c == '-';
}
/// What tokens are made of: base64 in all its forms, dots between the parts of some.
bool is_token(char c) {
  return is_name(c) || c == '.' || c == '+' || c == '/' || c == '=';
}

/// Whether a variable, a key or an option of that name holds a secret.
bool names_secret(std::string_view name) {
  static constexpr auto k_words = std::to_array<std::string_view>(
      {"token", "secret", "passw", "passphrase", "apikey", "api_key", "api-key", "access_key",
       "private_key", "credential", "auth", "cookie", "license_key", "session_id"});
  const std::string lower = lower_case(name);
  if (lower == "key" || lower.ends_with("_key")) return true;
  return std::ranges::any_of(k_words, [&](std::string_view word) { return lower.contains(word); });
}

std::size_t end_of(std::string_view text, std::size_t from, bool (*is_part)(char)) {
  while (from < text.size() && is_part(text[from])) ++from;
  return from;
}

/// Where a value ends that may hold blanks: at the end of the line, or of the string that it is in.
std::size_t end_of_value(std::string_view text, std::size_t from) {
  while (from < text.size() && text[from] != '\n' && text[from] != '"')
    from += text[from] == '\\' ? 2 : 1;
  return std::min(from, text.size());
}

/// Behind a name at `end`, where its value begins: `NAME=VALUE`, `"NAME": "VALUE"`,
/// `"--NAME", "VALUE"`, `--NAME VALUE`; npos: none follows.
std::size_t value_behind(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view rest = text.substr(end);
  const bool is_option = text.substr(begin).starts_with("--");
  if (rest.starts_with('=') || (is_option && rest.starts_with(' '))) return end + 1;
  if (!rest.starts_with('"')) return text.npos;
  std::size_t at = text.find_first_not_of(" \n", end + 1);
  if (at == text.npos) return text.npos;
  const bool leads_to_value = text[at] == ':' || (is_option && text[at] == ',');
  if (!leads_to_value) return text.npos;
  at = text.find_first_not_of(" \n", at + 1);
  return at != text.npos && text[at] == '"' ? at + 1 : text.npos;
}

std::string without_named_secrets(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    if (!is_name(text[at])) {
      out += text[at++];
      continue;
    }
    const std::size_t end = end_of(text, at, is_name);
    const std::size_t value =
        names_secret(text.substr(at, end - at)) ? value_behind(text, at, end) : text.npos;
    if (value == text.npos) {
      out += text.substr(at, end - at);
      at = end;
      continue;
    }
    out += text.substr(at, value - at);
    out += k_secret;
    at = end_of_value(text, value);
  }
  return out;
}

/// How the tokens of well-known services begin.
constexpr auto k_token_starts = std::to_array<std::string_view>(
    {"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "xoxa-",
     "sk-", "hf_", "AKIA", "ASIA", "eyJ", "npm_", "pypi-"});

bool is_known_token(std::string_view word) {
  constexpr std::size_t k_shortest = 16;
  return word.size() >= k_shortest &&
         std::ranges::any_of(k_token_starts,
                             [&](std::string_view start) { return word.starts_with(start); });
}

std::string without_known_tokens(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = end_of(text, at, is_name);
    if (end == at) {
      out += text[at++];
      continue;
    }
    // A word begins at its name, but goes on as long as a token would.
    const std::size_t whole = end_of(text, at, is_token);
    const bool is_secret = is_known_token(text.substr(at, whole - at));
    out += is_secret ? k_secret : text.substr(at, end - at);
    at = is_secret ? whole : end;
  }
  return out;
}

/// `https://user:password@host` and `Bearer TOKEN`.
std::string without_credentials(std::string text) {
  constexpr std::string_view k_scheme = "://";
  for (auto at = text.find(k_scheme); at != text.npos; at = text.find(k_scheme, at)) {
    at += k_scheme.size();
    const auto end = text.find_first_of("/ \n\"", at);
    const auto sign = text.substr(at, end - at).rfind('@');
    if (sign != text.npos) text.replace(at, sign, k_secret);
  }
  constexpr std::string_view k_bearer = "Bearer ";
  for (auto at = text.find(k_bearer); at != text.npos; at = text.find(k_bearer, at)) {
    at += k_bearer.size();
    text.replace(at, end_of(text, at, is_token) - at, k_secret);
  }
  return text;
}

bool is_in_address(char c) {
  return is_name(c) || c == '.' || c == '%' || c == '+';
}
bool is_in_domain(char c) {
  return is_alphanumeric(c) || c == '-' || c == '.';
}

/// A symbol's version (`printf@GLIBC_2.2.5`) is no domain.
std::string without_addresses(std::string text) {
  for (auto at = text.find('@'); at != text.npos; at = text.find('@', at + 1)) {
    std::size_t begin = at;
    while (begin > 0 && is_in_address(text[begin - 1])) --begin;
    const std::size_t end = end_of(text, at + 1, is_in_domain);
    const std::string_view domain = std::string_view(text).substr(at + 1, end - at - 1);
    const auto dot = domain.find('.');
    const bool is_domain = dot != domain.npos && dot > 0 && dot + 1 < domain.size();
    if (begin == at || !is_domain || (end < text.size() && text[end] == '_')) continue;
    constexpr std::string_view k_address = "<e-mail>";
    text.replace(begin, end - begin, k_address);
    at = begin + k_address.size() - 1;
  }
  return text;
}

/// `what` where it stands for itself, not within a longer name.
std::string without_word(std::string text, std::string_view what, std::string_view instead) {
  const auto stands_alone = [&](std::size_t at) {
    const bool begins = at == 0 || !is_alphanumeric(text[at - 1]) || !is_alphanumeric(what.front());
    const std::size_t end = at + what.size();
    return begins && (end == text.size() || !is_alphanumeric(text[end]));
  };
  for (auto at = text.find(what); at != text.npos;) {
    if (stands_alone(at)) {
      text.replace(at, what.size(), instead);
      at = text.find(what, at + instead.size());
    } else {
      at = text.find(what, at + 1);
    }
  }
  return text;
}

/// The homes of others, where systems have them.
std::string without_homes(std::string text) {
  for (const std::string_view folder : {"/home/", "/users/", "/Users/", "/u/home/"}) {
    for (auto at = text.find(folder); at != text.npos; at = text.find(folder, at)) {
      at += folder.size();
      const std::size_t end = end_of(text, at, [](char c) { return is_name(c) || c == '.'; });
      if (end > at) text.replace(at, end - at, "<user>");
    }
  }
  return text;
}

}  // namespace

Identity own_identity() {
  Identity identity;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
  if (const passwd* entry = ::getpwuid(::getuid()); entry != nullptr) {
    identity.user = entry->pw_name;
    identity.homes.insert(entry->pw_dir);
  }
  if (identity.user.empty()) identity.user = environment_variable("USER").value_or("");
  if (auto home = environment_variable("HOME")) identity.homes.insert(*std::move(home));
  std::erase_if(identity.homes, [](const std::string& home) { return home.size() < 2; });
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) == 0) {
    const std::string host = name.data();
    identity.hosts.insert(host);
    identity.hosts.insert(host.substr(0, host.find('.')));
  }
  return identity;
}

std::string redacted(std::string_view text, const Identity& identity) {
  std::string out = without_named_secrets(text);
  out = without_known_tokens(out);
  out = without_credentials(std::move(out));
  out = without_addresses(std::move(out));
  // The longer name first: it holds the shorter.
  std::vector<std::string> hosts(identity.hosts.begin(), identity.hosts.end());
  std::ranges::sort(hosts, std::ranges::greater(), &std::string::size);
  for (const std::string& host : hosts) {
    if (!host.empty() && host != "localhost") out = without_word(std::move(out), host, "<host>");
  }
  std::vector<std::string> homes(identity.homes.begin(), identity.homes.end());
  std::ranges::sort(homes, std::ranges::greater(), &std::string::size);
  for (const std::string& home : homes) out = without_word(std::move(out), home, "<home>");
  out = without_homes(std::move(out));
  // Everybody's name is nobody's.
  if (!identity.user.empty() && identity.user != "root")
    out = without_word(std::move(out), identity.user, "<user>");
  return out;
}

}  // namespace xaas
