//===- CLeaves.h - The leaf functions that printed code calls -------------===//
//
// Printed kernels call leaves: functions of one operation, tern_<op>_<type>.
// Scalar ones come from a library, Runtime/leaves.h, to which a backend may add
// its own. Those on vectors are loops over lanes, generated from the same
// expressions that scalars have.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "lib/Backend/Common/CText.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"

namespace tern::backend {

class CLeaves {
public:
  /// `own` is the text of the backend's leaves, after the common ones:
  /// paragraphs, each with one definition; what is written for i32 stands for
  /// other widths too.
  explicit CLeaves(llvm::StringRef own = "");
  /// Defined elsewhere: "tern_i32x4" of a header that the code includes.
  void provide(llvm::StringRef name) { provided.insert(name); }

  /// A call of the leaf that does `op` on vectors, lane by lane. Empty text:
  /// there is no expression for a lane.
  CText lanewise(mlir::Operation *op, llvm::ArrayRef<CText> operands);
  /// A call of the leaf that does one of the vector operations (splat, load,
  /// bitcast, unpack, dot, ...). Empty text: `op` is none of them.
  CText vectorOp(mlir::Operation *op, llvm::ArrayRef<CText> operands);
  /// A vector all of whose lanes are `lane`.
  CText splat(mlir::VectorType type, const CText &lane);
  /// The name of the leaf that stores a vector of that type.
  std::string store(mlir::VectorType type);

  /// Prints what `code` calls, directly or not.
  void print(llvm::StringRef code, llvm::raw_ostream &os) const;

private:
  void addLibrary(llvm::StringRef text);
  struct Paragraph {
    std::string name, text;
  };
  /// Adds a generated leaf `name`, a function of `parameters` whose lanes are
  /// given by `statement`.
  void addLoop(llvm::StringRef name, mlir::VectorType result,
               llvm::StringRef parameters, llvm::StringRef statement);
  CText dot(mlir::Operation *op, llvm::ArrayRef<CText> operands);
  CText fold(mlir::Operation *op, llvm::ArrayRef<CText> operands);
  CText lut(mlir::Operation *op, llvm::ArrayRef<CText> operands);
  CText hamming(mlir::Operation *op, llvm::ArrayRef<CText> operands);
  CText lookup(mlir::Operation *op, llvm::ArrayRef<CText> operands);
  CText unpack(mlir::Operation *op, llvm::ArrayRef<CText> operands);
  CText load(mlir::VectorType type, const CText &address);
  /// "tern_i32x16"; the type is defined in the output.
  std::string typeName(mlir::VectorType type);
  void need(llvm::StringRef code, llvm::StringSet<> &needed) const;
  /// The library's paragraph of that name, for its width.
  std::string find(llvm::StringRef name) const;

  std::vector<Paragraph> library;
  llvm::MapVector<llvm::StringRef, std::string> types, loops;
  /// The numbers of kern.lut tables, by their entries.
  llvm::StringMap<unsigned> tables;
  llvm::StringSet<> provided;
  llvm::StringSet<> strings; ///< owns the keys
};

} // namespace tern::backend
