//===- LlvmBackend.h - What sets one LLVM backend apart from another ------===//
#pragma once
#include "mlir/IR/PatternMatch.h"
#include <string>

namespace tern::backend {

/// The machine, as LLVM names it.
struct LlvmMachine {
  std::string triple;
  std::string cpu;
  std::string features; ///< "+avx2,+fma"
  std::string abi;      ///< floating-point ABI, where the triple leaves it open

  bool hasFeature(llvm::StringRef feature) const;
};

/// A machine and the choices that a backend makes for it. Everything else
/// about going through LLVM is shared (LlvmLower.h, LlvmEmit.h).
struct LlvmBackend {
  LlvmMachine machine;
  /// Adds the patterns that replace kern leaves by the machine's operations.
  void (*populateLegalizePatterns)(mlir::RewritePatternSet &patterns,
                                   const LlvmMachine &machine) = nullptr;
  /// Whether f16 converts to and from f32 in hardware; else by integer
  /// operations, since the runtime functions are not everywhere.
  bool convertsF16 = false;
  /// Whether rounding to the nearest even integer is an instruction.
  bool roundsEven = true;
  /// Whether fma is an instruction; else it is a call, and polynomials for
  /// transcendental functions do not pay.
  bool fusesMultiplyAdd = true;
};

} // namespace tern::backend
