//===- CText.h - Pieces of C expressions, C's names of types --------------===//
#pragma once
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/Twine.h"
#include <string>

namespace tern::backend {

/// How tightly a C expression binds.
enum class CBinds {
  Ternary,
  Or,
  Xor,
  And,
  Equal,
  Relation,
  Shift,
  Sum,
  Product,
  Unary,
  Primary
};

/// A C expression of a value. Integers of every width are signed C
/// expressions that hold the value sign-extended; i1 is 0 or 1.
struct CText {
  std::string text;
  CBinds binds = CBinds::Primary;
  /// Whether C may give it type int though the value is 64 bits wide.
  bool narrow = false;

  CText() = default;
  CText(const llvm::Twine &text, CBinds binds = CBinds::Primary,
        bool narrow = false)
      : text(text.str()), binds(binds), narrow(narrow) {}

  /// The text, in parentheses unless it binds at least like `least`.
  std::string in(CBinds least) const {
    return binds < least ? "(" + text + ")" : text;
  }
};

/// `lhs op rhs`. Operands of bit operations and shifts are put in parentheses
/// unless they are unary: nobody knows that precedence by heart.
CText binaryText(const CText &lhs, llvm::StringRef op, const CText &rhs,
                 CBinds binds);
CText castText(const llvm::Twine &type, const CText &operand);
/// `function(a, b, ...)`
CText callText(const llvm::Twine &function, llvm::ArrayRef<CText> arguments);

/// "int32_t", "float", "tern_f16", "tern_i32x16"; empty for a type that
/// printed code does not have.
std::string cTypeOf(mlir::Type type);
/// The same of the unsigned integer of that width.
std::string cUnsignedTypeOf(mlir::Type type);
/// "i32", "f32", "i32x16", as names of leaves end; index counts as i64.
std::string cSuffixOf(mlir::Type type);
/// Bits of an integer type; 64 of index.
unsigned bitsOf(mlir::Type type);

/// A literal of a scalar type, exact: hexadecimal floats.
CText literalText(mlir::TypedAttr value);

} // namespace tern::backend
