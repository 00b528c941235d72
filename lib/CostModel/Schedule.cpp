//===- Schedule.cpp - The loop nest of a contraction on a machine ---------===//
//
// A draft names the loops of the innermost levels and the order of the others;
// assigning loops to levels is the same for every machine: a level takes loops,
// innermost first, for as long as what they touch fits it.
//
//===----------------------------------------------------------------------===//
#include "lib/CostModel/Schedule.h"
#include "lib/CostModel/Draft.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace tern;
using llvm::divideCeil;

int64_t Product::positions() const {
  int64_t count = images;
  for (const Axis &axis : axes)
    count *= axis.size;
  return count;
}

int64_t Product::depth() const {
  int64_t count = c;
  for (const Axis &axis : axes)
    count *= axis.taps;
  return count;
}

static std::vector<DataSpace> dataSpaces(const Product &product) {
  DataSpace weights{"weights", {{{DimGroup, 1}}, {{DimN, 1}}, {{DimC, 1}}}};
  DataSpace inputs{"inputs", {{{DimGroup, 1}}, {{DimImage, 1}}, {{DimC, 1}}}};
  DataSpace outputs{
      "outputs", {{{DimGroup, 1}}, {{DimImage, 1}}, {{DimN, 1}}}, true};
  for (const auto &[i, axis] : llvm::enumerate(product.axes)) {
    weights.indices.push_back({{tapDim(i), 1}});
    inputs.indices.push_back(
        {{positionDim(i), axis.stride}, {tapDim(i), axis.dilation}});
    outputs.indices.push_back({{positionDim(i), 1}});
  }
  return {weights, inputs, outputs};
}

//===----------------------------------------------------------------------===//
// Loops to levels
//===----------------------------------------------------------------------===//

/// Bytes that one instance of `level` keeps.
static double footprint(const ScheduledNest &scheduled, unsigned level) {
  const LoopNest &nest = scheduled.nest;
  std::vector<int64_t> sizes(nest.numDims, 1);
  for (unsigned i = 0; i <= level; ++i)
    for (const Loop &loop : nest.levels[i].loops)
      sizes[loop.dim] *= loop.bound;
  double bytes = 0;
  for (unsigned s = 0; s < nest.spaces.size(); ++s)
    if (nest.levels[level].keeps[s])
      bytes += nest.spaces[s].tileSize(sizes) * scheduled.bits[s] / 8.0;
  return bytes;
}

/// Moves loops from the end of `outer` to the front of `level`'s, while what
/// they touch fits.
static void fill(ScheduledNest &scheduled, unsigned level, double capacity,
                 std::vector<Loop> &outer, bool isManaged) {
  std::vector<Loop> &loops = scheduled.nest.levels[level].loops;
  while (!outer.empty()) {
    Loop whole = outer.back();
    outer.pop_back();
    loops.insert(loops.begin(), whole);
    if (footprint(scheduled, level) <= capacity)
      continue;
    int64_t &part = loops.front().bound;
    while (isManaged && part > 1 && footprint(scheduled, level) > capacity)
      part = divideCeil(part, 2);
    if (!isManaged || footprint(scheduled, level) > capacity)
      part = 1;
    outer.push_back(
        {whole.dim, static_cast<int64_t>(divideCeil(whole.bound, part))});
    if (part == 1)
      loops.erase(loops.begin());
    return;
  }
}

static ScheduledNest assignLevels(const Product &product, Draft draft,
                                  const Machine &machine, const Homes &homes) {
  ScheduledNest scheduled;
  scheduled.bits = product.bits;
  LoopNest &nest = scheduled.nest;
  nest.numDims = FirstAxisDim + 2 * product.axes.size();
  nest.spaces = dataSpaces(product);
  nest.levels.resize(machine.memory.size() + 1);
  for (unsigned i = 0; i < nest.levels.size(); ++i) {
    NestLevel &level = nest.levels[i];
    bool isLast = i == machine.memory.size();
    for (unsigned s = 0; s < numOperands; ++s) {
      bool isHeld = i == 0 ? draft.inRegisters[s]
                           : i - 1 <= homes[s] &&
                                 machine.memory[i - 1].doesHold(Operand(s));
      level.keeps.push_back(isHeld && draft.present[s]);
    }
    level.multicasts = draft.multicasts;
    if (i < draft.inner.size())
      level.loops = draft.inner[i];
    else if (i == draft.inner.size())
      level.loops = draft.spread;
    if (isLast)
      level.loops.insert(level.loops.begin(), draft.outer.begin(),
                         draft.outer.end());
    else if (i >= draft.inner.size())
      fill(scheduled, i, machine.memory[i - 1].bytes.value, draft.outer,
           draft.isManaged);
  }
  return scheduled;
}

//===----------------------------------------------------------------------===//
// Kernels of processors
//===----------------------------------------------------------------------===//

/// passes/Lowering/Direct: a strip of sums in memory. Those of a convolution
/// lie along its last axis, and a weight stays in a register for all of them;
/// those of a matmul lie along its columns, and the input does.
static Draft draftDirect(const Product &p, const Kernel &kernel) {
  Draft draft;
  if (kernel.kind == Kernel::Kind::DirectByDots) {
    draft.inner = {{{DimC, p.c}}};
    draft.inRegisters[indexOf(Operand::Outputs)] = true;
    draft.runs(DimGroup, p.groups);
    overPositions(draft, p, 1);
    draft.runs(DimN, p.n);
    return draft;
  }
  unsigned along = p.isConv ? lastPosition(p) : unsigned(DimN);
  int64_t size = p.isConv ? p.axes.back().size : p.n;
  int64_t strip = std::min(kernel.strip, size);
  draft.inner = {{{along, strip}}};
  draft.inRegisters[indexOf(p.isConv ? Operand::Weights : Operand::Inputs)] =
      true;
  draft.runs(DimImage, p.images);
  draft.runs(DimGroup, p.groups);
  if (p.isConv)
    draft.runs(DimN, p.n);
  overPositions(draft, p, p.isConv ? strip : 1);
  if (!p.isConv)
    draft.runs(DimN, divideCeil(p.n, strip));
  draft.runs(DimC, p.c);
  overTaps(draft, p);
  return draft;
}

/// passes/Lowering/Simd/Panel.cpp: every input of a block of rows, as the
/// products will read it.
static Draft draftPanel(const Product &p, const Work &work) {
  Draft draft;
  draft.present = {false, true, false};
  int64_t block = std::min(work.kernel.blockM, p.axes.back().size);
  draft.runs(DimImage, p.images);
  overPositions(draft, p, block);
  draft.runs(lastPosition(p), block);
  draft.runs(DimC, p.c);
  overTaps(draft, p);
  return draft;
}

/// passes/Lowering/Simd/Tile.cpp, on the panel: a matmul of all positions.
static Draft draftTiles(const Product &flat, const Kernel &kernel) {
  Draft draft;
  draft.inner = {{{lastPosition(flat), kernel.blockM}, {DimN, kernel.blockN}}};
  draft.inRegisters = {true, true, true};
  overPositions(draft, flat, kernel.blockM);
  draft.runs(DimN, divideCeil(flat.n, kernel.blockN));
  draft.runs(DimC, flat.c);
  return draft;
}

static Product flattened(const Product &p, const Kernel &kernel) {
  Product flat;
  flat.n = p.n;
  flat.c = p.depth();
  flat.axes = {{p.positions()}};
  flat.bits = p.bits;
  flat.bits[indexOf(Operand::Inputs)] = kernel.panelBits;
  flat.bits[indexOf(Operand::Outputs)] = p.accumulatorBits;
  flat.accumulatorBits = p.accumulatorBits;
  return flat;
}

unsigned tern::panelHome(const Work &work, const Machine &machine) {
  double bytes = static_cast<double>(work.kernel.blockM) *
                 work.product->depth() * work.kernel.panelBits / 8;
  unsigned level = 0;
  while (level + 1 < machine.memory.size() &&
         bytes > machine.memory[level].bytes.value)
    ++level;
  return level;
}

static std::vector<ScheduledNest>
schedulePacked(const Work &work, const Machine &machine, const Homes &homes) {
  const Product &product = *work.product;
  Product flat = flattened(product, work.kernel);
  Homes flatHomes = homes;
  flatHomes[indexOf(Operand::Inputs)] = panelHome(work, machine);
  flatHomes[indexOf(Operand::Outputs)] = 0;
  return {
      assignLevels(product, draftPanel(product, work), machine, homes),
      assignLevels(flat, draftTiles(flat, work.kernel), machine, flatHomes)};
}

//===----------------------------------------------------------------------===//
// Other kinds of machines
//===----------------------------------------------------------------------===//

/// Rows and columns of a matrix-vector unit: those of a chosen folding, else as
/// square as the part's multipliers go.
static std::pair<int64_t, int64_t> foldingOf(const Product &p, const Work &work,
                                             const Machine &machine) {
  if (work.kernel.kind == Kernel::Kind::Folded)
    return {work.kernel.blockN, std::min(work.kernel.blockK, p.c)};
  double multipliers = machine.macsPerCycle(work.lhs, work.rhs).value;
  int64_t simd = 1, pe = 1;
  while (4.0 * simd * simd <= multipliers && simd < p.c)
    simd *= 2;
  while (2.0 * pe * simd <= multipliers && pe < p.n)
    pe *= 2;
  return {pe, simd};
}

/// A matrix-vector unit of PE x SIMD multipliers: SIMD inputs are shared by PE
/// rows of weights, each weight is read for each position.
static Draft draftFpga(const Product &p, const Work &work,
                       const Machine &machine) {
  auto [pe, simd] = foldingOf(p, work, machine);
  Draft draft;
  draft.inner = {{{DimN, pe}, {DimC, simd}}};
  draft.inRegisters = {false, true, true};
  draft.isManaged = true;
  draft.runs(DimGroup, p.groups);
  draft.runs(DimImage, p.images);
  overPositions(draft, p, 1);
  draft.runs(DimN, divideCeil(p.n, pe));
  overTaps(draft, p);
  draft.runs(DimC, divideCeil(p.c, simd));
  return draft;
}

/// Elements of `operand` that one processing element holds.
static int64_t elementsHeld(const Machine &machine, Operand operand,
                            unsigned bits) {
  for (const MemoryLevel &level : machine.memory)
    if (level.doesHold(operand))
      return std::max<int64_t>(1, level.bytes.value * 8 / bits);
  return 1;
}

/// Row stationary (Chen et al., ISCA 2016): columns make neighbouring results,
/// rows take the taps of the last axis and input channels, each element the
/// taps of the first one for several output channels.
static Draft draftArray(const Product &p, const Machine &machine) {
  auto held = [&](Operand operand, unsigned bits) {
    return elementsHeld(machine, operand, bits);
  };
  // The taps of an only axis are those of each element.
  bool spreadsTaps = p.axes.size() > 1;
  int64_t taps = std::min(p.axes[0].taps, held(Operand::Inputs, p.bits[1]));
  int64_t channels = std::min(
      {p.n, held(Operand::Outputs, p.accumulatorBits),
       std::max<int64_t>(1, held(Operand::Weights, p.bits[0]) / taps)});
  int64_t columns = machine.array.columns, rows = machine.array.rows;
  int64_t across = std::min(p.axes.back().size, columns);
  int64_t spreadN =
      std::min<int64_t>(divideCeil(p.n, channels), columns / across);
  int64_t down = spreadsTaps ? std::min(p.axes.back().taps, rows) : 1;
  int64_t spreadC = std::min(p.c, rows / down);

  Draft draft;
  draft.isManaged = true;
  draft.inner.push_back({{tapDim(0), taps}, {DimN, channels}});
  for (unsigned i = 1; i < machine.memory.size(); ++i)
    if (machine.memory[i - 1].sharedBandwidth.value <=
        machine.memory[i - 1].bandwidth.value)
      break;
    else if (i > 1)
      draft.inner.push_back({});
  draft.spread = {{lastPosition(p), across, true},
                  {DimN, spreadN, true},
                  {DimC, spreadC, true}};
  if (spreadsTaps)
    draft.spread.push_back({tapDim(p.axes.size() - 1), down, true});
  draft.runs(DimGroup, p.groups);
  draft.runs(DimImage, p.images);
  draft.runs(DimN, divideCeil(p.n, channels * spreadN));
  draft.runs(DimC, divideCeil(p.c, spreadC));
  for (unsigned i = 0; i < p.axes.size(); ++i) {
    int64_t done = (i == 0 ? taps : 1) *
                   (spreadsTaps && i + 1 == p.axes.size() ? down : 1);
    draft.runs(tapDim(i), divideCeil(p.axes[i].taps, done));
  }
  overPositions(draft, p, across);
  return draft;
}

std::vector<ScheduledNest> tern::scheduleProduct(const Work &work,
                                                 const Machine &machine,
                                                 const Homes &homes) {
  const Product &product = *work.product;
  auto one = [&](Draft draft) -> std::vector<ScheduledNest> {
    return {assignLevels(product, std::move(draft), machine, homes)};
  };
  switch (machine.kind) {
  case MachineKind::Gpu:
    return one(draftGpu(product, work.kernel, machine));
  case MachineKind::Fpga:
    return one(draftFpga(product, work, machine));
  case MachineKind::Array:
    return one(draftArray(product, machine));
  case MachineKind::Cpu:
  case MachineKind::Rvv:
  case MachineKind::C:
    break;
  }
  if (work.kernel.kind == Kernel::Kind::Packed)
    return schedulePacked(work, machine, homes);
  return one(draftDirect(product, work.kernel));
}
