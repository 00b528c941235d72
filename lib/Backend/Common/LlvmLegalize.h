//===- LlvmLegalize.h - Legalisations that LLVM backends share ------------===//
#pragma once
#include "dialects/Kern/Kern.h"
#include "lib/Backend/Common/LlvmBackend.h"
#include "mlir/IR/BuiltinOps.h"

namespace tern::backend {

/// kern.fma -> llvm.fma; kern.unpack -> and, shift in the bytes; kern.dot ->
/// extend, multiply, add: right for every shape but scalable ones of depth
/// above 1; tables -> trees of selects. Backends add better patterns of a
/// higher benefit.
void populateGenericLegalizePatterns(mlir::RewritePatternSet &patterns);

/// math.roundeven by adding and subtracting 2^23 or 2^52, for machines
/// without the instruction (baseline x86-64 would call a function per lane).
void populateRoundEvenPatterns(mlir::RewritePatternSet &patterns);

/// Conversions of f16 (unless `nativeF16`) and bf16 as integer operations.
/// Arithmetic in these types must be gone.
void populateSmallFloatPatterns(mlir::RewritePatternSet &patterns,
                                bool nativeF16);

/// Replaces what no LLVM lowering knows, in every kernel of `module`. Emits a
/// located error for a leaf that the backend has no way to do.
mlir::LogicalResult legalizeKernels(mlir::ModuleOp module,
                                    const LlvmBackend &backend);

/// The `lanes` elements of the vector from `begin` on.
mlir::Value sliceVector(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::Value vector, int64_t begin, int64_t lanes);
/// A constant of `type` (an integer, or a vector of them) that holds `value`.
mlir::Value intConstant(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::Type type, int64_t value);

} // namespace tern::backend
