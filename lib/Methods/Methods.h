//===- Methods.h - The list of mpGEMM methods -----------------------------===//
#pragma once
#include "lib/Methods/Contraction.h"
#include "lib/Methods/VectorShape.h"

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
  /// Estimated cycles of one thread. Assumes that the method is legal.
  double (*cost)(const Contraction &c, const VectorShape &shape);
};

/// All methods, in the order of the enum.
llvm::ArrayRef<Method> getMethods();
const Method &getMethod(ir::Method kind);

/// The outcome of comparing the methods on one contraction.
struct Choice {
  const Method *best = nullptr, *next = nullptr;
  double bestCost = 0, nextCost = 0;
  std::optional<AccumulatorBound> bound;
};

/// The cheapest legal method; the earlier in the list when equal.
Choice chooseMethod(const Contraction &c, const VectorShape &shape);

} // namespace tern
