//===- FloatContractions.cpp - What can be made smaller -------------------===//
#include "lib/Calibration/FloatContractions.h"
#include "lib/Eval/OpEval.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace tern;
using namespace tern::calib;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

static bool isF32(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getElementType().isF32();
}

std::vector<float> FloatContraction::readWeights() const {
  std::optional<ConstantTensor> constant = ConstantTensor::get(weights());
  std::vector<float> values(rows * depth);
  auto matmul = dyn_cast<ir::MatmulOp>(op);
  bool isTransposed = matmul && !matmul.getTransposeB();
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t k = 0; k < depth; ++k)
      values[row * depth + k] =
          constant->getF32(isTransposed ? k * rows + row : row * depth + k);
  return values;
}

/// The sizes of a contraction that can be made smaller; nothing of others.
static std::optional<FloatContraction> describe(Operation *op) {
  FloatContraction c;
  c.op = op;
  if (auto matmul = dyn_cast<ir::MatmulOp>(op)) {
    if (!matmul.getAccumulator().isF32() || matmul.hasEpilogue() ||
        matmul.getRhsScale() || shapeOf(matmul.getRhs()).size() != 2)
      return std::nullopt;
    ArrayRef<int64_t> rhs = shapeOf(matmul.getRhs());
    c.rows = rhs[matmul.getTransposeB() ? 0 : 1];
    c.depth = rhs[matmul.getTransposeB() ? 1 : 0];
  } else if (auto conv = dyn_cast<ir::ConvOp>(op)) {
    if (!conv.getAccumulator().isF32() || conv.hasEpilogue())
      return std::nullopt;
    ArrayRef<int64_t> filter = shapeOf(conv.getFilter());
    c.isConv = true;
    c.groups = conv.getGroups();
    c.rows = filter[0];
    c.depth = ShapedType::getNumElements(filter.drop_front());
  } else {
    return std::nullopt;
  }
  bool isReal = op->getNumResults() == 1 && isF32(op->getResult(0)) &&
                isF32(c.input()) && isF32(c.weights());
  if (!isReal || c.rows * c.depth == 0 || !ConstantTensor::get(c.weights()))
    return std::nullopt;
  return c;
}

/// The ONNX node's name; the operation's where that has none.
static std::string nameOf(Operation *op) {
  auto layer = op->getLoc()->findInstanceOf<FusedLocWith<ir::LayerAttr>>();
  if (layer && !layer.getMetadata().getName().empty())
    return layer.getMetadata().getName().str();
  return op->getName().stripDialect().str();
}

std::vector<FloatContraction> calib::floatContractions(func::FuncOp entry) {
  std::vector<FloatContraction> found;
  llvm::StringMap<int> times;
  for (Operation &op : entry.getBody().front()) {
    std::optional<FloatContraction> c = describe(&op);
    if (!c)
      continue;
    c->key = nameOf(&op);
    if (int before = times[c->key]++)
      c->key += "#" + std::to_string(before + 1);
    found.push_back(*c);
  }
  return found;
}

namespace {
/// The windows that a convolution multiplies its filters with.
class Windows {
public:
  Windows(ir::ConvOp op, const eval::Tensor &input, int64_t group)
      : op(op), values(input.as<float>()), in(input.getShape()),
        filter(shapeOf(op.getFilter())), group(group) {}
  /// Copies the window at output position `at` (n, o, e...) into `into`.
  void read(ArrayRef<int64_t> at, MutableArrayRef<float> into) {
    size_t next = 0;
    for (int64_t c = 0; c < filter[1]; ++c)
      (void)eval::forEachPoint(filter.drop_front(2), [&](ArrayRef<int64_t> k) {
        into[next++] = element(at, c, k);
        return success();
      });
  }

private:
  float element(ArrayRef<int64_t> at, int64_t channel, ArrayRef<int64_t> k) {
    int64_t offset = at[0] * in[1] + group * filter[1] + channel;
    for (size_t d = 0; d < k.size(); ++d) {
      int64_t position = at[2 + d] * op.getStrides()[d] - op.getPads()[d] +
                         k[d] * op.getDilations()[d];
      if (position < 0 || position >= in[2 + d])
        return 0;
      offset = offset * in[2 + d] + position;
    }
    return values[offset];
  }

  ir::ConvOp op;
  const float *values;
  ArrayRef<int64_t> in, filter;
  int64_t group;
};
} // namespace

void calib::forEachInputRow(const FloatContraction &c,
                            const eval::Tensor &input, int64_t group,
                            RowFn visit) {
  if (!c.isConv) {
    const float *values = input.as<float>();
    for (int64_t row = 0, e = input.size() / c.depth; row < e; ++row)
      visit(ArrayRef<float>(values + row * c.depth, c.depth));
    return;
  }
  Windows windows(cast<ir::ConvOp>(c.op), input, group);
  SmallVector<int64_t> points(shapeOf(c.op->getResult(0)));
  points[1] = 1;
  std::vector<float> window(c.depth);
  (void)eval::forEachPoint(points, [&](ArrayRef<int64_t> at) {
    windows.read(at, window);
    visit(window);
    return success();
  });
}
