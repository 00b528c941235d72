//===- SlidingWindow.cpp - Places of an image, window after window --------===//
//
// A ring of rows holds what the windows of one row of results need. Rows come
// in as they are first needed; then every window of the row goes out.
//
//===----------------------------------------------------------------------===//
#include "passes/Lowering/Spatial/Matrix.h"
#include "passes/Lowering/Spatial/StageWriters.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

namespace {
/// A window over a plane; one spatial dimension is a plane of one row.
struct Plane {
  explicit Plane(const Window &w) {
    unsigned last = w.kernel.size() - 1;
    bool flat = last == 0;
    auto first = [&](ArrayRef<int64_t> list, int64_t absent) {
      return flat ? absent : list[0];
    };
    kernelY = first(w.kernel, 1), kernelX = w.kernel[last];
    strideY = first(w.strides, 1), strideX = w.strides[last];
    dilationY = first(w.dilations, 1), dilationX = w.dilations[last];
    padY = first(w.padsBefore, 0), padX = w.padsBefore[last];
    height = first(w.input, 1), width = w.input[last];
    rows = first(w.output, 1), columns = w.output[last];
  }
  /// Rows that the windows of one row of results touch.
  int64_t getRingRows() const { return (kernelY - 1) * dilationY + 1; }
  /// Whether windows reach beyond the plane.
  bool isPadded() const {
    auto leaves = [](int64_t count, int64_t stride, int64_t reach, int64_t pad,
                     int64_t size) {
      return pad > 0 || (count - 1) * stride + reach - pad >= size;
    };
    return leaves(rows, strideY, (kernelY - 1) * dilationY, padY, height) ||
           leaves(columns, strideX, (kernelX - 1) * dilationX, padX, width);
  }

  int64_t kernelY, kernelX, strideY, strideX, dilationY, dilationX, padY, padX,
      height, width, rows, columns;
};

class WindowWriter {
public:
  WindowWriter(StageEmitter &b, const Window &window, int64_t outside,
               Port input, Port output)
      : b(b), plane(window), input(input), output(output), batch(window.batch),
        words(window.channels / input.lanes), outside(outside) {}
  void write();

private:
  Value behindRow(Value row);
  void fill(Value begin, Value end);
  void emitRow(Value row);
  Value outsideWord();

  StageEmitter &b;
  Plane plane;
  Port input, output;
  int64_t batch, words, outside;
  Value ring, padding;
};
} // namespace

/// One behind the last row of the plane that row `row` of results needs.
Value WindowWriter::behindRow(Value row) {
  int64_t reach = (plane.kernelY - 1) * plane.dilationY - plane.padY + 1;
  Value end = b.add(b.mul(row, plane.strideY), reach);
  end = b.createOrFold<arith::MinSIOp>(end, b.index(plane.height));
  return b.createOrFold<arith::MaxSIOp>(end, b.index(0));
}

/// Reads rows [begin, end) into the ring.
void WindowWriter::fill(Value begin, Value end) {
  b.loop(begin, end, [&](Value y) {
    Value start = b.mul(b.mod(y, plane.getRingRows()), plane.width * words);
    b.pipelined(b.index(0), b.index(plane.width * words), [&](Value x) {
      b.store(b.read(input), ring, b.add(start, x));
    });
  });
}

/// A word whose every lane is what lies outside.
Value WindowWriter::outsideWord() {
  unsigned bits = laneBits(input.element);
  Value lane = b.constant(b.getIntegerType(bits), outside);
  return b.assemble(input.lanes, bits, [&](Value) { return lane; });
}

void WindowWriter::emitRow(Value row) {
  b.nest(
      {plane.columns, plane.kernelY, plane.kernelX, words},
      [&](ArrayRef<Value> at) {
        Value y = b.add(b.mul(row, plane.strideY),
                        b.add(b.mul(at[1], plane.dilationY), -plane.padY));
        Value x = b.add(b.mul(at[0], plane.strideX),
                        b.add(b.mul(at[2], plane.dilationX), -plane.padX));
        auto fetch = [&] {
          Value line = b.mul(b.mod(y, plane.getRingRows()), plane.width);
          return b.load(ring, b.add(b.mul(b.add(line, x), words), at[3]));
        };
        if (!plane.isPadded())
          return b.write(fetch(), output);
        auto inside = [&](Value v, int64_t size) -> Value {
          Value low =
              b.create<arith::CmpIOp>(arith::CmpIPredicate::sge, v, b.index(0));
          Value high = b.create<arith::CmpIOp>(arith::CmpIPredicate::slt, v,
                                               b.index(size));
          return b.create<arith::AndIOp>(low, high);
        };
        Value both = b.create<arith::AndIOp>(inside(y, plane.height),
                                             inside(x, plane.width));
        auto word = cast<kern::StreamType>(input.stream.getType());
        b.write(b.choose(word.getWord(), both, fetch, [&] { return padding; }),
                output);
      });
}

void WindowWriter::write() {
  auto word = cast<kern::StreamType>(input.stream.getType()).getWord();
  ring = b.memory("ring", plane.getRingRows() * plane.width * words, word,
                  kern::Space::Bram, 1);
  if (plane.isPadded())
    padding = outsideWord();
  auto image = [&] {
    b.loop(0, plane.rows, [&](Value row) {
      Value begin = b.createOrFold<arith::SelectOp>(
          b.isEqual(row, 0), b.index(0), behindRow(b.add(row, -1)));
      fill(begin, behindRow(row));
      emitRow(row);
    });
    // Rows that no window needs.
    fill(behindRow(b.index(plane.rows - 1)), b.index(plane.height));
  };
  if (batch == 1)
    return image();
  b.loop(0, batch, [&](Value) { image(); });
}

void lowering::writeWindow(StageEmitter &b, const Window &window,
                           int64_t outside, Port input, Port output) {
  WindowWriter(b, window, outside, input, output).write();
}
