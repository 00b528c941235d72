//===- EvalQuantize.cpp - tern.quantize and tern.dequantize ---------------===//
#include "dialects/Tern/Codes.h"
#include "lib/Eval/OpEval.h"
#include <cmath>

using namespace mlir;
using namespace tern;
using namespace tern::eval;

/// Calls `body(i, s)` for element `i` and the index `s` of its scale.
static void forEachScaled(ArrayRef<int64_t> shape, ArrayRef<int64_t> block,
                          ArrayRef<int64_t> scaleShape,
                          function_ref<void(int64_t, int64_t)> body) {
  int64_t element = 0;
  (void)forEachPoint(shape, [&](ArrayRef<int64_t> at) {
    int64_t scale = 0;
    for (auto [index, size, dim] : llvm::zip(at, block, scaleShape))
      scale = scale * dim + index / size;
    body(element++, scale);
    return success();
  });
}

FailureOr<Results> eval::evalQuantize(ir::QuantizeOp op, Lookup lookup) {
  const Tensor *input = lookup(op.getInput()), *scale = lookup(op.getScale());
  const Tensor *zero = op.getZeroPoint() ? lookup(op.getZeroPoint()) : nullptr;
  if (!input || !scale || (op.getZeroPoint() && !zero))
    return failure();
  Tensor result(cast<RankedTensorType>(op.getResult().getType()));
  auto code = cast<ir::QType>(result.getElementType());
  forEachScaled(
      input->getShape(), op.getFormat().getBlock(), scale->getShape(),
      [&](int64_t i, int64_t s) {
        float x = static_cast<float>(input->getFloat(i));
        float ratio = x / static_cast<float>(scale->getFloat(s));
        if (code.isFloat()) {
          result.setInt(i,
                        encodeFloat(code.getKind(), ratio, op.getSaturate()));
          return;
        }
        // NaN becomes the zero point's neighbour 0 of the clamp: defined, as in
        // the decomposed form.
        float rounded = std::nearbyint(ratio);
        float shifted =
            rounded + (zero ? static_cast<float>(zero->getInt(s)) : 0);
        float low = static_cast<float>(code.getMin());
        float high = static_cast<float>(code.getMax());
        if (std::isnan(shifted))
          shifted = low;
        result.setInt(i, static_cast<int64_t>(std::clamp(shifted, low, high)));
      });
  return Results{result};
}

FailureOr<Results> eval::evalDequantize(ir::DequantizeOp op, Lookup lookup) {
  const Tensor *input = lookup(op.getInput()), *scale = lookup(op.getScale());
  const Tensor *zero = op.getZeroPoint() ? lookup(op.getZeroPoint()) : nullptr;
  if (!input || !scale || (op.getZeroPoint() && !zero))
    return failure();
  Tensor result(cast<RankedTensorType>(op.getResult().getType()));
  auto code = dyn_cast<ir::QType>(input->getElementType());
  bool isFloat = code && code.isFloat();
  forEachScaled(
      input->getShape(), op.getFormat().getBlock(), scale->getShape(),
      [&](int64_t i, int64_t s) {
        float value = isFloat
                          ? decodeFloat(code.getKind(), input->getInt(i) & 0xff)
                          : static_cast<float>(input->getInt(i) -
                                               (zero ? zero->getInt(s) : 0));
        result.setFloat(i, value * static_cast<float>(scale->getFloat(s)));
      });
  return Results{result};
}
