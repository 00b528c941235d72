//===- COps.h - What each operation is in C -------------------------------===//
#pragma once
#include "lib/Backend/Common/CRanges.h"
#include "lib/Backend/Common/CText.h"
#include "mlir/IR/Operation.h"

namespace tern::backend {

/// The C expression of an elementwise operation (arith, math, kern.fma) on
/// scalars, or on one lane of vectors, given its operands' expressions. Each
/// operand appears once. Empty text: printed code does not have the operation.
/// `ranges` is null for lanes, about which nothing is known.
CText elementText(mlir::Operation *op, llvm::ArrayRef<CText> operands,
                  CRanges *ranges);

/// The same for integer arithmetic (COpsInteger.cpp).
CText integerText(mlir::Operation *op, llvm::ArrayRef<CText> operands,
                  CRanges *ranges);

} // namespace tern::backend
