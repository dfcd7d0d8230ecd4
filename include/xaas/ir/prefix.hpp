// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Install prefixes are compiled into programs. Builds are therefore given a long prefix of ours,
// the placeholder; a deployment puts the real one in its place. In compiled code nothing may move:
// there the real prefix is padded to the placeholder's length, with "/." that no system call minds.

namespace xaas {

/// What builds take for their install prefix: 128 characters, any 8 of which occur nowhere else.
/// Longer, and programs with small buffers for file names would overflow them.
const std::string& placeholder_prefix();

/// The same folder in exactly `length` characters: "/opt/x" in 10 is "/opt/x/./.". Empty when it
/// does not fit.
std::string padded_prefix(std::string_view prefix, std::size_t length);

/// A padded prefix, or what a path of it was joined to, without the padding.
std::string without_padding(std::string_view path);

/// Where `text` occurs in `bytes`; no two places overlap, and nothing occurs nowhere.
std::vector<std::uint64_t> places_of(std::string_view text, std::string_view bytes);

/// Whether each place is at least `length` bytes behind the one before.
bool lie_apart(const std::vector<std::uint64_t>& places, std::size_t length);

/// Whether `text` stands at each of these places of `bytes`.
bool stands_at(std::string_view text, const std::vector<std::uint64_t>& places,
               std::string_view bytes);

/// The same places when what stands there has become another length.
std::vector<std::uint64_t> moved_places(const std::vector<std::uint64_t>& places, std::size_t from,
                                        std::size_t to);

/// `bytes` with `to` at each of these places, which lie apart and in it, instead of the `length`
/// bytes that are there.
std::string replaced_at(std::string_view bytes, const std::vector<std::uint64_t>& places,
                        std::size_t length, std::string_view to);

/// `bytes` with every `from` replaced.
std::string replaced(std::string_view bytes, std::string_view from, std::string_view to);

/// Whether pieces of `placeholder` (8 bytes in a row, or more) are left: a compiler may take a
/// string apart into the operands of instructions. So is one in wide characters, UTF-16 or UTF-32.
bool has_pieces_of(std::string_view placeholder, std::string_view bytes);

/// Whether a file is a text, in which things may move: no NUL in it.
bool is_text(std::string_view bytes);

}  // namespace xaas
