//===- Fourier.cpp - DFT, STFT, windows -----------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Graph/Ops/Families.h"
#include "passes/Graph/Ops/Normalize.h"
#include "passes/Graph/Ops/ScalarMath.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

static constexpr double pi = 3.14159265358979323846;

namespace {
/// A Fourier transform of `length` numbers to `bins`, as matrices: transforms
/// of the lengths that models have are products, like everything else.
struct Transform {
  int64_t length, bins;
  bool inverse;
};

/// Values, of lines x length; `imaginary` is null when it is zero.
struct Complex {
  Value real, imaginary;
};
} // namespace

/// cos (or sin) of 2 pi n k / length, bins x length; the angle is reduced in
/// integers first.
static Value basis(Expansion &e, Type type, const Transform &t, bool sine) {
  eval::Tensor table(tensorOf({t.bins, t.length}, type));
  for (int64_t k = 0; k < t.bins; ++k)
    for (int64_t n = 0; n < t.length; ++n) {
      double angle = 2 * pi * double(k * n % t.length) / double(t.length);
      table.setFloat(k * t.length + n,
                     sine ? std::sin(angle) : std::cos(angle));
    }
  return e.tensorConstant(table);
}

static Value combine(LocBuilder &b, Value x, Value y, double factor,
                     double scale) {
  return compute(b, {x, y}, elementOf(x),
                 [&](LocBuilder &inner, ValueRange args) {
                   Scalar first{inner, args[0]}, second{inner, args[1]};
                   return ((first + second * factor) * scale).v;
                 });
}

static Value scaled(LocBuilder &b, Value x, double scale) {
  return compute(b, x, elementOf(x), [&](LocBuilder &inner, ValueRange args) {
    return (Scalar{inner, args[0]} * scale).v;
  });
}

/// sum over n of x[n] * exp(-+ 2 pi i n k / length), over length when inverse.
static Complex transform(Expansion &e, Complex x, const Transform &t) {
  LocBuilder &b = e.b;
  Type type = elementOf(x.real);
  Value cosines = basis(e, type, t, false), sines = basis(e, type, t, true);
  double sign = t.inverse ? 1 : -1;
  double scale = t.inverse ? 1.0 / double(t.length) : 1;
  auto times = [&](Value lines, Value table) {
    return floatMatmul(b, lines, table, /*transposeB=*/true);
  };
  Complex y;
  if (!x.imaginary) {
    y.real = scaled(b, times(x.real, cosines), scale);
    y.imaginary = scaled(b, times(x.real, sines), sign * scale);
    return y;
  }
  y.real = combine(b, times(x.real, cosines), times(x.imaginary, sines), -sign,
                   scale);
  y.imaginary = combine(b, times(x.imaginary, cosines), times(x.real, sines),
                        sign, scale);
  return y;
}

/// ... x length x parts as lines x length, one part.
static Value linesOf(LocBuilder &b, Value x, int64_t part) {
  ArrayRef<int64_t> shape = shapeOf(x);
  int64_t parts = shape.back(), length = shape[shape.size() - 2];
  int64_t lines = product(shape.drop_back(2));
  Value all = reshape(b, x, {lines, length, parts});
  return reshape(b, slice(b, all, {0, 0, part}, {lines, length, 1}),
                 {lines, length});
}

/// Cuts or fills up with zeros to `length` along dimension `axis`.
static Value resizeTo(LocBuilder &b, Value x, int64_t axis, int64_t length) {
  Shape shape(shapeOf(x)), zeros(shape.size(), 0), high(zeros);
  high[axis] = std::max<int64_t>(length - shape[axis], 0);
  x = padConstant(b, x, zeros, high, 0.0);
  shape[axis] = length;
  return slice(b, x, zeros, shape);
}

/// The whole spectrum of a real signal from its first half: bin length - k is
/// the conjugate of bin k.
static Complex wholeSpectrum(LocBuilder &b, Complex x, int64_t length) {
  auto mirrored = [&](Value half, double factor) {
    ArrayRef<int64_t> shape = shapeOf(half);
    int64_t bins = shape[1];
    if (length == bins)
      return half;
    Value rest = gatherBy(
        b, half, {shape[0], length - bins},
        [&](LocBuilder &inner, ValueRange at, SmallVectorImpl<Value> &from) {
          from.push_back(at[0]);
          from.push_back(inner.create<arith::SubIOp>(
              indexConstant(inner, length - bins), at[1]));
        });
    return concat(b, {half, scaled(b, rest, factor)}, 1);
  };
  return {mirrored(x.real, 1), mirrored(x.imaginary, -1)};
}

//===----------------------------------------------------------------------===//
// DFT
//===----------------------------------------------------------------------===//

/// The axis: an attribute until opset 19, then operand 2.
static FailureOr<int64_t> axisOf(Expansion &e) {
  int64_t rank = e.rank(0), axis = -2;
  if (e.version() < 20)
    axis = e.intAttr("axis", 1);
  else if (e.has(2)) {
    FailureOr<int64_t> given = constantInt(e, 2, "the axis");
    if (failed(given))
      return failure();
    axis = *given;
  }
  auto normal = normalizeAxis(axis, rank);
  if (normal && *normal + 1 < rank)
    return *normal;
  return e.refuse("expected an axis before the last of " + Twine(rank) +
                  ", but got " + Twine(axis));
}

static LogicalResult expandDFT(Expansion &e) {
  FailureOr<Value> x = wideOperand(e, 0);
  FailureOr<int64_t> axis = failure();
  if (failed(x) || failed(axis = axisOf(e)))
    return failure();
  int64_t rank = e.rank(0), parts = e.shape(0).back();
  bool inverse = e.intAttr("inverse", 0) != 0;
  bool oneSided = e.intAttr("onesided", 0) != 0;
  if ((parts != 1 && parts != 2) || (oneSided && !inverse && parts == 2) ||
      (oneSided && inverse && parts == 1))
    return e.refuse("expected real or complex numbers as the last dimension, "
                    "and real ones on the whole side of a one-sided transform");
  int64_t length = e.shape(0)[*axis];
  if (oneSided && inverse)
    length = 2 * (length - 1);
  if (e.has(1)) {
    FailureOr<int64_t> given = constantInt(e, 1, "dft_length");
    if (failed(given))
      return failure();
    length = *given;
  }
  if (length < 1)
    return e.refuse("expected a positive length, but got " + Twine(length));
  LocBuilder &b = e.b;
  Shape order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(order[*axis], order[rank - 2]);
  Value last = transpose(b, *x, order);
  int64_t half = length / 2 + 1;
  last = resizeTo(b, last, rank - 2, oneSided && inverse ? half : length);
  Complex lines = {linesOf(b, last, 0),
                   parts == 2 ? linesOf(b, last, 1) : Value()};
  if (oneSided && inverse)
    lines = wholeSpectrum(b, lines, length);
  int64_t bins = oneSided && !inverse ? half : length;
  Complex y = transform(e, lines, {length, bins, inverse});
  Shape shape(shapeOf(last));
  shape[rank - 2] = bins;
  shape[rank - 1] = 1;
  Value result = reshape(b, y.real, shape);
  if (!(oneSided && inverse))
    result = concat(b, {result, reshape(b, y.imaginary, shape)}, rank - 1);
  e.result(0, convert(b, transpose(b, result, order), e.elementType(0)));
  return success();
}

//===----------------------------------------------------------------------===//
// STFT
//===----------------------------------------------------------------------===//

/// batch x length x parts as (batch * frames) x length of a frame.
static Value framesOf(Expansion &e, Value x, int64_t part, int64_t frames,
                      int64_t step, int64_t size, Value window) {
  LocBuilder &b = e.b;
  int64_t batch = shapeOf(x)[0];
  Value result = gatherBy(
      b, x, {batch, frames, size},
      [&](LocBuilder &inner, ValueRange at, SmallVectorImpl<Value> &from) {
        Value start =
            inner.create<arith::MulIOp>(at[1], indexConstant(inner, step));
        from.push_back(at[0]);
        from.push_back(inner.create<arith::AddIOp>(start, at[2]));
        from.push_back(indexConstant(inner, part));
      });
  if (window)
    result = compute(b, {result, window}, elementOf(result),
                     [](LocBuilder &inner, ValueRange args) -> Value {
                       return inner.create<arith::MulFOp>(args[0], args[1]);
                     });
  return reshape(b, result, {batch * frames, size});
}

/// The size of a frame: operand 3, or the window's.
static FailureOr<int64_t> frameLength(Expansion &e) {
  if (e.has(3))
    return constantInt(e, 3, "frame_length");
  if (e.has(2) && e.rank(2) == 1)
    return e.shape(2)[0];
  return e.refuse("expected a window or a frame_length");
}

static LogicalResult expandSTFT(Expansion &e) {
  FailureOr<Value> x = wideOperand(e, 0);
  FailureOr<int64_t> step = failure(), size = failure();
  if (failed(x) || failed(step = constantInt(e, 1, "frame_step")) ||
      failed(size = frameLength(e)))
    return failure();
  LocBuilder &b = e.b;
  Shape shape(e.shape(0));
  if (shape.size() == 2)
    shape.push_back(1);
  if (shape.size() != 3 || (shape[2] != 1 && shape[2] != 2))
    return e.refuse("expected a signal of batch x length x 1 or 2");
  if (*step < 1 || *size < 1 || *size > shape[1])
    return e.refuse(
        "expected frames inside of the signal, and a positive step");
  if (e.has(2) && (e.rank(2) != 1 || e.shape(2)[0] != *size))
    return e.refuse("expected a window of the frame's length");
  bool oneSided = e.intAttr("onesided", 1) != 0;
  if (oneSided && shape[2] == 2)
    return e.refuse("expected onesided = 0 for complex signals, but got 1");
  Value signal = reshape(b, *x, shape), window;
  if (e.has(2))
    window = convert(b, e.operand(2), elementOf(*x));
  int64_t frames = (shape[1] - *size) / *step + 1;
  Complex lines;
  lines.real = framesOf(e, signal, 0, frames, *step, *size, window);
  if (shape[2] == 2)
    lines.imaginary = framesOf(e, signal, 1, frames, *step, *size, window);
  int64_t bins = oneSided ? *size / 2 + 1 : *size;
  Complex y = transform(e, lines, {*size, bins, false});
  Shape part = {shape[0], frames, bins, 1};
  Value result =
      concat(b, {reshape(b, y.real, part), reshape(b, y.imaginary, part)}, 3);
  e.result(0, convert(b, result, e.elementType(0)));
  return success();
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

enum class WindowKind { Hann, Hamming, Blackman };

/// a0 - a1 cos(2 pi n / N) + a2 cos(4 pi n / N), at compile time.
template <WindowKind kind> static LogicalResult expandWindow(Expansion &e) {
  FailureOr<int64_t> size = constantInt(e, 0, "the size");
  if (failed(size))
    return failure();
  int64_t type = e.intAttr("output_datatype", 1);
  Type element = type == 1    ? Type(e.b.getF32Type())
                 : type == 11 ? Type(e.b.getF64Type())
                 : type == 10 ? Type(e.b.getF16Type())
                              : Type();
  if (!element || *size < 1)
    return e.refuse("expected a positive size, and a float type");
  double a0 = 0.5, a1 = 0.5, a2 = 0;
  if (kind == WindowKind::Hamming)
    a0 = 25.0 / 46.0, a1 = 1 - a0;
  if (kind == WindowKind::Blackman)
    a0 = 0.42, a1 = 0.5, a2 = 0.08;
  int64_t count = e.intAttr("periodic", 1) ? *size : *size - 1;
  eval::Tensor window(tensorOf({*size}, element));
  for (int64_t n = 0; n < *size; ++n) {
    double angle = 2 * pi * double(n) / double(std::max<int64_t>(count, 1));
    window.setFloat(n, a0 - a1 * std::cos(angle) + a2 * std::cos(2 * angle));
  }
  e.result(0, e.tensorConstant(window));
  return success();
}

ArrayRef<OperatorRow> graph::fourierOperators() {
  static const OperatorRow rows[] = {
      {"", "DFT", 17, 0, expandDFT},
      {"", "STFT", 17, 0, expandSTFT, first(2)},
      {"", "HannWindow", 17, 0, expandWindow<WindowKind::Hann>},
      {"", "HammingWindow", 17, 0, expandWindow<WindowKind::Hamming>},
      {"", "BlackmanWindow", 17, 0, expandWindow<WindowKind::Blackman>},
  };
  return rows;
}
