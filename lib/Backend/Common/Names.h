//===- Names.h - Identifiers, comments and strings of printed source ------===//
#pragma once
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include <string>

namespace tern::backend {

/// `name` as a C identifier: letters, digits and underscores only, no keyword,
/// no leading digit, at most 48 characters; `fallback` when nothing is left.
std::string identifierOf(llvm::StringRef name, llvm::StringRef fallback);

/// `name` as a file name: letters, digits, '-', '_' and '.', not leading.
std::string fileNameOf(llvm::StringRef name);

/// `text` inside a C comment: one line of printable ASCII without "*/".
std::string commentOf(llvm::StringRef text);

/// `text` as a C string literal, quotes included. Any bytes.
std::string stringOf(llvm::StringRef text);

/// Hands out identifiers that differ from each other. What a model calls
/// things reaches printed source only through here.
class Names {
public:
  Names() = default;
  /// Names of an inner scope: they differ from the outer ones too.
  explicit Names(const Names &outer, int) : used(outer.used) {}

  /// An identifier like `hint`.
  std::string make(llvm::StringRef hint, llvm::StringRef fallback = "value");
  /// Keeps `name` from being handed out.
  void reserve(llvm::StringRef name) { used.insert(name); }

private:
  llvm::StringSet<> used;
};

} // namespace tern::backend
