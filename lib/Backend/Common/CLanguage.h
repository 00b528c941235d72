//===- CLanguage.h - How a C-family language spells a kernel --------------===//
//
// The printer core (CPrinter.h) writes what all printed languages share:
// nested expressions, loops, branches, names, comments. What a language spells
// its own way is asked for here: the head of a function, an element of a
// buffer, hints on loops, and the operations that no other language has. Each
// hook has C's answer, so that a language says only where it differs.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "lib/Backend/Common/CText.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/raw_ostream.h"

namespace tern::backend {

/// What a language may ask of the printer while a kernel is printed.
class CWriter {
public:
  virtual ~CWriter();
  /// The expression of a value.
  virtual CText text(mlir::Value value) = 0;
  /// A new name for a value, which is its text from now on.
  virtual std::string name(mlir::Value value) = 0;
  /// Makes `text` what is printed for a value.
  virtual void bind(mlir::Value value, const CText &text) = 0;
  /// The start of a new line at the current indentation.
  virtual llvm::raw_ostream &line() = 0;
  /// Prints the statements of a block: at this indentation, or one deeper.
  virtual void block(mlir::Block &block, bool deeper) = 0;
  /// The address of an element: "&buffer[i]".
  virtual CText address(mlir::Value memref, mlir::ValueRange indices) = 0;
};

class CLanguage {
public:
  virtual ~CLanguage();

  /// The type of a variable; empty: the language has none.
  virtual std::string typeOf(mlir::Type type) const;
  /// Whether a memory space can be the parameter or the buffer of a kernel.
  virtual bool hasSpace(mlir::Attribute space) const;
  /// The function's head with the brace, and what declares the buffers, which
  /// are called `buffers`. "lo" and "hi" are the names of the range.
  virtual void head(mlir::func::FuncOp kernel, llvm::StringRef name,
                    llvm::ArrayRef<std::string> buffers, CWriter &w,
                    llvm::raw_ostream &os) const;
  /// The declaration of a local buffer, without its semicolon.
  virtual std::string local(mlir::memref::AllocaOp alloca,
                            llvm::StringRef name) const;
  /// An element of `memref`, which is called `buffer`, to be read or assigned.
  virtual std::string element(mlir::Value memref, llvm::StringRef buffer,
                              llvm::StringRef at) const;
  /// Lines ahead of a loop, and the first ones inside it.
  virtual void beforeLoop(mlir::scf::ForOp loop, CWriter &w) const;
  virtual void insideLoop(mlir::scf::ForOp loop, CWriter &w) const;
  /// The expression of an operation of this language's own; empty: not one.
  virtual CText expression(mlir::Operation *op,
                           llvm::ArrayRef<CText> operands) const;
  /// Prints a statement or region of this language's own; false: not one.
  virtual bool statement(mlir::Operation *op, CWriter &w) const;
};

/// C11: kernels are `static void name(lo, hi, buffers)`.
const CLanguage &portableC();

} // namespace tern::backend
