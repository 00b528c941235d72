//===- Contraction.cpp - The facts of a contraction -----------------------===//
#include "lib/Methods/Contraction.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace tern;

static int64_t product(ArrayRef<int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1),
                         std::multiplies<>());
}

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

static Contraction describeMatmul(ir::MatmulOp op) {
  Contraction c;
  c.op = op;
  ArrayRef<int64_t> lhs = shapeOf(op.getLhs()), rhs = shapeOf(op.getRhs());
  bool batched = rhs.size() == 3;
  c.k = lhs.back();
  c.n = rhs[rhs.size() - (op.getTransposeB() ? 2 : 1)];
  c.batches = batched ? rhs[0] : 1;
  c.m = product(lhs) / std::max<int64_t>(1, c.k * c.batches);
  c.rowMajorN = op.getTransposeB();
  c.scaleGroup = op.getGroup().value_or(c.k);
  c.lhsZp = op.getLhsZp();
  c.rhsZp = op.getRhsZp();
  c.rhsScale = op.getRhsScale();
  c.accumulator = op.getAccumulator();
  return c;
}

static Contraction describeConv(ir::ConvOp op) {
  Contraction c;
  c.op = op;
  c.isConv = true;
  ArrayRef<int64_t> filter = shapeOf(op.getFilter());
  ArrayRef<int64_t> result = shapeOf(op.getInit());
  c.groups = op.getGroups();
  c.k = product(filter.drop_front());
  c.n = filter[0] / c.groups;
  c.m = result[0] * product(result.drop_front(2));
  c.scaleGroup = c.k;
  c.lhsZp = op.getInputZp();
  c.rhsZp = op.getFilterZp();
  c.accumulator = op.getAccumulator();
  return c;
}

Contraction tern::describeContraction(Operation *op) {
  Contraction c = isa<ir::ConvOp>(op) ? describeConv(cast<ir::ConvOp>(op))
                                      : describeMatmul(cast<ir::MatmulOp>(op));
  c.scaleGroup = std::max<int64_t>(1, c.scaleGroup);
  Value lhs = op->getOperand(0), rhs = op->getOperand(1);
  c.lhs = cast<ShapedType>(lhs.getType()).getElementType();
  c.rhs = cast<ShapedType>(rhs.getType()).getElementType();
  c.rhsValue = rhs;
  c.weights = ConstantTensor::get(rhs);
  return c;
}

std::optional<Interval> tern::rangeOf(Type type) {
  auto code = dyn_cast<ir::QType>(type);
  if (!code || !code.isInteger())
    return std::nullopt;
  return Interval{code.getMin(), code.getMax()};
}

Interval tern::rangeOfWeights(const Contraction &c) {
  if (c.knownRange)
    return *c.knownRange;
  Interval range = {0, 0};
  for (int64_t i = 0, e = c.weights->size(); i < e; ++i) {
    int64_t value = c.weights->getInt(i);
    range.min = std::min(range.min, value);
    range.max = std::max(range.max, value);
  }
  c.knownRange = range;
  return range;
}

bool tern::needsRowSums(const Contraction &c, ir::Method method) {
  auto code = dyn_cast<ir::QType>(c.lhs);
  if (!code || method == ir::Method::Dequant)
    return false;
  if (method == ir::Method::XnorPopcount)
    return code.getKind() != ir::CodeKind::Binary;
  return c.lhsZp || code.getMax() > 127;
}

bool tern::areSigns(const Contraction &c) {
  Interval range = rangeOfWeights(c);
  if (!isa<ir::QType>(c.rhs) || range.min < -1 || range.max > 1)
    return false;
  for (int64_t i = 0, e = c.weights->size(); i < e; ++i)
    if (c.weights->getInt(i) == 0)
      return false;
  return true;
}

/// The greatest |x - z| over x in `range` and z in the constant `zp` (absent:
/// 0; not constant: any value of `range`).
static int64_t greatestDistance(Interval range, Value zp) {
  auto distance = [&](int64_t z) {
    return std::max(std::abs(range.max - z), std::abs(range.min - z));
  };
  if (!zp)
    return distance(0);
  auto constant = ConstantTensor::get(zp);
  if (!constant)
    return range.max - range.min;
  int64_t greatest = 0;
  for (int64_t i = 0, e = constant->size(); i < e; ++i)
    greatest = std::max(greatest, distance(constant->getInt(i)));
  return greatest;
}

ZeroPoints::ZeroPoints(const Contraction &c) : scaleGroup(c.scaleGroup) {
  if (c.rhsZp)
    zp = ConstantTensor::get(c.rhsZp);
  if (!zp)
    return;
  rows = zp->getShape()[0];
  groups = zp->size() / rows;
}

int64_t ZeroPoints::at(int64_t row, int64_t col) const {
  return zp ? zp->getInt((rows == 1 ? 0 : row) * groups +
                         (groups == 1 ? 0 : col / scaleGroup))
            : 0;
}

/// The greatest sum over k of |w - zero point| of a row of constant weights.
static int64_t greatestRowSum(const Contraction &c) {
  ZeroPoints zeros(c);
  int64_t greatest = 0;
  for (int64_t row = 0; row < c.groups * c.n; ++row) {
    int64_t sum = 0;
    for (int64_t col = 0; col < c.k; ++col)
      sum += std::abs(c.weights->getInt(c.weightIndex(row, col)) -
                      zeros.at(row, col));
    greatest = std::max(greatest, sum);
  }
  return greatest;
}

std::optional<AccumulatorBound> tern::boundAccumulator(const Contraction &c) {
  std::optional<Interval> lhs = rangeOf(c.lhs), rhs = rangeOf(c.rhs);
  if (!lhs || !rhs)
    return std::nullopt;
  int64_t input = greatestDistance(*lhs, c.lhsZp);
  bool known =
      c.weights && c.batches == 1 && (!c.rhsZp || ConstantTensor::get(c.rhsZp));
  int64_t row = known ? greatestRowSum(c)
                      : llvm::SaturatingMultiply<uint64_t>(
                            c.k, greatestDistance(*rhs, c.rhsZp));
  uint64_t bound = llvm::SaturatingMultiply<uint64_t>(row, input);
  return AccumulatorBound{
      static_cast<int64_t>(std::min<uint64_t>(bound, INT64_MAX))};
}
