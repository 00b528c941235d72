//===- Names.cpp - Identifiers, comments and strings of printed source ----===//
#include "lib/Backend/Common/Names.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace tern;
using llvm::StringRef;

/// Keywords of C11 and C++20, macros and functions of the headers that printed
/// code includes, and what dialects of C (CUDA, HLS) take for themselves.
static bool isReserved(StringRef name) {
  static const llvm::StringSet<> words = {
      "alignas", "alignof", "and", "and_eq", "asm", "atomic_cancel",
      "atomic_commit", "atomic_noexcept", "auto", "bitand", "bitor", "bool",
      "break", "case", "catch", "char", "char8_t", "char16_t", "char32_t",
      "class", "compl", "concept", "const", "consteval", "constexpr",
      "constinit", "const_cast", "continue", "co_await", "co_return",
      "co_yield", "decltype", "default", "delete", "do", "double",
      "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false",
      "float", "for", "fortran", "friend", "goto", "if", "inline", "int",
      "long", "mutable", "namespace", "new", "noexcept", "not", "not_eq",
      "nullptr", "operator", "or", "or_eq", "private", "protected", "public",
      "register", "reinterpret_cast", "requires", "restrict", "return",
      "short", "signed", "sizeof", "static", "static_assert", "static_cast",
      "struct", "switch", "template", "this", "thread_local", "throw", "true",
      "try", "typedef", "typeid", "typename", "typeof", "union", "unsigned",
      "using", "virtual", "void", "volatile", "wchar_t", "while", "xor",
      "xor_eq", "main", "linux", "unix", "i386", "near", "far", "half",
      "NULL", "NAN", "INFINITY", "I", "errno", "EOF", "stdin", "stdout",
      "stderr", "complex", "imaginary", "signbit", "isnan", "isinf",
      "isfinite", "isnormal", "fpclassify", "isgreater", "isless",
      "isunordered", "islessgreater", "isgreaterequal", "islessequal",
      "abs", "labs", "div", "exp", "log", "pow", "sin", "cos", "tan", "sqrt",
      "ceil", "floor", "round", "trunc", "rint", "fabs", "fma", "fmax", "fmin",
      "fmod", "erf", "tanh", "sinh", "cosh", "asin", "acos", "atan", "atan2",
      "asinh", "acosh", "atanh", "exp2", "expm1", "log2", "log10", "log1p",
      "cbrt", "hypot", "copysign", "gamma", "lgamma", "tgamma", "y0", "y1",
      "yn", "j0", "j1", "jn", "logb", "ldexp", "frexp", "modf", "nan",
      "remainder", "scalb", "significand", "drem", "index", "random",
      "threads", "context", "inputs", "outputs", "workspace", "weights",
      "buffers", "lo", "hi"};
  return words.contains(name) || name.starts_with("tern_") ||
         name.starts_with("TERN_") || name.starts_with("INT") ||
         name.starts_with("UINT") || name.starts_with("FLT_") ||
         name.starts_with("DBL_") || name.starts_with("FP_") ||
         name.starts_with("M_") || name.ends_with("_t");
}

std::string backend::identifierOf(StringRef name, StringRef fallback) {
  std::string result;
  for (char c : name) {
    // No double or leading underscore: C and C++ keep these.
    bool good = llvm::isAlnum(c);
    if (good || (!result.empty() && result.back() != '_'))
      result += good ? c : '_';
    if (result.size() == 48)
      break;
  }
  while (!result.empty() && result.back() == '_')
    result.pop_back();
  if (result.empty())
    result = fallback.str();
  if (llvm::isDigit(result.front()))
    result = "n" + result;
  return isReserved(result) ? result + "_" : result;
}

std::string backend::fileNameOf(StringRef name) {
  std::string result;
  for (char c : name.take_front(100)) {
    bool first = result.empty();
    bool good = llvm::isAlnum(c) || c == '_' ||
                (!first && (c == '-' || c == '.'));
    result += good ? c : '_';
  }
  return result.empty() ? "model" : result;
}

std::string backend::commentOf(StringRef text) {
  std::string result;
  for (char c : text.take_front(200)) {
    // "?" could begin a trigraph, and a backslash would join lines.
    bool good = llvm::isPrint(c) && c != '\\' && c != '?';
    if (c == '/' && !result.empty() && result.back() == '*')
      good = false;
    if (c == '*' && !result.empty() && result.back() == '/')
      good = false;
    result += good ? c : '_';
  }
  return result;
}

std::string backend::stringOf(StringRef text) {
  std::string result = "\"";
  llvm::raw_string_ostream os(result);
  for (unsigned char c : text) {
    bool plain = llvm::isPrint(c) && c != '"' && c != '\\' && c != '?';
    if (plain)
      os << c;
    else // three octal digits: the next character cannot join them
      os << '\\' << char('0' + c / 64) << char('0' + c / 8 % 8)
         << char('0' + c % 8);
  }
  return result + "\"";
}

std::string backend::Names::make(StringRef hint, StringRef fallback) {
  std::string name = identifierOf(hint, fallback);
  std::string unique = name;
  bool digit = llvm::isDigit(name.back());
  for (unsigned n = 1; !used.insert(unique).second; ++n)
    unique = name + (digit ? "_" : "") + std::to_string(n);
  return unique;
}
