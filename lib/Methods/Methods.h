//===- Methods.h - The list of mpGEMM methods -----------------------------===//
#pragma once
#include "lib/Methods/Pricing.h"
#include "mlir/IR/BuiltinOps.h"

namespace tern {

/// One way to compute a contraction. Everything about a method is here and in
/// the kernel emitter of passes/Lowering that its kind selects.
struct Method {
  ir::Method kind;
  llvm::StringRef name;
  llvm::StringRef meaning;
  /// Why the method cannot compute `c`; empty when it can.
  std::string (*whyNot)(const Contraction &c, const VectorShape &shape);
  /// The packed order of the weights; null when they stay as they are.
  ir::LayoutAttr (*layout)(const Contraction &c, const VectorShape &shape);
};

/// All methods, in the order of the enum.
llvm::ArrayRef<Method> getMethods();
const Method &getMethod(ir::Method kind);

/// The time that lib/CostModel predicts of a legal method.
Prediction priceMethod(const Contraction &c, const Method &method,
                       const Site &site);

/// The outcome of comparing the methods on one contraction.
struct Choice {
  const Method *best = nullptr, *next = nullptr;
  double bestSeconds = 0, nextSeconds = 0;
  /// Whether `next` would be faster by less than a tenth, for more bytes.
  bool isForSize = false;
  /// Whether other uses of the weights decided.
  bool isShared = false;
  std::optional<AccumulatorBound> bound;
};

/// The fastest legal method; one that packs weights, or leaves out their zeros,
/// where that costs no more than a tenth.
Choice chooseMethod(const Contraction &c, const Site &site);

/// Bytes that a run of `module` passes through: weights as narrow as the codes
/// that occur allow, and what the greatest step reads and writes. Once
/// tern-select-mpgemm has chosen by it, the module says it.
int64_t residentBytesOf(mlir::ModuleOp module, const VectorShape &shape);

/// What the contractions of `module` are priced for on `machine`.
Site siteOf(mlir::ModuleOp module, const Machine &machine);

} // namespace tern
