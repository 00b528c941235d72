//===- EvalGeneric.cpp - linalg.generic -----------------------------------===//
#include "lib/Eval/OpEval.h"
#include "lib/Eval/ScalarProgram.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/OwningOpRef.h"
#include <cmath>

using namespace mlir;
using namespace tern;
using namespace tern::eval;

LogicalResult
eval::forEachPoint(ArrayRef<int64_t> sizes,
                   function_ref<LogicalResult(ArrayRef<int64_t>)> body) {
  if (llvm::is_contained(sizes, 0))
    return success();
  SmallVector<int64_t> indices(sizes.size(), 0);
  while (true) {
    if (failed(body(indices)))
      return failure();
    int dim = static_cast<int>(sizes.size()) - 1;
    for (; dim >= 0 && ++indices[dim] == sizes[dim]; --dim)
      indices[dim] = 0;
    if (dim < 0)
      return success();
  }
}

/// Whether an expression is a sum of dimensions times constants.
static bool isLinear(AffineExpr expr) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return true;
  if (binary.getKind() == AffineExprKind::Add)
    return isLinear(binary.getLHS()) && isLinear(binary.getRHS());
  return binary.getKind() == AffineExprKind::Mul && isLinear(binary.getLHS());
}

Access::Access(const Tensor &tensor, AffineMap map) : map(map) {
  int64_t stride = 1;
  tensorStrides.resize(tensor.getShape().size());
  for (int d = static_cast<int>(tensorStrides.size()) - 1; d >= 0; --d) {
    tensorStrides[d] = stride;
    stride *= tensor.getShape()[d];
  }
  linear = llvm::all_of(map.getResults(), isLinear);
  if (!linear)
    return;
  auto at = [&](ArrayRef<int64_t> point) {
    int64_t sum = 0;
    for (auto [index, step] : llvm::zip(map.compose(point), tensorStrides))
      sum += index * step;
    return sum;
  };
  SmallVector<int64_t> point(map.getNumDims(), 0);
  base = at(point);
  for (unsigned d = 0; d < map.getNumDims(); ++d) {
    point[d] = 1;
    strides.push_back(at(point) - base);
    point[d] = 0;
  }
}

int64_t Access::offset(ArrayRef<int64_t> indices) const {
  int64_t sum = base;
  if (linear) {
    for (auto [index, stride] : llvm::zip(indices, strides))
      sum += index * stride;
    return sum;
  }
  for (auto [index, stride] : llvm::zip(map.compose(indices), tensorStrides))
    sum += index * stride;
  return sum;
}

std::optional<int64_t> Access::stride(unsigned dim) const {
  if (!linear)
    return std::nullopt;
  return strides[dim];
}

namespace {

/// The loops of one linalg.generic: reductions stay in program order, and the
/// last parallel loop runs in chunks inside everything else.
class GenericLoops {
public:
  GenericLoops(linalg::GenericOp op, ScalarProgram &program,
               std::vector<Access> accesses, std::vector<Tensor> tensors)
      : op(op), program(program), accesses(std::move(accesses)),
        tensors(std::move(tensors)), sizes(op.getStaticLoopRanges()) {
    auto kinds = op.getIteratorTypesArray();
    for (auto [d, kind] : llvm::enumerate(kinds))
      if (kind == utils::IteratorType::parallel)
        chunked = static_cast<int>(d);
    for (auto [d, kind] : llvm::enumerate(kinds))
      if (kind == utils::IteratorType::parallel && int(d) != chunked)
        order.push_back(d);
    for (auto [d, kind] : llvm::enumerate(kinds))
      if (kind != utils::IteratorType::parallel)
        order.push_back(d);
  }

  LogicalResult run() {
    SmallVector<int64_t> outer;
    for (unsigned d : order)
      outer.push_back(sizes[d]);
    int64_t inner = chunked < 0 ? 1 : sizes[chunked];
    SmallVector<int64_t> indices(sizes.size(), 0);
    return forEachPoint(outer, [&](ArrayRef<int64_t> point) {
      for (auto [d, index] : llvm::zip(order, point))
        indices[d] = index;
      for (int64_t at = 0; at < inner; at += ScalarProgram::chunk) {
        if (chunked >= 0)
          indices[chunked] = at;
        int count = static_cast<int>(
            std::min<int64_t>(inner - at, ScalarProgram::chunk));
        if (failed(runChunk(indices, count)))
          return failure();
      }
      return success();
    });
  }

private:
  /// Moves operand `n` between memory and registers for one chunk.
  template <typename Move>
  void move(unsigned n, SmallVectorImpl<int64_t> &indices, int count,
            Scalar *registers, Move one) {
    std::optional<int64_t> stride =
        chunked < 0 ? 0 : accesses[n].stride(chunked);
    if (stride) {
      one(tensors[n], accesses[n].offset(indices), *stride, count, registers);
      return;
    }
    int64_t at = indices[chunked];
    for (int k = 0; k < count; ++k) {
      indices[chunked] = at + k;
      one(tensors[n], accesses[n].offset(indices), 1, 1, registers + k);
    }
    indices[chunked] = at;
  }

  LogicalResult runChunk(SmallVectorImpl<int64_t> &indices, int count) {
    for (unsigned n = 0; n < tensors.size(); ++n)
      move(n, indices, count, program.argument(n), load);
    for (unsigned d = 0; d < indices.size(); ++d)
      if (Scalar *positions = program.index(d))
        for (int k = 0; k < count; ++k)
          positions[k].i = indices[d] + (int(d) == chunked ? k : 0);
    if (failed(program.run(count)))
      return failure();
    unsigned inputs = op.getNumDpsInputs();
    for (unsigned r = 0; r < program.numResults(); ++r)
      move(inputs + r, indices, count, program.result(r),
           [](const Tensor &t, int64_t offset, int64_t stride, int n,
              Scalar *from) { store(t, offset, stride, n, from); });
    return success();
  }

  linalg::GenericOp op;
  ScalarProgram &program;
  std::vector<Access> accesses;
  std::vector<Tensor> tensors;
  SmallVector<int64_t> sizes;
  SmallVector<unsigned> order;
  int chunked = -1;
};

} // namespace

/// The operand that `combiner` adds to, or multiplies into, output `out`; null
/// when it does neither.
static OpOperand *otherOperand(Operation *combiner, Value out) {
  if (!isa_and_nonnull<arith::AddFOp, arith::MulFOp>(combiner))
    return nullptr;
  for (unsigned i = 0; i < 2; ++i)
    if (combiner->getOperand(1 - i) == out)
      return &combiner->getOpOperand(i);
  return nullptr;
}

/// The sums of absolute values that belong to result `r`, which sums up.
static FailureOr<Tensor> magnitudes(linalg::GenericOp op, unsigned r,
                                    Lookup lookup) {
  OwningOpRef<linalg::GenericOp> copy(cast<linalg::GenericOp>(op->clone()));
  Block *body = copy->getBody();
  Operation *add = body->getTerminator()->getOperand(r).getDefiningOp();
  OpOperand *term = otherOperand(add, copy->getRegionOutputArgs()[r]);
  OpBuilder b(add);
  Value negative = b.create<arith::NegFOp>(op.getLoc(), term->get());
  term->set(b.create<arith::MaximumFOp>(op.getLoc(), term->get(), negative));
  FailureOr<Results> results = evalGeneric(*copy, lookup, nullptr);
  if (failed(results))
    return failure();
  return (*results)[r];
}

/// Moves float reductions, whose order a target chooses.
static LogicalResult moveReductions(linalg::GenericOp op, Results &results,
                                    Lookup lookup, Noise &noise) {
  int64_t terms = 1;
  for (auto [size, kind] :
       llvm::zip(op.getStaticLoopRanges(), op.getIteratorTypesArray()))
    if (kind == utils::IteratorType::reduction)
      terms *= size;
  for (auto [r, result] : llvm::enumerate(results)) {
    Operation *combiner =
        op.getBody()->getTerminator()->getOperand(r).getDefiningOp();
    Type element = result.getElementType();
    if (terms <= 1 || !isa<FloatType>(element) ||
        !otherOperand(combiner, op.getRegionOutputArgs()[r]))
      continue; // minima and maxima have no order
    FailureOr<Tensor> magnitude = isa<arith::AddFOp>(combiner)
                                      ? magnitudes(op, r, lookup)
                                      : FailureOr<Tensor>(result);
    if (failed(magnitude))
      return failure();
    for (int64_t i = 0; i < result.size(); ++i)
      result.setFloat(i, noise.moveSum(element, result.getFloat(i), terms,
                                       std::fabs(magnitude->getFloat(i))));
  }
  return success();
}

FailureOr<Results> eval::evalGeneric(linalg::GenericOp op, Lookup lookup,
                                     Noise *noise) {
  std::vector<Access> accesses;
  std::vector<Tensor> tensors;
  Results results;
  for (OpOperand &operand : op->getOpOperands()) {
    const Tensor *tensor = lookup(operand.get());
    if (!tensor)
      return failure();
    Tensor used = *tensor;
    if (op.isDpsInit(&operand)) { // updated in place: on a copy
      used = Tensor(tensor->getType());
      std::memcpy(used.data(), tensor->data(), tensor->sizeInBytes());
      results.push_back(used);
    }
    accesses.emplace_back(used, op.getMatchingIndexingMap(&operand));
    tensors.push_back(used);
  }
  auto program = ScalarProgram::compile(*op.getBody(), {lookup});
  if (failed(program))
    return failure();
  program->setNoise(noise);
  GenericLoops loops(op, *program, std::move(accesses), std::move(tensors));
  if (failed(loops.run()))
    return failure();
  if (noise && failed(moveReductions(op, results, lookup, *noise)))
    return failure();
  return results;
}
