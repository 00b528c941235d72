//===- EvalContraction.cpp - tern.matmul and tern.conv --------------------===//
//
// Integers exactly (an accumulator that does not hold the sum is an error);
// reals in f64, rounded once to the accumulator's f32.
//
//===----------------------------------------------------------------------===//
#include "lib/Eval/OpEval.h"
#include "lib/Eval/ScalarProgram.h"
#include <cmath>

using namespace mlir;
using namespace tern;
using namespace tern::eval;

namespace {

/// Finishes accumulators: range check, epilogue, conversion to the result.
class Finisher {
public:
  Finisher(Operation *op, Type accumulator, Region &epilogue, Tensor result,
           Noise *noise)
      : op(op), accumulator(accumulator), epilogue(epilogue), result(result),
        noise(noise) {}

  LogicalResult prepare(ValueRange extras, ArrayAttr maps, Lookup lookup) {
    if (epilogue.empty())
      return success();
    for (auto [extra, map] :
         llvm::zip(extras, maps ? maps.getValue() : ArrayRef<Attribute>())) {
      const Tensor *tensor = lookup(extra);
      if (!tensor)
        return failure();
      tensors.push_back(*tensor);
      accesses.emplace_back(*tensor, cast<AffineMapAttr>(map).getValue());
    }
    auto compiled = ScalarProgram::compile(epilogue.front(), {lookup});
    if (failed(compiled))
      return failure();
    program.emplace(std::move(*compiled));
    program->setNoise(noise);
    return success();
  }

  /// Stores `sums`, accumulators of consecutive elements along the last
  /// dimension from `indices` on.
  LogicalResult finish(ArrayRef<int64_t> indices, ArrayRef<Scalar> sums) {
    if (accumulator.isInteger(32))
      for (Scalar sum : sums)
        if (sum.i != static_cast<int32_t>(sum.i))
          return op->emitError("expected sums within i32, but got ") << sum.i;
    SmallVector<int64_t> at(indices);
    for (size_t done = 0; done < sums.size();) {
      int count = std::min<size_t>(sums.size() - done, ScalarProgram::chunk);
      if (failed(finishChunk(at, sums.slice(done, count))))
        return failure();
      done += count;
      at.back() += count;
    }
    return success();
  }

private:
  LogicalResult finishChunk(ArrayRef<int64_t> at, ArrayRef<Scalar> sums) {
    int count = static_cast<int>(sums.size());
    int64_t offset = 0;
    for (auto [dim, index] : llvm::zip(result.getShape(), at))
      offset = offset * dim + index;
    if (!program) {
      store(result, offset, 1, count, sums.data());
      return success();
    }
    llvm::copy(sums, program->argument(0));
    unsigned last = at.size() - 1;
    for (size_t n = 0; n < tensors.size(); ++n) {
      Scalar *into = program->argument(n + 1);
      if (std::optional<int64_t> stride = accesses[n].stride(last)) {
        load(tensors[n], accesses[n].offset(at), *stride, count, into);
        continue;
      }
      SmallVector<int64_t> point(at);
      for (int k = 0; k < count; ++k, ++point[last])
        load(tensors[n], accesses[n].offset(point), 1, 1, into + k);
    }
    if (failed(program->run(count)))
      return failure();
    store(result, offset, 1, count, program->result(0));
    return success();
  }

  Operation *op;
  Type accumulator;
  Region &epilogue;
  Tensor result;
  Noise *noise;
  std::vector<Tensor> tensors;
  std::vector<Access> accesses;
  std::optional<ScalarProgram> program;
};

bool isIntegerElement(Type type) {
  auto code = dyn_cast<ir::QType>(type);
  return code ? code.isInteger() : isa<IntegerType>(type);
}

/// Integer elements less a zero point that `zero(i)` gives per element.
std::vector<int32_t> centered(const Tensor &tensor,
                              function_ref<int64_t(int64_t)> zero) {
  std::vector<int32_t> values(tensor.size());
  for (int64_t i = 0; i < tensor.size(); ++i)
    values[i] = static_cast<int32_t>(tensor.getInt(i) - zero(i));
  return values;
}

std::vector<double> reals(const Tensor &tensor) {
  std::vector<double> values(tensor.size());
  for (int64_t i = 0; i < tensor.size(); ++i)
    values[i] = tensor.getFloat(i);
  return values;
}

int64_t dot(const int32_t *a, const int32_t *b, int64_t count) {
  int64_t sum = 0;
  for (int64_t k = 0; k < count; ++k)
    sum += int64_t(a[k]) * b[k];
  return sum;
}

double dot(const double *a, const double *b, int64_t count) {
  double sum = 0;
  for (int64_t k = 0; k < count; ++k)
    sum += a[k] * b[k];
  return sum;
}

/// The dot product as an accumulator of type `type` that may add up in any
/// order, moved by `noise`.
Scalar realSum(Type type, Noise *noise, const double *a, const double *b,
               int64_t count) {
  double sum = dot(a, b, count);
  if (noise) {
    double magnitude = 0;
    for (int64_t k = 0; k < count; ++k)
      magnitude += std::fabs(a[k] * b[k]);
    sum = noise->moveSum(type, sum, count, magnitude);
  }
  return {.f = type.isF64() ? sum : static_cast<float>(sum)};
}

/// Rows of a rank-2 or rank-3 matrix, K last; columns become rows when needed.
template <typename T>
std::vector<T> transposed(const std::vector<T> &from, int64_t batch, int64_t k,
                          int64_t n) {
  std::vector<T> to(from.size());
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t row = 0; row < k; ++row)
      for (int64_t col = 0; col < n; ++col)
        to[(b * n + col) * k + row] = from[(b * k + row) * n + col];
  return to;
}

/// One matmul: sizes, and how to read zero points and scales.
struct Matmul {
  mutable ir::MatmulOp op; // MLIR accessors are not const
  int64_t batch = 1, m = 0, n = 0, k = 0, group = 1, groups = 1;
  bool rhsBatched = false;
  const Tensor *lhs = nullptr, *rhs = nullptr;
  const Tensor *lhsZp = nullptr, *rhsZp = nullptr, *scale = nullptr;
  Noise *noise = nullptr;

  int64_t zeroOf(const Tensor *zp, int64_t row, int64_t g) const {
    int64_t rows = zp->getShape()[0];
    int64_t columns = zp->getShape().size() > 1 ? zp->getShape()[1] : 1;
    return zp->getInt((rows == 1 ? 0 : row) * columns + (columns == 1 ? 0 : g));
  }
  /// Row and k of element `i` of the right-hand side.
  std::pair<int64_t, int64_t> rowAndK(int64_t i) const {
    int64_t inside = i % (n * k);
    if (op.getTransposeB())
      return {inside / k, inside % k};
    return {inside % n, inside / n};
  }
  int64_t lhsZero(int64_t i) const {
    return lhsZp ? lhsZp->getInt(lhsZp->size() == 1 ? 0 : i / k) : 0;
  }
  int64_t rhsZero(int64_t i) const {
    if (!rhsZp)
      return 0;
    auto [row, at] = rowAndK(i);
    return zeroOf(rhsZp, row, at / group);
  }

  template <typename T, typename Sum>
  LogicalResult run(const std::vector<T> &a, std::vector<T> b,
                    Finisher &finisher, Sum sumOf) const {
    if (!op.getTransposeB())
      b = transposed(b, rhsBatched ? batch : 1, k, n);
    bool rank3 = cast<ShapedType>(op.getResults()[0].getType()).getRank() == 3;
    std::vector<Scalar> sums(n);
    for (int64_t i = 0; i < batch; ++i)
      for (int64_t row = 0; row < m; ++row) {
        const T *left = a.data() + (i * m + row) * k;
        for (int64_t col = 0; col < n; ++col)
          sums[col] =
              sumOf(left, b.data() + ((rhsBatched ? i * n : 0) + col) * k, col);
        SmallVector<int64_t> at = {row, 0};
        if (rank3)
          at.insert(at.begin(), i);
        if (n && failed(finisher.finish(at, sums)))
          return failure();
      }
    return success();
  }

  LogicalResult runIntegers(Finisher &finisher) const {
    auto a = centered(*lhs, [&](int64_t i) { return lhsZero(i); });
    auto b = centered(*rhs, [&](int64_t i) { return rhsZero(i); });
    return run(
        a, std::move(b), finisher,
        [&](const int32_t *x, const int32_t *y, int64_t col) {
          if (!scale)
            return Scalar{.i = dot(x, y, k)};
          double sum = 0, magnitude = 0;
          for (int64_t g = 0; g < groups; ++g) {
            int64_t from = g * group;
            int64_t part = dot(x + from, y + from, std::min(group, k - from));
            double term =
                double(float(part)) * scale->getFloat(col * groups + g);
            sum += term;
            magnitude += std::fabs(term);
          }
          if (noise)
            sum = noise->moveSum(op.getAccumulator(), sum, groups, magnitude);
          return Scalar{.f = static_cast<float>(sum)};
        });
  }

  LogicalResult runReals(Finisher &finisher) const {
    std::vector<double> a = isIntegerElement(lhs->getElementType())
                                ? std::vector<double>()
                                : reals(*lhs);
    if (a.empty() && lhs->size()) {
      auto codes = centered(*lhs, [&](int64_t i) { return lhsZero(i); });
      a.assign(codes.begin(), codes.end());
    }
    std::vector<double> b(rhs->size());
    bool codes = isIntegerElement(rhs->getElementType());
    for (int64_t i = 0; i < rhs->size(); ++i) {
      auto [row, at] = rowAndK(i);
      float value = codes ? static_cast<float>(rhs->getInt(i) - rhsZero(i))
                          : static_cast<float>(rhs->getFloat(i));
      if (scale)
        value *= static_cast<float>(scale->getFloat(row * groups + at / group));
      b[i] = value;
    }
    return run(a, std::move(b), finisher,
               [&](const double *x, const double *y, int64_t) {
                 return realSum(op.getAccumulator(), noise, x, y, k);
               });
  }
};

} // namespace

FailureOr<Results> eval::evalMatmul(ir::MatmulOp op, Lookup lookup,
                                    Noise *noise) {
  Matmul matmul;
  matmul.op = op;
  matmul.noise = noise;
  matmul.lhs = lookup(op.getLhs());
  matmul.rhs = lookup(op.getRhs());
  if (!matmul.lhs || !matmul.rhs)
    return failure();
  for (auto [value, tensor] : {std::pair(op.getLhsZp(), &matmul.lhsZp),
                               std::pair(op.getRhsZp(), &matmul.rhsZp),
                               std::pair(op.getRhsScale(), &matmul.scale)})
    if (value && !(*tensor = lookup(value)))
      return failure();
  ArrayRef<int64_t> lhs = matmul.lhs->getShape(), rhs = matmul.rhs->getShape();
  matmul.k = lhs.back();
  matmul.m = lhs[lhs.size() - 2];
  matmul.batch = lhs.size() == 3 ? lhs[0] : 1;
  matmul.n = op.getTransposeB() ? rhs[rhs.size() - 2] : rhs.back();
  matmul.rhsBatched = rhs.size() == 3;
  matmul.group =
      op.getGroup() ? *op.getGroup() : std::max<int64_t>(matmul.k, 1);
  matmul.groups = llvm::divideCeil(matmul.k, matmul.group);

  Tensor result(cast<RankedTensorType>(op.getResults()[0].getType()));
  Finisher finisher(op, op.getAccumulator(), op.getEpilogue(), result, noise);
  if (failed(finisher.prepare(op.getExtras(), op.getExtraMapsAttr(), lookup)))
    return failure();
  bool integers = isIntegerElement(matmul.lhs->getElementType()) &&
                  isIntegerElement(matmul.rhs->getElementType());
  if (failed(integers ? matmul.runIntegers(finisher)
                      : matmul.runReals(finisher)))
    return failure();
  return Results{result};
}

namespace {

/// One convolution over any number of spatial dimensions, as a gather of the
/// window's elements and a dot product per output channel.
struct Conv {
  mutable ir::ConvOp op; // MLIR accessors are not const
  ArrayRef<int64_t> in, filter, out;
  SmallVector<int64_t> window; ///< kernel sizes
  int64_t groups, perGroup, outPerGroup;

  explicit Conv(ir::ConvOp op, ArrayRef<int64_t> in, ArrayRef<int64_t> filter,
                ArrayRef<int64_t> out)
      : op(op), in(in), filter(filter), out(out), window(filter.drop_front(2)),
        groups(op.getGroups()), perGroup(filter[1]),
        outPerGroup(filter[0] / groups) {}

  /// Copies the window at output position `at` (n, o, e...) of `group` into
  /// `into`, zeros where it is padded.
  template <typename T>
  void gather(const std::vector<T> &values, ArrayRef<int64_t> at, int64_t group,
              std::vector<T> &into) const {
    size_t spatial = window.size();
    size_t next = 0;
    for (int64_t c = 0; c < perGroup; ++c) {
      int64_t plane = at[0] * in[1] + group * perGroup + c;
      (void)forEachPoint(window, [&](ArrayRef<int64_t> k) {
        int64_t offset = plane;
        bool inside = true;
        for (size_t d = 0; d < spatial; ++d) {
          int64_t position = at[2 + d] * op.getStrides()[d] - op.getPads()[d] +
                             k[d] * op.getDilations()[d];
          inside &= position >= 0 && position < in[2 + d];
          offset = offset * in[2 + d] + position;
        }
        into[next++] = inside ? values[offset] : T(0);
        return success();
      });
    }
  }

  template <typename T, typename Sum>
  LogicalResult run(const std::vector<T> &values, const std::vector<T> &weights,
                    Finisher &finisher, Sum sumOf) const {
    int64_t depth = perGroup;
    for (int64_t size : window)
      depth *= size;
    std::vector<T> column(depth);
    // Sums of one row of the last spatial dimension, per output channel.
    int64_t width = out.back();
    SmallVector<int64_t> outer(out);
    outer[1] = groups;
    outer.back() = 1;
    std::vector<std::vector<Scalar>> rows(outPerGroup,
                                          std::vector<Scalar>(width));
    return forEachPoint(outer, [&](ArrayRef<int64_t> point) {
      SmallVector<int64_t> at(point);
      int64_t group = point[1];
      for (int64_t x = 0; x < width; ++x) {
        at.back() = x;
        gather(values, at, group, column);
        for (int64_t o = 0; o < outPerGroup; ++o)
          rows[o][x] =
              sumOf(column.data(),
                    weights.data() + (group * outPerGroup + o) * depth, depth);
      }
      at.back() = 0;
      for (int64_t o = 0; o < outPerGroup; ++o) {
        at[1] = group * outPerGroup + o;
        if (failed(finisher.finish(at, rows[o])))
          return failure();
      }
      return success();
    });
  }
};

} // namespace

FailureOr<Results> eval::evalConv(ir::ConvOp op, Lookup lookup, Noise *noise) {
  const Tensor *input = lookup(op.getInput()), *filter = lookup(op.getFilter());
  const Tensor *inputZp = nullptr, *filterZp = nullptr;
  if (!input || !filter)
    return failure();
  if (op.getInputZp() && !(inputZp = lookup(op.getInputZp())))
    return failure();
  if (op.getFilterZp() && !(filterZp = lookup(op.getFilterZp())))
    return failure();
  Tensor result(cast<RankedTensorType>(op.getResults()[0].getType()));
  Finisher finisher(op, op.getAccumulator(), op.getEpilogue(), result, noise);
  if (failed(finisher.prepare(op.getExtras(), op.getExtraMapsAttr(), lookup)))
    return failure();
  Conv conv(op, input->getShape(), filter->getShape(), result.getShape());
  LogicalResult done = failure();
  if (isIntegerElement(input->getElementType()) &&
      isIntegerElement(filter->getElementType())) {
    int64_t perRow =
        filter->size() / std::max<int64_t>(filter->getShape()[0], 1);
    auto values = centered(
        *input, [&](int64_t) { return inputZp ? inputZp->getInt(0) : 0; });
    auto weights = centered(*filter, [&](int64_t i) {
      return filterZp ? filterZp->getInt(filterZp->size() == 1 ? 0 : i / perRow)
                      : 0;
    });
    done = conv.run(values, weights, finisher,
                    [](const int32_t *x, const int32_t *y, int64_t depth) {
                      return Scalar{.i = dot(x, y, depth)};
                    });
  } else {
    auto real = [](const Tensor &t, const Tensor *zp) {
      std::vector<double> values = reals(t);
      int64_t perZero = t.size() / std::max<int64_t>(zp ? zp->size() : 1, 1);
      for (int64_t i = 0; zp && i < t.size(); ++i)
        values[i] -= static_cast<double>(zp->getInt(i / perZero));
      return values;
    };
    done = conv.run(real(*input, inputZp), real(*filter, filterZp), finisher,
                    [&](const double *x, const double *y, int64_t depth) {
                      return realSum(op.getAccumulator(), noise, x, y, depth);
                    });
  }
  if (failed(done))
    return failure();
  return Results{result};
}
