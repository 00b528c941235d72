//===- PackedOp.h - The facts of a contraction on packed weights ----------===//
//
// What the packed kernels of every kind of machine (Simd, Simt) read off a
// bufferized contraction, and how they read its inputs and correct its sums.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "dialects/Tern/Layout.h"
#include "passes/Lowering/Emit.h"

namespace tern::lowering {

struct PackedOp {
  explicit PackedOp(mlir::Operation *op);

  mlir::Operation *op;
  /// Sums of integer products (int_dot, mma, sparse_nm), or of floats
  /// (dequant).
  bool isConv, isInteger;
  /// Whether the products are of bits, and what is summed is the number of
  /// bits that differ (xnor_popcount).
  bool countsBits;
  /// Rows of inputs, of weights, and the length of a dot product.
  int64_t m, n, k;
  /// Consecutive k that share a scale or zero point, and how many of these.
  int64_t scaleGroup, groups;
  PackedMatrix matrix;
  mlir::Value lhs, weights, lhsZp, rhsZp, rhsScale, init;
  mlir::ValueRange extras;
  /// The packed sums over k of (weight - zero point), or null.
  mlir::Value rowSums;
  /// What kernels multiply is the input minus `shift`.
  int64_t shift = 0;
  /// What kernels sum of a code is the code less the center;
  /// value - zero point = factor * (code - center) - (offset + zero point).
  int64_t center = 0, factor, offset;
  /// What codes of floats mean; nothing for integers and unpacked weights.
  std::optional<ir::CodeKind> floatKind;

  int64_t paddedK() const { return matrix.getBlocks() * matrix.getBlockK(); }
  int64_t rows() const { return matrix.getRows(); }
  /// Dot products of a scale's groups are scaled while they are summed.
  bool scalesInTile() const { return bool(rhsScale); }
  bool needsSums() const {
    return isInteger && !countsBits && (offset != 0 || rhsZp);
  }
  /// Whether inputs are -1 and 1. Their bits are set for -1, so that those that
  /// differ from the weights' count products of 1.
  bool hasSignedBits() const { return countsBits && !rowSums; }
};

/// Value at (row of `tile`, group) of a per-row operand, packed or one for
/// all rows: the index of its first row in a tile, and whether rows differ.
std::pair<mlir::Value, bool> perRowIndex(Emitter &b, const PackedOp &p,
                                         mlir::Value operand, mlir::Value tile,
                                         mlir::Value group);
/// The zero point of input row `row` less the shift; null if 0.
mlir::Value inputZeroPoint(Emitter &b, const PackedOp &p, mlir::Value row);

/// The exact sum of (input - zero point) * (weight - zero point), given that of
/// inputs times codes (or the number of bits that differ) and, where needsSums,
/// that of the inputs: for row `inTile` of weight tile `tile` and input row
/// `inputRow`.
mlir::Value correctSum(Emitter &b, const PackedOp &p, mlir::Value acc,
                       mlir::Value inputs, mlir::Value tile, mlir::Value inTile,
                       mlir::Value inputRow);
/// The result's coordinates of input row `row` and weight row `column`.
llvm::SmallVector<mlir::Value> resultPlace(Emitter &b, const PackedOp &p,
                                           mlir::Value row, mlir::Value column);

/// Reads input (row, k) for one row: a matrix's, or a pixel's im2col row, in
/// which a padded position holds the zero point.
class InputReader {
public:
  InputReader(Emitter &b, const PackedOp &p, mlir::Value row);
  /// As i32 less the shift (it fits i8 then), or f32.
  mlir::Value read(mlir::Value k);

private:
  mlir::Value readConv(mlir::Value k);
  mlir::Value toNumber(mlir::Value element);
  Emitter &b;
  const PackedOp &p;
  /// The row's coordinates: batch and row, or image and pixel.
  llvm::SmallVector<mlir::Value> place;
  mlir::Value padding;
};

} // namespace tern::lowering
