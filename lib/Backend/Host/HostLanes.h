//===- HostLanes.h - Dots in pieces that fill x86 registers ---------------===//
#pragma once
#include "dialects/Kern/Kern.h"
#include "lib/Backend/Common/LlvmLegalize.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"

namespace tern::backend {

/// Emits on chunks of `lanes` 32-bit lanes.
struct Lanes {
  using Value = mlir::Value;
  mlir::ImplicitLocOpBuilder b;
  int64_t lanes;
  mlir::VectorType i32, i16;

  Lanes(mlir::PatternRewriter &rewriter, mlir::Location loc, int64_t lanes)
      : b(loc, rewriter), lanes(lanes),
        i32(mlir::VectorType::get({lanes}, b.getI32Type())),
        i16(mlir::VectorType::get({2 * lanes}, b.getI16Type())) {}

  Value c(mlir::VectorType type, int64_t value) {
    return intConstant(b, b.getLoc(), type, value);
  }
  Value add(Value x, Value y) { return b.create<mlir::arith::AddIOp>(x, y); }
  Value cast(mlir::VectorType type, Value x) {
    return x.getType() == type ? x : b.create<mlir::vector::BitCastOp>(type, x);
  }
  Value call(llvm::StringRef name, mlir::ValueRange args,
             mlir::VectorType type = {}) {
    return b
        .create<mlir::LLVM::CallIntrinsicOp>(type ? type : i32,
                                             b.getStringAttr(name), args)
        .getResult(0);
  }
  /// Bytes [at, at + 4 * lanes) of weights for the lanes from `at` / 4 on.
  Value bytesOf(Value weights, int64_t at) {
    return sliceVector(b, b.getLoc(), weights, at, 4 * lanes);
  }
  /// The inputs of a dot's lanes from `at` on, 4 bytes a lane.
  Value inputsOf(kern::DotOp op, int64_t at) {
    return op.hasOwnInputs() ? cast(i32, bytesOf(op.getA(), 4 * at))
                             : splat(op.getA());
  }
  /// A vector of 4 bytes in every lane.
  Value splat(Value bytes) {
    auto one = mlir::VectorType::get({1}, b.getI32Type());
    Value scalar = b.create<mlir::vector::ExtractOp>(cast(one, bytes), 0);
    return b.create<mlir::vector::BroadcastOp>(i32, scalar);
  }
};

/// Splits an operation on lanes of 32 bits into chunks that fill a register,
/// and joins the results.
/// `emit(lanes, at)` gives the sums of the chunk's lanes, from lane `at` on.
mlir::LogicalResult
emitChunks(mlir::Operation *op, mlir::PatternRewriter &rewriter, int64_t widest,
           int64_t narrowest,
           llvm::function_ref<mlir::Value(Lanes &, int64_t at)> emit);

/// Whether a dot's sums are of i32, its length is known, and its depth 4.
bool isFixed(kern::DotOp op);

/// Whether two neighbouring products of a dot fit i16 together, because its
/// weights have few bits: then vpmaddubsw is exact.
bool fitsBytes(kern::DotOp op);

/// Chains of such dots, summed in i16 for as long as that holds them.
void populateDotBytesPatterns(mlir::RewritePatternSet &patterns,
                              int64_t widest);

/// Chains of kern.hamming, counted in bytes.
void populateHammingPatterns(mlir::RewritePatternSet &patterns, int64_t widest);
/// kern.lookup by vpshufb, of 512 bits where `wide`.
void populateLookupPatterns(mlir::RewritePatternSet &patterns, bool wide);

/// kern.lut by vpermps (AVX2, or AVX-512 where `wide`).
void populateLutPatterns(mlir::RewritePatternSet &patterns, bool wide);

} // namespace tern::backend
