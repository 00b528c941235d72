//===- MatMulBnb4.cpp - Products with weights of 16-entry codebooks -------===//
#include "dialects/Tern/Codes.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Quantized.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;
using eval::Tensor;
using ir::CodeKind;
using ir::QType;

namespace {
/// The weights of a MatMulBnb4: N rows of K codes, a scale for each `block` of
/// them, rows following one another.
struct Blocks {
  int64_t n, k, block;
  CodeKind kind;

  int64_t count() const { return llvm::divideCeil(n * k, block); }
  int64_t bytes() const { return llvm::divideCeil(n * k, 2); }
  /// Whether no block has codes of two rows.
  bool endWithRows() const { return k % block == 0; }
};
} // namespace

static FailureOr<Blocks> describeBlocks(Expansion &e) {
  int64_t kind = e.intAttr("quant_type", 0);
  Blocks w = {e.intAttr("N", 0), e.intAttr("K", 0), e.intAttr("block_size", 0),
              kind ? CodeKind::NF4 : CodeKind::BNB4};
  if (w.n < 1 || w.k < 1 || w.block < 1 || (kind != 0 && kind != 1))
    return e.refuse("expected N, K and block_size of at least 1 and quant_type "
                    "0 (FP4) or 1 (NF4)");
  if (e.intAttr("transB", 1) != 1)
    return e.refuse("expected weights of N rows (transB = 1)");
  if (e.rank(0) < 1 || e.shape(0).back() != w.k ||
      !isFloatElement(e.elementType(0)))
    return e.refuse("expected a float input whose last dimension is K");
  if (product(e.shape(1)) != w.bytes() || !isIntegerCode(e.elementType(1)))
    return e.refuse("expected B of " + Twine(w.bytes()) + " packed bytes");
  if (product(e.shape(2)) != w.count())
    return e.refuse("expected a scale for each block, " + Twine(w.count()) +
                    ", but got " + Twine(product(e.shape(2))));
  return w;
}

/// Code `at` of all: the high half of a byte comes first.
static uint8_t codeAt(const Tensor &packed, int64_t at) {
  auto byte = static_cast<uint8_t>(packed.data()[at / 2]);
  return at % 2 ? byte & 15 : byte >> 4;
}

static Value codesOf(Expansion &e, const Blocks &w, const Tensor &packed) {
  auto type = QType::get(e.node.getContext(), w.kind);
  Tensor codes(tensorOf({w.n, w.k}, type));
  for (int64_t i = 0; i < codes.size(); ++i)
    codes.data()[i] = static_cast<char>(codeAt(packed, i));
  return e.tensorConstant(codes);
}

/// The weights as reals, where blocks go from one row into the next.
static Value realsOf(Expansion &e, const Blocks &w, const Tensor &packed,
                     const Tensor &scales) {
  Tensor reals(tensorOf({w.n, w.k}, e.b.getF32Type()));
  for (int64_t i = 0; i < reals.size(); ++i)
    reals.setFloat(i, decodeFloat(w.kind, codeAt(packed, i)) *
                          static_cast<float>(scales.getFloat(i / w.block)));
  return e.tensorConstant(reals);
}

static LogicalResult expandMatMulBnb4(Expansion &e) {
  FailureOr<Blocks> w = describeBlocks(e);
  if (failed(w))
    return failure();
  std::optional<Tensor> packed = e.constant(1), scales = e.constant(2);
  if (!packed || !scales)
    return e.refuse("expected constant B and scales", "make them initializers");
  LocBuilder &b = e.b;
  Type f32 = b.getF32Type();
  Shape shape(e.shape(0));
  int64_t rows = product(ArrayRef(shape).drop_back());
  shape.back() = w->n;
  Value lhs = reshape(b, e.operand(0), {rows, w->k}), rhs, scale;
  IntegerAttr group;
  if (w->endWithRows()) {
    rhs = codesOf(e, *w, *packed);
    Value blocks = reshape(b, e.operand(2), {w->n, w->k / w->block});
    scale = e.tensorConstant(*e.evaluate(convert(b, blocks, f32)));
    group = b.getI64IntegerAttr(w->block);
  } else {
    rhs = realsOf(e, *w, *packed, *scales);
  }
  Value init = emptyTensor(b, {rows, w->n}, f32);
  auto op =
      b.create<ir::MatmulOp>(TypeRange{init.getType()}, lhs, rhs, Value(),
                             Value(), scale, ValueRange(), init,
                             /*transpose_b=*/true, group, f32, ArrayAttr(),
                             ir::MethodAttr(), ir::LayoutAttr());
  Value result = convert(b, op.getResult(0), e.elementType(0));
  e.result(0, reshape(b, result, shape));
  return success();
}

ArrayRef<OperatorRow> graph::bnb4Operators() {
  static const OperatorRow rows[] = {
      {"com.microsoft", "MatMulBnb4", 1, 0, expandMatMulBnb4, first(3)},
  };
  return rows;
}
