//===- MatMulNBits.cpp - Products with blocked weights of 1 to 8 bits -----===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Requantize.h"
#include <cmath>

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using eval::Tensor;
using ir::CodeKind;
using ir::QType;

namespace {
/// The weights of a MatMulNBits: N rows of K codes, a scale and a zero point
/// for each `block` of them.
struct Blocked {
  int64_t n, k, bits, block;

  int64_t groups() const { return llvm::divideCeil(k, block); }
  int64_t blockBytes() const { return llvm::divideCeil(block * bits, 8); }
  int64_t rowZeroBytes() const { return llvm::divideCeil(groups() * bits, 8); }
  double middle() const { return std::ldexp(1.0, bits - 1); }
};
} // namespace

/// The code at position `at` of a stream of `bits` wide ones, lowest first.
static int64_t codeAt(const unsigned char *bytes, int64_t at, int64_t bits) {
  int64_t code = 0;
  for (int64_t i = 0; i < bits; ++i) {
    int64_t position = at * bits + i;
    code |= int64_t(bytes[position / 8] >> (position % 8) & 1) << i;
  }
  return code;
}

static FailureOr<Blocked> blockedWeights(Expansion &e) {
  Blocked w = {e.intAttr("N", 0), e.intAttr("K", 0), e.intAttr("bits", 4),
               e.intAttr("block_size", 0)};
  if (w.n < 1 || w.k < 1 || w.bits < 1 || w.bits > 8 || w.block < 1)
    return e.refuse("expected N, K and block_size of at least 1 and 1 to 8 "
                    "bits");
  if (e.rank(0) < 1 || e.shape(0).back() != w.k ||
      !isFloatElement(e.elementType(0)))
    return e.refuse("expected a float input whose last dimension is K");
  if (product(e.shape(2)) != w.n * w.groups())
    return e.refuse("expected a scale for each block, " +
                    Twine(w.n * w.groups()) + ", but got " +
                    Twine(product(e.shape(2))));
  if (product(e.shape(1)) != w.n * w.groups() * w.blockBytes() ||
      !isIntegerCode(e.elementType(1)))
    return e.refuse("expected B of " +
                    Twine(w.n * w.groups() * w.blockBytes()) + " packed bytes");
  return w;
}

/// The zero points of all blocks, N x groups; whole or not.
static FailureOr<SmallVector<double>> zeroPoints(Expansion &e,
                                                 const Blocked &w) {
  SmallVector<double> zeros(w.n * w.groups(), w.middle());
  if (!e.has(3))
    return zeros;
  std::optional<Tensor> known = e.constant(3);
  if (!known)
    return e.refuse("expected constant zero points", "make them initializers");
  bool packed = isIntegerCode(known->getElementType());
  int64_t expected = packed ? w.n * w.rowZeroBytes() : w.n * w.groups();
  if (known->size() != expected)
    return e.refuse("expected " + Twine(expected) + " zero points, but got " +
                    Twine(known->size()));
  auto *bytes = reinterpret_cast<const unsigned char *>(known->data());
  for (int64_t row = 0; row < w.n; ++row)
    for (int64_t g = 0; g < w.groups(); ++g)
      zeros[row * w.groups() + g] =
          packed ? static_cast<double>(
                       codeAt(bytes + row * w.rowZeroBytes(), g, w.bits))
                 : known->getFloat(row * w.groups() + g);
  return zeros;
}

/// Refuses a g_idx other than k / block: rows are grouped in order.
static LogicalResult checkGroupIndex(Expansion &e, const Blocked &w) {
  if (!e.has(4))
    return success();
  std::optional<Tensor> known = e.constant(4);
  bool inOrder = known && known->size() >= w.k;
  for (int64_t k = 0; inOrder && k < w.k; ++k)
    inOrder = known->getInt(k) == k / w.block;
  return inOrder ? success()
                 : e.refuse("expected groups of consecutive rows (no g_idx)");
}

/// The codes less `offset`, N x K.
static Tensor readCodes(const Tensor &packed, const Blocked &w, QType type,
                        int64_t offset) {
  Tensor codes(tensorOf({w.n, w.k}, type));
  auto *bytes = reinterpret_cast<const unsigned char *>(packed.data());
  for (int64_t row = 0; row < w.n; ++row)
    for (int64_t k = 0; k < w.k; ++k) {
      int64_t group = row * w.groups() + k / w.block;
      codes.setInt(row * w.k + k,
                   codeAt(bytes + group * w.blockBytes(), k % w.block, w.bits) -
                       offset);
    }
  return codes;
}

/// The right-hand side's codes and zero points of a tern.matmul.
static void buildWeights(Expansion &e, const Blocked &w, const Tensor &packed,
                         ArrayRef<double> zeros, Value &codes, Value &zero) {
  MLIRContext *context = e.node.getContext();
  bool isCentred =
      llvm::all_of(zeros, [&](double value) { return value == w.middle(); });
  auto kind = isCentred ? CodeKind::SInt : CodeKind::UInt;
  auto type = QType::get(context, kind, static_cast<unsigned>(w.bits));
  int64_t offset = isCentred ? static_cast<int64_t>(w.middle()) : 0;
  codes = e.tensorConstant(readCodes(packed, w, type, offset));
  if (isCentred)
    return;
  Tensor points(tensorOf({w.n, w.groups()}, e.b.getI32Type()));
  for (auto [i, value] : llvm::enumerate(zeros))
    points.setInt(i, static_cast<int64_t>(value));
  zero = e.tensorConstant(points);
}

/// A x B^T for zero points between the codes: B as reals.
static Value realWeights(Expansion &e, const Blocked &w, const Tensor &packed,
                         ArrayRef<double> zeros, const Tensor &scales) {
  auto u8 = QType::get(e.node.getContext(), CodeKind::UInt, 8);
  Tensor codes = readCodes(packed, w, u8, 0);
  Tensor reals(tensorOf({w.n, w.k}, e.b.getF32Type()));
  for (int64_t i = 0; i < reals.size(); ++i) {
    int64_t group = i / w.k * w.groups() + i % w.k / w.block;
    auto centred =
        static_cast<float>(codes.getInt(i)) - static_cast<float>(zeros[group]);
    reals.setFloat(i, centred * static_cast<float>(scales.getFloat(group)));
  }
  return e.tensorConstant(reals);
}

static LogicalResult expandMatMulNBits(Expansion &e) {
  FailureOr<Blocked> w = blockedWeights(e);
  if (failed(w) || failed(checkGroupIndex(e, *w)))
    return failure();
  std::optional<Tensor> packed = e.constant(1), scales = e.constant(2);
  if (!packed || !scales)
    return e.refuse("expected constant B and scales", "make them initializers");
  FailureOr<SmallVector<double>> zeros = zeroPoints(e, *w);
  if (failed(zeros))
    return failure();
  LocBuilder &b = e.b;
  Type f32 = b.getF32Type();
  Shape shape(e.shape(0));
  int64_t rows = product(ArrayRef(shape).drop_back());
  shape.back() = w->n;
  Value lhs = reshape(b, e.operand(0), {rows, w->k});
  Value rhs, rhsZero, rhsScale;
  bool isWhole = llvm::all_of(
      *zeros, [](double value) { return value == std::nearbyint(value); });
  if (isWhole) {
    buildWeights(e, *w, *packed, *zeros, rhs, rhsZero);
    Value scale = reshape(b, e.operand(2), {w->n, w->groups()});
    rhsScale = e.tensorConstant(*e.evaluate(convert(b, scale, f32)));
  } else {
    rhs = realWeights(e, *w, *packed, *zeros, *scales);
  }
  Value init = emptyTensor(b, {rows, w->n}, f32);
  auto op = b.create<ir::MatmulOp>(
      TypeRange{init.getType()}, lhs, rhs, Value(), rhsZero, rhsScale,
      ValueRange(), init, /*transpose_b=*/true,
      isWhole ? b.getI64IntegerAttr(w->block) : IntegerAttr(), f32, ArrayAttr(),
      ir::MethodAttr(), ir::LayoutAttr());
  Value result = op.getResult(0);
  if (e.has(5)) {
    if (product(e.shape(5)) != w->n)
      return e.refuse("expected a bias of N elements");
    result = addTensors(b, result,
                        convert(b, reshape(b, e.operand(5), {w->n}), f32));
  }
  e.result(0, reshape(b, convert(b, result, e.elementType(0)), shape));
  return success();
}

ArrayRef<OperatorRow> graph::nbitsOperators() {
  static const OperatorRow rows[] = {
      {"com.microsoft", "MatMulNBits", 1, 0, expandMatMulNBits, first(3)},
  };
  return rows;
}
