//===- PackedKernel.cpp - Contractions on packed weights ------------------===//
#include "passes/Lowering/Simd/PackedKernel.h"
#include "lib/Methods/NarrowSums.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace tern;
using namespace tern::lowering;

/// Cuts rows of inputs and of weights into grid points of a good size.
static void planGrid(SimdOp &p) {
  int64_t tiles = p.matrix.getTiles();
  constexpr int64_t points = 64, leastWork = 1 << 18;
  // Every point makes its own tables, or bits.
  int64_t rowsPerPoint = p.looksUp || p.countsBits ? 1024 : 256;
  // A convolution's panel costs a gather: use it for all rows of the weights.
  p.chunkN = p.isConv ? tiles : std::max<int64_t>(1, rowsPerPoint / p.rows());
  p.chunkN = std::min(p.chunkN, tiles);
  p.gridN = llvm::divideCeil(tiles, p.chunkN);
  int64_t work = p.blockM * p.chunkN * p.rows() * p.k; // of one block of inputs
  int64_t wanted = llvm::divideCeil(points, p.gridN);
  p.chunkM = std::max(llvm::divideCeil(p.blocksM(), wanted),
                      llvm::divideCeil(leastWork, std::max<int64_t>(1, work)));
  p.chunkM = std::min(p.chunkM, p.blocksM());
  p.gridM = llvm::divideCeil(p.blocksM(), p.chunkM);
}

SimdOp::SimdOp(Operation *op, const VectorShape &shape)
    : PackedOp(op), shape(shape) {
  // Unsigned bytes do not fit where signed ones are multiplied.
  auto code =
      dyn_cast<ir::QType>(cast<ShapedType>(lhs.getType()).getElementType());
  shift = isInteger && code.getMax() > 127 ? 128 : 0;
  NarrowShape narrow = narrowShapeOf(op, matrix);
  int64_t rowBytes = paddedK() * (isInteger ? 1 : 4);
  PackedBlocks blocks =
      countsBits ? planBitBlocks(shape, m, rowBytes, rows())
                 : planPackedBlocks(shape, m, rowBytes, rows(), narrow);
  blockM = blocks.inputs;
  vectors = blocks.vectors;
  window = narrow.window / matrix.getBlockK();
  sumsInMemory = blocks.inMemory;
  inPlace = blocks.inPlace;
  looksUp = blocks.looksUp;
  auto codes = op->getAttrOfType<TypeAttr>("tern.codes");
  if (matrix.getNm())
    signedWeights = matrix.getBits() == 8 || matrix.getOffset();
  else
    signedWeights = shape.scalable && codes &&
                    hasSignedBytes(matrix.getLayout(), codes.getValue());
  if (!isInteger && !shape.scalable)
    joinVectors();
  planGrid(*this);
}

/// Codes that become floats do so in one long vector: as bytes they take a
/// quarter of the registers. With a single row of inputs an addition would wait
/// for the one before, so there are twice as many sums.
void SimdOp::joinVectors() {
  int64_t inTile = rows() / shape.lanes,
          joined = llvm::bit_floor<uint64_t>(vectors);
  while (inTile % joined)
    joined /= 2;
  shape.lanes *= joined;
  vectors = 1;
  if (blockM == 1)
    chains = 2;
}

Type SimdOp::accumulatorType() const {
  bool isFloat = !isInteger || scalesInTile();
  MLIRContext *context = op->getContext();
  return isFloat ? Type(Float32Type::get(context))
                 : Type(IntegerType::get(context, 32));
}

VectorType SimdOp::vectorOf(Type element, int64_t perLane) const {
  return VectorType::get({shape.lanes * perLane}, element, {shape.scalable});
}

static Scratch makeScratch(Emitter &b, const SimdOp &p) {
  auto allocate = [&](StringRef name, int64_t size, Type element) {
    return b.named(
        name, b.create<memref::AllocaOp>(MemRefType::get({size}, element)));
  };
  Scratch scratch;
  scratch.panel = allocate("panel", p.blockM * p.paddedK(),
                           p.isInteger ? Type(b.getI8Type()) : b.getF32Type());
  if (p.needsSums())
    scratch.sums = allocate("input_sums", p.blockM * p.groups, b.getI32Type());
  if (p.center)
    scratch.starts = allocate("starts", p.blockM * p.windows(), b.getI16Type());
  if (p.countsBits)
    scratch.bits = allocate("bits", p.blockM * p.paddedK() / 8, b.getI8Type());
  // A table is read as a whole vector, which is at most a tile's rows long.
  if (p.looksUp)
    scratch.tables =
        allocate("tables", 8 * p.paddedK() + p.rows(), b.getI8Type());
  if (p.center && p.inPlace)
    scratch.startsInPlace =
        allocate("starts_in_place", p.blockM * p.windows(), b.getI16Type());
  scratch.acc = allocate("products", p.blockM * p.rows(), p.accumulatorType());
  return scratch;
}

/// What a tile is, for who reads the printed kernel.
static std::string remarkOn(const SimdOp &p) {
  const PackedMatrix &matrix = p.matrix;
  std::string text;
  llvm::raw_string_ostream(text)
      << "A tile: " << p.rows() << " rows of weights by " << p.blockM
      << (p.blockM == 1 ? " row" : " rows") << " of inputs, "
      << matrix.getBlockK() << " products deep at a time ("
      << matrix.getSizeInBytes() / matrix.getTiles() << " bytes a tile).";
  return text;
}

int64_t lowering::lowerPackedContraction(func::FuncOp kernel, Operation *op,
                                         const VectorShape &shape) {
  SimdOp p(op, shape);
  Emitter b(op->getLoc(), op->getContext());
  b.setInsertionPoint(op);
  kernel->setAttr("kern.remark", b.getStringAttr(remarkOn(p)));
  Scratch scratch = makeScratch(b, p);
  b.loop(kernel.getArgument(0), kernel.getArgument(1), [&](Value point) {
    b.named("point", point);
    Value chunkM = b.mod(point, p.gridM), chunkN = b.div(point, p.gridM);
    Value block = b.named("first_block", b.mul(chunkM, p.chunkM));
    Value tile = b.named("first_tile", b.mul(chunkN, p.chunkN));
    Value lastBlock =
        b.named("end_block", b.min(b.add(block, p.chunkM), p.blocksM()));
    Value lastTile =
        b.named("end_tile", b.min(b.add(tile, p.chunkN), p.matrix.getTiles()));
    b.loop(block, lastBlock, [&](Value i) {
      Value first =
          b.named("first_input", b.mul(b.named("block", i), p.blockM));
      emitPanel(b, p, scratch, first);
      if (p.looksUp)
        emitTables(b, p, scratch);
      if (p.countsBits)
        emitBits(b, p, scratch);
      b.loop(tile, lastTile, [&](Value t) {
        b.named("tile", t);
        emitTile(b, p, scratch, t, first);
        emitFinish(b, p, scratch, t, first);
      });
    });
  });
  op->erase();
  return p.gridM * p.gridN;
}
