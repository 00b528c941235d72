//===- FloatError.cpp - How far a quantized model is from the float one ---===//
#include "lib/Driver/FloatError.h"
#include "lib/Eval/Eval.h"
#include "llvm/Support/Format.h"
#include <cmath>

using namespace mlir;
using namespace tern;

static int64_t greatestOf(const eval::Tensor &tensor, int64_t from,
                          int64_t count) {
  int64_t best = from;
  for (int64_t i = from; i < from + count; ++i)
    if (tensor.getFloat(i) > tensor.getFloat(best))
      best = i;
  return best;
}

FloatError tern::floatError(const eval::Tensor &exact,
                            const eval::Tensor &got) {
  FloatError error;
  double difference = 0, norm = 0;
  for (int64_t i = 0; i < exact.size(); ++i) {
    double wanted = exact.getFloat(i), delta = got.getFloat(i) - wanted;
    difference += delta * delta;
    norm += wanted * wanted;
    error.greatest = std::max(error.greatest, std::fabs(delta));
  }
  if (difference > 0)
    error.relative = std::sqrt(difference / norm);
  int64_t columns = exact.getShape().empty() ? 1 : exact.getShape().back();
  error.rows = columns ? exact.size() / columns : 0;
  for (int64_t row = 0; row < error.rows; ++row)
    error.sameChoice += greatestOf(exact, row * columns, columns) ==
                        greatestOf(got, row * columns, columns);
  return error;
}

LogicalResult tern::printFloatError(const Session &session,
                                    ArrayRef<eval::Tensor> outputs,
                                    raw_ostream &os) {
  ModuleOp module = *session.floatModule;
  auto exact = eval::Evaluator(module).run(
      module.lookupSymbol<func::FuncOp>("main"), session.inputs);
  if (failed(exact))
    return failure();
  for (auto [name, wanted, got] :
       llvm::zip(session.outputNames, *exact, outputs)) {
    FloatError error = floatError(wanted, got);
    os << "output " << name << ", against the float model: relative error "
       << llvm::format("%.3g", error.relative) << ", greatest error "
       << llvm::format("%.3g", error.greatest) << ", " << error.sameChoice
       << " of " << error.rows << " rows have the same greatest element\n";
  }
  return success();
}
