//===- Loss.cpp - NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss ------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Normalize.h"
#include "passes/Graph/Ops/ScalarMath.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

namespace {
/// The losses of one target each, and their weights, of the targets' shape.
struct Losses {
  Value losses, weights;
};
} // namespace

/// Checks that targets are integers of the scores' shape without the classes.
static LogicalResult checkTargets(Expansion &e) {
  if (e.rank(0) < 2)
    return e.refuse("expected scores of batches and classes");
  Shape shape(e.shape(0));
  shape.erase(shape.begin() + 1);
  if (!e.elementType(1).isInteger(32) && !e.elementType(1).isInteger(64))
    return refuseType(e, 1, "targets of int32 or int64");
  if (e.shape(1) != ArrayRef<int64_t>(shape))
    return e.refuse("expected targets of the scores' shape without classes");
  if (e.has(2) && product(e.shape(2)) != e.shape(0)[1])
    return e.refuse("expected a weight for each of " + Twine(e.shape(0)[1]) +
                    " classes");
  return success();
}

/// The weight of each target; 0 for the one to ignore.
static Value targetWeights(Expansion &e, Type type) {
  LocBuilder &b = e.b;
  int64_t classes = e.shape(0)[1];
  Value weights;
  if (e.has(2))
    weights = convert(b, reshape(b, e.operand(2), {classes}), type);
  return elementwise(
      b, e.operand(1), type, [&](LocBuilder &inner, ValueRange args) -> Value {
        Value weight = scalarConstant(inner, type, 1.0);
        if (weights)
          weight = inner.create<tensor::ExtractOp>(
              weights, indexInto(inner, args[0], classes));
        if (!e.hasAttr("ignore_index"))
          return weight;
        Value ignored = scalarConstant(inner, args[0].getType(),
                                       e.intAttr("ignore_index", 0));
        Value isIgnored = inner.create<arith::CmpIOp>(arith::CmpIPredicate::eq,
                                                      args[0], ignored);
        return inner.create<arith::SelectOp>(
            isIgnored, scalarConstant(inner, type, 0.0), weight);
      });
}

/// -score of the target's class, times its weight.
static Losses lossesOf(Expansion &e, Value scores) {
  LocBuilder &b = e.b;
  Type type = elementOf(scores);
  int64_t classes = e.shape(0)[1];
  Losses result;
  result.weights = targetWeights(e, type);
  result.losses = elementwise(
      b, {e.operand(1), result.weights}, type,
      [&](LocBuilder &inner, ValueRange args) -> Value {
        SmallVector<Value> at;
        for (int64_t i = 0; i < e.rank(1); ++i)
          at.push_back(inner.create<linalg::IndexOp>(i));
        at.insert(at.begin() + 1, indexInto(inner, args[0], classes));
        Scalar score{inner, inner.create<tensor::ExtractOp>(scores, at)};
        Scalar weight{inner, args[1]};
        Value loss = (-score * weight).v;
        // A score of -inf is ignored as any other.
        return weight
            .select(arith::CmpFPredicate::OEQ, 0, weight.like(0),
                    Scalar{inner, loss})
            .v;
      });
  return result;
}

static Value sumAll(LocBuilder &b, Value x) {
  Shape axes = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(x).size()));
  return reduce(b, x, axes, /*keepDims=*/false,
                scalarConstant(b, elementOf(x), 0.0),
                [](LocBuilder &inner, ValueRange args) -> Value {
                  return inner.create<arith::AddFOp>(args[0], args[1]);
                });
}

/// Result 0: the losses, their sum, or their weighted mean.
static LogicalResult reduceLosses(Expansion &e, const Losses &all) {
  LocBuilder &b = e.b;
  std::string reduction = e.stringAttr("reduction", "mean");
  Value result = all.losses;
  if (reduction == "sum" || reduction == "mean")
    result = sumAll(b, all.losses);
  else if (reduction != "none")
    return e.refuse("expected reduction to be none, sum or mean, but got '" +
                    reduction + "'");
  if (reduction == "mean")
    result = compute(b, {result, sumAll(b, all.weights)}, elementOf(result),
                     [](LocBuilder &inner, ValueRange args) -> Value {
                       return inner.create<arith::DivFOp>(args[0], args[1]);
                     });
  e.result(0, convert(b, result, e.elementType(0)));
  return success();
}

template <bool withSoftmax> static LogicalResult expandLoss(Expansion &e) {
  FailureOr<Value> scores = wideOperand(e, 0);
  if (failed(scores) || failed(checkTargets(e)))
    return failure();
  if (withSoftmax) {
    scores = logSoftmax(e.b, *scores, {1});
    if (e.numResults() > 1)
      e.result(1, convert(e.b, *scores, e.elementType(0)));
  }
  return reduceLosses(e, lossesOf(e, *scores));
}

ArrayRef<OperatorRow> graph::lossOperators() {
  static const OperatorRow rows[] = {
      {"", "NegativeLogLikelihoodLoss", 12, 0, expandLoss<false>, first(2)},
      {"", "SoftmaxCrossEntropyLoss", 12, 0, expandLoss<true>, first(2)},
  };
  return rows;
}
