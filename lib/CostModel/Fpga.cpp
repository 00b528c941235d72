//===- Fpga.cpp - What stages take of a part ------------------------------===//
#include "lib/CostModel/Fpga.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace tern;
using llvm::divideCeil;

FpgaResources &FpgaResources::operator+=(const FpgaResources &other) {
  lut += other.lut;
  ff += other.ff;
  bram18 += other.bram18;
  uram += other.uram;
  dsp += other.dsp;
  return *this;
}

const char *tern::nameOf(MemoryKind kind) {
  switch (kind) {
  case MemoryKind::LutRam:
    return "lutram";
  case MemoryKind::Bram:
    return "bram";
  case MemoryKind::Uram:
    return "uram";
  }
  return "";
}

int64_t tern::bram18For(int64_t width, int64_t depth) {
  // A block is 512 x 36, 1024 x 18, 2048 x 9, 4096 x 4, 8192 x 2, 16384 x 1.
  int64_t least = divideCeil(width, 36) * divideCeil(depth, 512);
  const int64_t shapes[][2] = {
      {18, 1024}, {9, 2048}, {4, 4096}, {2, 8192}, {1, 16384}};
  for (auto [wide, deep] : shapes)
    least = std::min<int64_t>(least, divideCeil(width, wide) *
                                         divideCeil(depth, deep));
  return least;
}

int64_t tern::uramFor(int64_t width, int64_t depth) {
  return divideCeil(width, 72) * divideCeil(depth, 4096);
}

FpgaResources tern::memoryOf(MemoryKind kind, int64_t width, int64_t depth) {
  FpgaResources used;
  if (kind == MemoryKind::LutRam)
    used.lut = width * divideCeil(depth, 64); // a LUT6 is 64 x 1
  else if (kind == MemoryKind::Bram)
    used.bram18 = bram18For(width, depth);
  else
    used.uram = uramFor(width, depth);
  return used;
}

/// Of pipelined logic: 0.9 to 1.6 in the five networks of BNN-PYNQ after
/// implementation (test/unit/costmodel/BnnPynqTest.cpp), 1.3 on average.
static constexpr double flipFlopsPerLut = 1.3;

/// The greatest share of any resource of the part.
static double shareOf(const FpgaResources &used, const FpgaParts &part) {
  auto share = [](double amount, double all) {
    return amount == 0 ? 0 : all == 0 ? 1e9 : amount / all;
  };
  return std::max({share(used.lut, part.lut), share(used.bram18, part.bram18),
                   share(used.uram, part.uram), share(used.dsp, part.dsp),
                   share(used.ff, part.ff)});
}

MemoryKind tern::chooseMemory(int64_t width, int64_t depth, bool isConstant,
                              const FpgaParts &part) {
  MemoryKind best = MemoryKind::LutRam;
  auto cost = [&](MemoryKind kind) {
    return shareOf(memoryOf(kind, width, depth), part);
  };
  for (MemoryKind kind : {MemoryKind::Bram, MemoryKind::Uram})
    if (!(isConstant && kind == MemoryKind::Uram) && cost(kind) < cost(best))
      best = kind;
  return best;
}

FpgaResources tern::resourcesOf(const ScalarOps &ops) {
  FpgaResources used;
  used.lut = 220.0 * ops.floatAdd + 90.0 * ops.floatMul + 780.0 * ops.floatDiv +
             200.0 * ops.floatConvert + 70.0 * ops.floatCompare +
             ops.integerBits;
  used.dsp = 2.0 * ops.floatAdd + 3.0 * ops.floatMul;
  used.ff = used.lut;
  return used;
}

FpgaResources tern::resourcesOf(const MatrixVectorUnit &unit,
                                const FpgaParts &part) {
  double both = unit.weightBits + unit.inputBits;
  double product = (2.0 * divideCeil(int64_t(both), 6) - 1) * both;
  if (unit.usesDsp())
    product = 0;
  // One bit each: an exclusive nor, counted in the tree.
  if (unit.weightBits == 1 && unit.inputBits == 1)
    product = 1;
  double tree = both * (2.0 * unit.simd - 1);
  FpgaResources used;
  used.lut = 300 + 1.1 * unit.pe * (unit.simd * product + tree + unit.sumBits);
  used.ff = flipFlopsPerLut * used.lut;
  used.dsp = unit.usesDsp() ? unit.pe * unit.simd : 0;
  FpgaResources lane = resourcesOf(unit.epilogue);
  for (int64_t i = 0; i < unit.pe; ++i)
    used += lane;
  used += memoryOf(
      chooseMemory(unit.getWeightWidth(), unit.getWeightDepth(), true, part),
      unit.getWeightWidth(), unit.getWeightDepth());
  // The vector, kept while the rows take turns.
  int64_t words = unit.columns / unit.simd;
  used += memoryOf(MemoryKind::LutRam, unit.simd * unit.inputBits, words);
  return used;
}

FpgaResources tern::resourcesOf(const SlidingWindow &window,
                                const FpgaParts &part) {
  FpgaResources used =
      memoryOf(chooseMemory(window.wordBits, window.bufferWords, false, part),
               window.wordBits, window.bufferWords);
  double logic = 300 + 2.0 * window.wordBits;
  used.lut += logic;
  used.ff += flipFlopsPerLut * logic;
  return used;
}

FpgaResources tern::fifoOf(int64_t width, int64_t depth,
                           const FpgaParts &part) {
  FpgaResources used;
  if (depth <= 32) // SRL32: one LUT a bit
    used.lut = width + 20.0;
  else
    used = memoryOf(chooseMemory(width, depth, false, part), width, depth);
  used.ff += width + 20.0;
  return used;
}

double tern::amountOf(const FpgaResources &used, const std::string &resource) {
  return resource == "LUT"      ? used.lut
         : resource == "FF"     ? used.ff
         : resource == "BRAM18" ? used.bram18
         : resource == "URAM"   ? used.uram
                                : used.dsp;
}

double tern::amountOf(const FpgaParts &part, const std::string &resource) {
  return amountOf(FpgaResources{double(part.lut), double(part.ff),
                                double(part.bram18), double(part.uram),
                                double(part.dsp)},
                  resource);
}

std::string tern::exceeded(const FpgaResources &used, const FpgaParts &part,
                           double share) {
  for (const char *resource : {"LUT", "FF", "BRAM18", "URAM", "DSP"})
    if (amountOf(used, resource) > share * amountOf(part, resource))
      return resource;
  return "";
}
