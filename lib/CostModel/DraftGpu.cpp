//===- DraftGpu.cpp - The loop nests of a GPU's kernels -------------------===//
//
// Level 0 are a warp's registers, the first level of memory is what a block has
// to itself, and the blocks that run together share what lies further out.
//
//===----------------------------------------------------------------------===//
#include "lib/CostModel/Draft.h"
#include "llvm/Support/ErrorHandling.h"
#include <cmath>

using namespace tern;
using llvm::divideCeil;

/// Cuts up to `count` neighbouring positions: whole last axes first.
static std::vector<int64_t> blockOfPositions(const Product &p, int64_t count) {
  std::vector<int64_t> block(p.axes.size(), 1);
  for (size_t i = block.size(); i-- > 0;) {
    block[i] = std::min(p.axes[i].size, count);
    count /= block[i];
    if (count < 2)
      break;
  }
  return block;
}

namespace {
/// How a kernel of blocks cuts the results, and the dot products of one.
struct GpuTile {
  int64_t rows, columns; ///< of a block, or of blocks that share their reads
  int64_t warpRows, warpColumns;
  int64_t fragment, staged; ///< along k: in registers, in shared memory
  /// Whether blocks that run together make a square of the results; else they
  /// follow each other along the rows first.
  bool inSquare;
};
} // namespace

/// Blocks of 128 x 256 results; 32 along k are in shared memory at a time, for
/// warps of 64 x 64, each of which reads its operands for itself. From compute
/// capability 9.0 on, pairs of blocks share what they read of L2.
static GpuTile tileOfVendor(const Machine &machine) {
  int64_t cluster = machine.gpu.capability >= 90 ? 2 : 1;
  return {128 * cluster, 256, 64, 64, 16, 32, /*inSquare=*/true};
}

/// passes/Lowering/Simt/Mma.h.
static GpuTile tileOfMma(const Kernel &kernel) {
  return {kernel.blockM,
          kernel.blockN,
          kernel.blockM / kernel.warpsM,
          kernel.blockN / kernel.warpsN,
          kernel.fragmentK,
          kernel.blockK,
          /*inSquare=*/false};
}

/// The blocks of all multiprocessors run together.
static Draft draftBlocks(const Product &p, const Machine &machine,
                         const GpuTile &tile, int64_t sharing) {
  auto upTo = [](int64_t size, int64_t most) {
    return std::min<int64_t>(llvm::PowerOf2Ceil(size), most);
  };
  int64_t columns = upTo(p.n, tile.columns),
          warpColumns = upTo(p.n, tile.warpColumns);
  int64_t fragment = upTo(p.c, tile.fragment), staged = upTo(p.c, tile.staged);
  std::vector<int64_t> block = blockOfPositions(p, tile.rows),
                       warp = blockOfPositions(p, tile.warpRows);
  int64_t together = std::max<int64_t>(1, machine.cores / sharing);
  int64_t most =
      tile.inSquare
          ? static_cast<int64_t>(std::sqrt(static_cast<double>(together)))
          : std::max<int64_t>(1,
                              together / divideCeil(p.positions(), tile.rows));
  int64_t across = std::min<int64_t>(divideCeil(p.n, columns), most);
  int64_t down = together / across;
  Draft draft;
  std::vector<Loop> inWarp = {{DimC, fragment}, {DimN, warpColumns}};
  std::vector<Loop> inBlock = {
      {DimC, static_cast<int64_t>(divideCeil(staged, fragment))},
      {DimN, static_cast<int64_t>(divideCeil(columns, warpColumns)), true}};
  draft.spread = {{DimN, across, true}};
  draft.runs(DimGroup, p.groups);
  draft.runs(DimImage, p.images);
  for (unsigned i = 0; i < p.axes.size(); ++i) {
    int64_t warps = divideCeil(block[i], warp[i]);
    int64_t blocks = divideCeil(p.axes[i].size, warps * warp[i]);
    int64_t concurrent = std::min(blocks, down);
    down /= concurrent;
    inWarp.push_back({positionDim(i), warp[i]});
    inBlock.push_back({positionDim(i), warps, true});
    draft.spread.push_back({positionDim(i), concurrent, true});
    draft.runs(positionDim(i), divideCeil(blocks, concurrent));
  }
  draft.runs(DimN, divideCeil(p.n, columns * across));
  overTaps(draft, p);
  draft.runs(DimC, divideCeil(p.c, staged));
  draft.inner = {inWarp, inBlock};
  draft.inRegisters = {true, true, true};
  draft.multicasts = false;
  return draft;
}

/// passes/Lowering/Simt/Gemv.cpp: lanes use weights where they arrive; the
/// warps of a block have neighbouring rows, whose inputs the first level keeps.
static Draft draftGemv(const Product &p, const Kernel &kernel,
                       const Machine &machine) {
  Draft draft;
  int64_t rows = std::min(kernel.blockN, p.n);
  int64_t warps = std::min<int64_t>(kernel.warpsN, divideCeil(p.n, rows));
  int64_t lane = std::min(kernel.blockK, p.c);
  draft.inner = {{{DimC, lane}, {DimN, rows}},
                 {{DimC, static_cast<int64_t>(divideCeil(p.c, lane))},
                  {DimN, warps, true}}};
  draft.inRegisters = {true, true, true};
  draft.multicasts = false;
  int64_t blocks = divideCeil(p.n, rows * warps);
  int64_t across = std::min<int64_t>(blocks, machine.cores);
  draft.spread = {{DimN, across, true}};
  overPositions(draft, p, 1);
  draft.runs(DimN, divideCeil(blocks, across));
  return draft;
}

/// passes/Lowering/Direct on a GPU: a thread for each result, neighbours in a
/// block. One read serves all lanes that want the same.
static Draft draftThreads(const Product &p, const Kernel &kernel) {
  unsigned along = p.isConv ? lastPosition(p) : unsigned(DimN);
  int64_t size = p.isConv ? p.axes.back().size : p.n;
  int64_t threads = std::min(kernel.strip, size);
  Draft draft, taps;
  overTaps(taps, p);
  draft.inner = {taps.outer, {{along, threads, true}}};
  draft.inner[0].insert(draft.inner[0].begin(), {DimC, p.c});
  draft.inRegisters[indexOf(Operand::Outputs)] = true;
  draft.runs(DimImage, p.images);
  draft.runs(DimGroup, p.groups);
  if (p.isConv)
    draft.runs(DimN, p.n);
  overPositions(draft, p, p.isConv ? threads : 1);
  if (!p.isConv)
    draft.runs(DimN, divideCeil(p.n, threads));
  return draft;
}

Draft tern::draftGpu(const Product &p, const Kernel &kernel,
                     const Machine &machine) {
  switch (kernel.kind) {
  case Kernel::Kind::VendorGemm:
    return draftBlocks(p, machine, tileOfVendor(machine),
                       machine.gpu.capability >= 90 ? 2 : 1);
  case Kernel::Kind::Mma:
    return draftBlocks(p, machine, tileOfMma(kernel), 1);
  case Kernel::Kind::Gemv:
    return draftGemv(p, kernel, machine);
  case Kernel::Kind::Direct:
  case Kernel::Kind::DirectByDots:
  case Kernel::Kind::Packed:
  case Kernel::Kind::Folded:
    return draftThreads(p, kernel);
  }
  llvm_unreachable("a kind of kernel");
}
