//===- TrafficTest.cpp - Bytes by level and operand -----------------------===//
#include "lib/CostModel/Traffic.h"
#include <gtest/gtest.h>

using namespace tern;

namespace {

Figure figure(double value) { return {value, "test", Confidence::Vendor, 0}; }

MemoryLevel level(const char *name, double bytes, double perCore,
                  double shared) {
  return {name, figure(bytes), figure(perCore), figure(shared)};
}

/// L1 of 1000 bytes, L2 of 100,000, DRAM.
Machine processor() {
  Machine machine;
  machine.compute = {{Precision::Int8, Precision::Int8, figure(16)},
                     {Precision::F32, Precision::F32, figure(4)}};
  machine.memory = {level("L1", 1000, 1e9, 1e9), level("L2", 1e5, 1e9, 1e9),
                    level("DRAM", 1e9, 1e9, 1e9)};
  return machine;
}

Product matmul(int64_t m, int64_t n, int64_t k) {
  Product product;
  product.n = n;
  product.c = k;
  product.axes = {{m}};
  return product;
}

Work workOf(const Product &product) {
  Work work;
  work.product = product;
  work.macs = product.macs();
  work.lhs = work.rhs = Precision::Int8;
  work.weightBytes = product.n * product.depth();
  work.inputBytes = product.positions() * product.depth();
  work.outputBytes = product.positions() * product.n;
  return work;
}

/// `written` from either side.
void expect(const Movement &movement, unsigned level, Operand operand,
            double read, double written) {
  const Traffic &traffic = movement.levels[level][indexOf(operand)];
  EXPECT_DOUBLE_EQ(traffic.read, read) << level << nameOf(operand);
  EXPECT_DOUBLE_EQ(traffic.written + traffic.filled, written)
      << level << nameOf(operand);
}

TEST(PlanTest, ActivationsStayWhereTheStepFitsWeightsWhereTheModelDoes) {
  Machine machine = processor();
  Work work;
  work.weightBytes = 100;
  work.inputBytes = work.outputBytes = 400;
  EXPECT_EQ(planFor(work, machine, 900).homes, (Homes{0, 0, 0}));
  EXPECT_EQ(planFor(work, machine, 5000).homes, (Homes{1, 0, 0}));
  work.inputBytes = 2000;
  EXPECT_EQ(planFor(work, machine, 1e6).homes, (Homes{2, 1, 1}));
  // What no level holds lies in the last one.
  EXPECT_EQ(planFor(work, machine, 1e12).homes, (Homes{2, 1, 1}));
}

TEST(PlanTest, LevelsThatDoNotHoldAnOperandAreNoHome) {
  Machine machine = processor();
  machine.memory[0].holds = {Operand::Inputs};
  Work work;
  work.inputBytes = work.outputBytes = 10;
  EXPECT_EQ(planFor(work, machine, 10).homes, (Homes{1, 0, 1}));
}

TEST(PlanTest, AComputedRightHandSideIsAnActivation) {
  Machine machine = processor();
  Work work = workOf(matmul(4, 4, 4));
  EXPECT_EQ(planFor(work, machine, 1e6).homes[0], 2u);
  work.product->hasWeights = false;
  EXPECT_EQ(planFor(work, machine, 1e6).homes[0], 0u);
}

TEST(TrafficTest, AStepWithoutAContractionStreamsOnce) {
  Machine machine = processor();
  Work work;
  work.weightBytes = 30;
  work.inputBytes = 500;
  work.outputBytes = 600;
  Movement movement = moveStep(work, machine, {{2, 1, 1}});
  expect(movement, 0, Operand::Weights, 30, 30);
  expect(movement, 1, Operand::Weights, 30, 30);
  expect(movement, 2, Operand::Weights, 30, 0);
  expect(movement, 0, Operand::Inputs, 500, 500);
  expect(movement, 1, Operand::Inputs, 500, 0);
  expect(movement, 2, Operand::Inputs, 0, 0);
  expect(movement, 0, Operand::Outputs, 0, 600);
  expect(movement, 1, Operand::Outputs, 0, 600);
  // What fills a level is none of what it serves.
  EXPECT_DOUBLE_EQ(movement.levels[1][0].filled, 30);
  EXPECT_DOUBLE_EQ(movement.bytesAt(1), 30 + 500 + 600);
}

TEST(TrafficTest, PackedKernelsReadWeightsOncePerBlockOfInputs) {
  // 6 rows in blocks of 2, 8 rows of 4-bit weights in strips of 4, k = 10.
  Machine machine = processor();
  Work work = workOf(matmul(6, 8, 10));
  work.product->bits = {4, 8, 8};
  work.kernel.kind = Kernel::Kind::Packed;
  work.kernel.blockM = 2;
  work.kernel.blockN = 4;
  Movement movement = moveStep(work, machine, {{0, 0, 0}});
  // 3 blocks see 80 codes each.
  expect(movement, 0, Operand::Weights, 3 * 80 / 2.0, 0);
  // 60 inputs go to the panel, which is read for both strips.
  expect(movement, 0, Operand::Inputs, 60 + 2 * 60, 60);
  // 48 sums of 4 bytes, read back, leave as bytes.
  expect(movement, 0, Operand::Outputs, 48 * 4, 48 * 4 + 48);
}

TEST(TrafficTest, WeightsThatDoNotFitComeAgainForEveryBlock) {
  Machine machine = processor();
  Work work = workOf(matmul(6, 80, 100));
  work.kernel.kind = Kernel::Kind::Packed;
  work.kernel.blockM = 2;
  work.kernel.blockN = 4;
  // 8000 bytes of weights pass L1 for each of 3 blocks.
  Movement movement = moveStep(work, machine, {{1, 1, 1}});
  expect(movement, 0, Operand::Weights, 3 * 8000, 3 * 8000);
  expect(movement, 1, Operand::Weights, 3 * 8000, 0);
  // The panel is L1's own; inputs come from L2 once.
  expect(movement, 0, Operand::Inputs, 600 + 20 * 600, 600 + 600);
  expect(movement, 1, Operand::Inputs, 600, 0);
  // They fit L2 but lie in DRAM: from there once.
  movement = moveStep(work, machine, {{2, 1, 1}});
  expect(movement, 1, Operand::Weights, 3 * 8000, 8000);
  expect(movement, 2, Operand::Weights, 8000, 0);
}

TEST(TrafficTest, DirectKernelsAccumulateInMemory) {
  // 5 results of a row by 3 taps; a weight stays in a register for a strip.
  Machine machine = processor();
  Product row;
  row.isConv = true;
  row.n = 2;
  row.c = 1;
  row.axes = {{5, 3}};
  Movement movement = moveStep(workOf(row), machine, {{0, 0, 0}});
  expect(movement, 0, Operand::Weights, 6, 0);
  expect(movement, 0, Operand::Inputs, 30, 0);
  // 30 sums of 4 bytes are written, all but the first of each of 10 read.
  expect(movement, 0, Operand::Outputs, 20 * 4, 30 * 4);
  Work dots = workOf(matmul(2, 3, 5));
  dots.kernel.kind = Kernel::Kind::DirectByDots;
  movement = moveStep(dots, machine, {{0, 0, 0}});
  expect(movement, 0, Operand::Weights, 30, 0);
  expect(movement, 0, Operand::Outputs, 0, 6);
}

TEST(TrafficTest, OperandsOfTheEpilogueStreamBesides) {
  Machine machine = processor();
  Work work = workOf(matmul(2, 3, 5));
  work.kernel.kind = Kernel::Kind::DirectByDots;
  work.extraWeightBytes = 12;
  work.extraInputBytes = 7;
  Movement movement = moveStep(work, machine, {{0, 0, 0}});
  expect(movement, 0, Operand::Weights, 30 + 12, 0);
  expect(movement, 0, Operand::Inputs, 30 + 7, 0);
}

/// Four multiprocessors.
Machine gpu() {
  Machine machine = processor();
  machine.kind = MachineKind::Gpu;
  machine.cores = machine.gpu.multiprocessors = 4;
  machine.gpu.capability = 80;
  machine.memory = {level("shared", 2e5, 1e9, 1e12),
                    level("L2", 1e6, 1e9, 1e12), level("HBM", 1e12, 1e9, 1e12)};
  machine.memory[0].holds = {Operand::Weights, Operand::Inputs};
  return machine;
}

TEST(TrafficTest, SharedMemoryServesABlockOfResults) {
  Machine machine = gpu();
  // 4 x 2 blocks of 128 x 256, four at a time.
  constexpr double inputs = 512 * 4096, weights = 512 * 4096;
  Work work = workOf(matmul(512, 512, 4096));
  work.kernel.kind = Kernel::Kind::VendorGemm;
  Movement movement = moveStep(work, machine, {{2, 2, 2}});
  // Every block of weights passes for each of 4 rows of blocks, each of inputs
  // for both columns.
  expect(movement, 1, Operand::Weights, 4 * weights, 2 * weights);
  expect(movement, 1, Operand::Inputs, 2 * inputs, inputs);
  // Blocks that run together share what comes from HBM: two rows of them do.
  expect(movement, 2, Operand::Weights, 2 * weights, 0);
  expect(movement, 2, Operand::Inputs, inputs, 0);
  // Two warps of each block along the rows, four along the columns.
  expect(movement, 0, Operand::Weights, 8 * weights, 4 * weights);
  expect(movement, 0, Operand::Inputs, 8 * inputs, 2 * inputs);
  // Sums stay in registers until they are whole.
  expect(movement, 0, Operand::Outputs, 0, 0);
  expect(movement, 2, Operand::Outputs, 0, 512 * 512);
  // Pairs of blocks share what they read.
  machine.gpu.capability = 90;
  movement = moveStep(work, machine, {{2, 2, 2}});
  expect(movement, 1, Operand::Weights, 2 * weights, weights);
}

TEST(TrafficTest, BlocksOfMatrixUnitsHaveTheTilesOfTheirKernel) {
  // 8 x 8 blocks of 64 x 64, four at a time, of four warps along the rows.
  constexpr double inputs = 512 * 4096, weights = 512 * 4096;
  Work work = workOf(matmul(512, 512, 4096));
  work.kernel = {Kernel::Kind::Mma, 256, 64, 64, 8, 64, 32, 4, 1};
  Movement movement = moveStep(work, gpu(), {{2, 2, 2}});
  // From L2 each block reads for itself.
  EXPECT_DOUBLE_EQ(movement.levels[1][indexOf(Operand::Weights)].read,
                   8 * weights);
  EXPECT_DOUBLE_EQ(movement.levels[1][indexOf(Operand::Inputs)].read,
                   8 * inputs);
  // In shared memory each warp does.
  EXPECT_DOUBLE_EQ(movement.levels[0][indexOf(Operand::Weights)].read,
                   4 * 8 * weights);
  EXPECT_DOUBLE_EQ(movement.levels[0][indexOf(Operand::Inputs)].read,
                   8 * inputs);
  expect(movement, 2, Operand::Outputs, 0, 512 * 512);
  // Half the rows of a block, twice the weights.
  work.kernel.blockM = 32;
  work.kernel.warpsM = 2;
  movement = moveStep(work, gpu(), {{2, 2, 2}});
  EXPECT_DOUBLE_EQ(movement.levels[1][indexOf(Operand::Weights)].read,
                   16 * weights);
}

TEST(TrafficTest, WarpsReadWeightsOnceForEachRowOfInputs) {
  // Tiles of 4 rows, 4 warps to a block: 16 rows share a copy of the inputs,
  // and so do the two blocks of each multiprocessor.
  Work work = workOf(matmul(2, 128, 4096));
  work.kernel = {Kernel::Kind::Gemv, 256, 1, 4, 8, 16, 1, 1, 4};
  Movement movement = moveStep(work, gpu(), {{2, 2, 2}});
  EXPECT_DOUBLE_EQ(movement.levels[1][indexOf(Operand::Weights)].read,
                   2 * 128 * 4096);
  // They fit L2, which reads them once.
  expect(movement, 2, Operand::Weights, 128 * 4096, 0);
  EXPECT_DOUBLE_EQ(movement.levels[1][indexOf(Operand::Inputs)].read,
                   4 * 2 * 4096);
}

TEST(TrafficTest, AFoldedUnitReadsEveryWeightForEveryPosition) {
  Machine machine = processor();
  machine.kind = MachineKind::Fpga;
  machine.memory = {level("BRAM", 1e6, 1e9, 1e9), level("DDR", 1e9, 1e9, 1e9)};
  // 16 multipliers: 2 inputs at a time for 8 rows of weights.
  Work work = workOf(matmul(4, 16, 32));
  Movement movement = moveStep(work, machine, {{0, 0, 0}});
  expect(movement, 0, Operand::Weights, 4 * 16 * 32, 0);
  double inputs = movement.levels[0][indexOf(Operand::Inputs)].read;
  EXPECT_DOUBLE_EQ(inputs, 4 * 32 * 4);
  // A chosen folding of 16 rows reads inputs once.
  Work chosen = work;
  chosen.kernel.kind = Kernel::Kind::Folded;
  chosen.kernel.blockN = 16;
  chosen.kernel.blockK = 4;
  EXPECT_DOUBLE_EQ(moveStep(chosen, machine, {{0, 0, 0}})
                       .levels[0][indexOf(Operand::Inputs)]
                       .read,
                   4 * 32);
  expect(movement, 0, Operand::Outputs, 0, 4 * 16);
}

/// Scratchpads of each element before a buffer that weights pass by.
Machine array() {
  Machine machine = processor();
  machine.kind = MachineKind::Array;
  machine.cores = 168;
  machine.array = {12, 14};
  machine.memory = {level("inputs", 24, 1, 168), level("sums", 32, 1, 168),
                    level("weights", 384, 1, 168),
                    level("buffer", 131072, 1, 1), level("DRAM", 1e9, 1, 1)};
  machine.memory[0].holds = {Operand::Inputs};
  machine.memory[1].holds = {Operand::Outputs};
  machine.memory[2].holds = {Operand::Weights};
  machine.memory[3].holds = {Operand::Inputs, Operand::Outputs};
  return machine;
}

TEST(TrafficTest, AnArrayKeepsRowsStationary) {
  // The references' convolution: C3 M32 P=Q=112 R=S=3, stride 2.
  Product conv;
  conv.isConv = true;
  conv.n = 32;
  conv.c = 3;
  conv.axes = {{112, 3, 2}, {112, 3, 2}};
  Work work = workOf(conv);
  Movement movement = moveStep(work, array(), {{4, 4, 4}});
  // Scratchpads serve every multiply-accumulate.
  EXPECT_DOUBLE_EQ(movement.levels[0][indexOf(Operand::Inputs)].read,
                   work.macs);
  EXPECT_DOUBLE_EQ(movement.levels[2][indexOf(Operand::Weights)].read,
                   work.macs);
  EXPECT_DOUBLE_EQ(movement.levels[1][indexOf(Operand::Outputs)].written,
                   4 * work.macs);
  // Every result reaches DRAM once, no weight is kept in the buffer.
  expect(movement, 4, Operand::Outputs, 0, 32 * 112 * 112);
  expect(movement, 3, Operand::Weights, 0, 0);
  EXPECT_GE(movement.levels[4][indexOf(Operand::Weights)].read, 32 * 27);
}

TEST(TrafficTest, NoLevelMovesLessThanEveryByteOnce) {
  for (MachineKind kind : {MachineKind::Cpu, MachineKind::Gpu,
                           MachineKind::Fpga, MachineKind::Array})
    for (int64_t size : {1, 3, 17, 130})
      for (int64_t stride : {1, 2}) {
        Machine machine = kind == MachineKind::Array ? array() : processor();
        machine.kind = kind;
        Product conv;
        conv.isConv = true;
        conv.n = size;
        conv.c = 5;
        conv.axes = {{size, 3, stride}, {7, 3, stride}};
        Work work = workOf(conv);
        unsigned last = machine.memory.size() - 1;
        Movement movement = moveStep(work, machine, {{last, last, last}});
        const auto &traffic = movement.levels[last];
        EXPECT_GE(traffic[0].read, size * 45);
        EXPECT_GE(traffic[1].read, 5 * size * 7);
        EXPECT_GE(traffic[2].written, size * size * 7);
        for (const auto &operands : movement.levels)
          for (const Traffic &each : operands)
            EXPECT_GE(std::min(each.read, each.written), 0);
      }
}

} // namespace
