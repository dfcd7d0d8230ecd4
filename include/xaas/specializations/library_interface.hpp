// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "xaas/specializations/specialization.hpp"
#include "xaas/support/result.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// An interface that several libraries implement, so that a deployment may link the machine's in
// place of the one that the build had. Each is a file (`xaas.interface/1`); those that are shipped
// lie in specializations/interfaces, the schema in specializations/schema, and the form is
// described in specializations/README.md. Sonames are patterns with * and ?. Where several patterns
// fit one soname, the longest tells.

namespace xaas {

inline constexpr std::string_view k_interface_schema = "xaas.interface/1";

/// Implementations of one class can stand for each other in a program that is compiled; those of
/// two cannot, whatever they are called.
struct InterfaceClass {
  std::string name;                  // "mpich", "lp64"
  std::vector<std::string> sonames;  // that its libraries have, where that tells
  std::set<std::string> symbols;     // one of which tells it; empty: nothing does

  friend bool operator==(const InterfaceClass&, const InterfaceClass&) = default;
};

/// A library that must be linked, too, on machines with GPUs of a vendor, for messages in their
/// memory: Cray MPICH's libmpi_gtl_cuda.
struct InterfaceDemand {
  std::string gpu_vendor;            // "nvidia"
  std::vector<std::string> sonames;  // one of these

  friend bool operator==(const InterfaceDemand&, const InterfaceDemand&) = default;
};

struct InterfaceImplementation {
  std::string name;                      // as in descriptions of machines: "openblas"
  std::vector<std::string> sonames;      // that it alone has; may be empty
  std::set<std::string> symbols;         // one of which it alone has; may be empty
  int preference = 0;                    // the highest is taken,
  std::map<std::string, int> by_vendor;  // other ones for processors of these vendors: "intel"
  /// What implements the interface and was not made for speed: no better than the image's own.
  bool is_reference = false;
  /// Sonames of those of its libraries whose functions return a complex number in memory that the
  /// caller names first, and not in registers. gfortran, flang and clang expect registers; ifort
  /// and f2c memory.
  std::vector<std::string> complex_by_argument;
  std::vector<InterfaceDemand> demands;

  friend bool operator==(const InterfaceImplementation&, const InterfaceImplementation&) = default;
};

/// What a library opens at run time by itself, which no link shows: plugins, their texts. An image
/// without them starts and fails.
struct InterfaceOpening {
  std::vector<std::string> sonames;  // of the libraries that do
  /// Paths from the folder that such a library lies in, with * and ?, which stand for no `/`.
  std::vector<std::string> files;
  std::map<std::string, std::string> environment;  // what images need to be started with

  friend bool operator==(const InterfaceOpening&, const InterfaceOpening&) = default;
};

enum class BundlePolicy {
  if_missing,  // deployments bring the image's own where the machine has none
  never,       // programs need the machine's, or are not deployed: a driver's library
};

struct LibraryInterface {
  std::string name;  // "mpi", "blas"
  PointKind kind = PointKind::library;
  std::string description;
  std::vector<std::string> sonames;         // that its libraries have
  std::set<std::string> symbols;            // one of which each of its main libraries defines
  std::set<std::string> complex_functions;  // those that return a complex number
  std::vector<InterfaceClass> classes;
  std::vector<InterfaceImplementation> implementations;
  std::vector<InterfaceOpening> opens;
  BundlePolicy bundle = BundlePolicy::if_missing;
  std::filesystem::path path;  // of a site's file; empty: it is shipped

  friend bool operator==(const LibraryInterface&, const LibraryInterface&) = default;
};

/// Whether a soname is like one of these patterns.
bool is_called_like(const std::string& soname, const std::vector<std::string>& patterns);

/// What a library of this soname opens by itself, of all that the interfaces' files tell.
InterfaceOpening opened_by(const std::vector<LibraryInterface>& interfaces,
                           const std::string& soname);

/// Null: no interface has a library that is called so.
const LibraryInterface* interface_of(const std::vector<LibraryInterface>& interfaces,
                                     const std::string& soname);

/// The class that a soname tells; empty: none does.
std::string class_of(const LibraryInterface& interface, const std::string& soname);

/// Null: the interface's file does not tell of it.
const InterfaceImplementation* implementation_called(const LibraryInterface& interface,
                                                     std::string_view name);

/// Reads an interface's file: JSON with comments, as specialization files. Errors are
/// `invalid_input`, begin with `FILE:LINE:COLUMN: `, and suggest the nearest known word; their
/// codes are those of specialization files.
Result<LibraryInterface> parse_interface(std::string_view text, const std::string& file);

/// A site's file. `interface.name` when it is not called NAME.json, `interface.folder` when it is
/// no file.
Result<LibraryInterface> read_interface(const std::filesystem::path& file);

/// Those that are shipped, with those of a site's folder in place of what is called the same;
/// sorted by name. An interface's file is called NAME.json; other files are passed over. An empty
/// or absent folder adds none. Errors: a file that holds no interface or one of another name
/// (`interface.name`), and one soname's pattern in two interfaces (`interface.claim`).
Result<std::vector<LibraryInterface>> load_interfaces(const std::filesystem::path& site_folder);

/// What its file says, with comments: the site's where there is one that is not empty, whether
/// load_interfaces() takes it or not. `interface.unknown` with the nearest names.
Result<std::string> interface_text(const std::filesystem::path& site_folder, std::string_view name);

}  // namespace xaas
