//===- MachineTest.cpp - Machines are read strictly -----------------------===//
#include "lib/Target/Targets.h"
#include "llvm/Support/MemoryBuffer.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace tern;

namespace {

class MachineTest : public testing::Test {
protected:
  MachineTest() : context(MLIRContext::Threading::DISABLED) {
    auto file = llvm::MemoryBuffer::getFile("targets/host-avx2.yaml");
    if (file)
      text = (*file)->getBuffer().str();
  }
  /// What the reader says about the machine with `from` replaced by `to`.
  std::string complaint(StringRef from, StringRef to) {
    std::string changed = text;
    size_t at = changed.find(from.str());
    EXPECT_NE(at, std::string::npos) << from.str();
    changed.replace(at, from.size(), to.str());
    std::string said;
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      llvm::raw_string_ostream os(said);
      auto loc = dyn_cast<FileLineColLoc>(diagnostic.getLocation());
      if (loc)
        os << loc.getFilename().getValue() << ":" << loc.getLine() << ": ";
      os << diagnostic << "\n";
      return success();
    });
    auto machine = parseMachine(changed, "m.yaml",
                                {"instruction-count", "assumed", "zen4-caches",
                                 "scaled-from-zen4", "zen4-tdp", "sram-7nm",
                                 "sram-sqrt", "dram-recalled"},
                                &context);
    EXPECT_TRUE(failed(machine));
    return said;
  }
  void expectComplaint(StringRef from, StringRef to, StringRef said) {
    std::string got = complaint(from, to);
    EXPECT_NE(got.find(said.str()), std::string::npos) << got;
  }

  MLIRContext context;
  std::string text;
};

TEST_F(MachineTest, EveryMachineOfTheProjectLoads) {
  TargetDirs dirs = defaultTargetDirs();
  std::vector<std::string> names = listMachines(dirs);
  for (StringRef name :
       {"a100", "c", "eyeriss", "h100", "h200", "host-avx2", "host-avx512",
        "host-baseline", "rvv128", "rvv256", "rvv512", "xc7z020", "zu7ev"})
    EXPECT_TRUE(llvm::is_contained(names, name)) << name.str();
  for (const std::string &name : names) {
    auto machine = loadMachine(name, dirs, &context);
    ASSERT_TRUE(succeeded(machine)) << name;
    EXPECT_EQ((*machine)->name, name);
    EXPECT_EQ((*machine)->hash.size(), 16u);
    EXPECT_EQ((*machine)->missingEnergy(), "") << name;
    // Loading again gives the machine that is there.
    EXPECT_EQ(*loadMachine(name, dirs, &context), *machine);
  }
}

TEST_F(MachineTest, HostIsANamedMachine) {
  auto machine = loadMachine("host", defaultTargetDirs(), &context);
  ASSERT_TRUE(succeeded(machine));
  EXPECT_TRUE(StringRef((*machine)->name).starts_with("host-"));
}

TEST_F(MachineTest, ModulesFindTheirMachine) {
  auto machine = loadMachine("rvv256", defaultTargetDirs(), &context);
  ASSERT_TRUE(succeeded(machine));
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  (*module)->setAttr("tern.target", targetAttr(**machine, &context));
  EXPECT_EQ(*machineOf(*module), *machine);
  ScopedDiagnosticHandler quiet(&context,
                                [](Diagnostic &) { return success(); });
  (*module)->setAttr("tern.target",
                     ir::TargetAttr::get(&context, "rvv256", "+v", "00"));
  EXPECT_TRUE(failed(machineOf(*module)));
}

TEST_F(MachineTest, MistakesAreRefusedWithTheirLine) {
  expectComplaint("cores: 2", "cores: 2\nkores: 3",
                  "m.yaml:10: unknown key 'kores'");
  expectComplaint("cores: 2\n", "", "missing required key 'cores'");
  expectComplaint("cores: 2", "cores: 0", "expected 1 to 4096 cores");
  expectComplaint("cores: 2", "cores: two", "m.yaml:9: invalid number");
  expectComplaint("kind: cpu", "kind: tpu", "m.yaml:3: unknown enumerated");
  expectComplaint("kind: cpu", "kind: gpu", "missing required key 'gpu'");
  expectComplaint("kind: cpu", "kind: fpga", "missing required key 'fpga'");
  expectComplaint("bits: 256", "bits: 200",
                  "m.yaml:7: expected a power of two");
  expectComplaint("value: 3.5e9", "value: -1",
                  "m.yaml:8: expected a positive value");
  expectComplaint("value: 3.5e9", "value: nan", "expected a positive value");
  expectComplaint("conf: guess", "conf: hope", "unknown enumerated scalar");
  expectComplaint("uncertainty: 0.2", "uncertainty: 2",
                  "expected an uncertainty between 0 and 1");
  expectComplaint("source: assumed", "source: hearsay",
                  "expected a source out of sources.yaml, but got 'hearsay'");
  expectComplaint("+avx2", "avx2", "expected features like +avx2");
  expectComplaint("lhs: f32", "lhs: int4", "unknown enumerated scalar");
  expectComplaint("lhs: int8", "lhs: int16",
                  "expected a compute unit for int8 x int8");
  expectComplaint("value: 32768", "value: 2e6",
                  "expected levels of memory from the smallest");
  expectComplaint("cores: 2", "cores: 2\ncores: 3", "duplicated mapping key");
  expectComplaint("cores: 2", "cores: [", "m.yaml:");
}

TEST_F(MachineTest, MistakesInEnergyAreRefusedWithTheirLine) {
  expectComplaint("    pj: {", "    pJ: {", "unknown key 'pJ'");
  expectComplaint("read_pj: {value: ", "read_pj: {value: -",
                  "expected a positive value");
  expectComplaint("      access_bits: 512\n", "",
                  "missing required key 'access_bits'");
  expectComplaint("access_bits: 512", "access_bits: 12",
                  "expected access_bits to be a multiple of word_bits");
  expectComplaint("  - name: DRAM", "    holds: [bias]\n  - name: DRAM",
                  "unknown enumerated scalar");
  expectComplaint("launch_s:", "    holds: []\nlaunch_s:",
                  "expected holds to name an operand");
  expectComplaint("launch_s:", "    holds: [weights, inputs]\nlaunch_s:",
                  "expected the last level of memory to hold outputs");
}

TEST_F(MachineTest, EnergyMayLackAndSaysWhatDoes) {
  auto machine = loadMachine("host-avx2", defaultTargetDirs(), &context);
  ASSERT_TRUE(succeeded(machine));
  Machine lacking = **machine;
  lacking.scalarPj.reset();
  EXPECT_EQ(lacking.missingEnergy(), "scalar_pj");
  lacking.staticPower.reset();
  EXPECT_EQ(lacking.missingEnergy(), "static_w");
  lacking.memory[1].energy.reset();
  EXPECT_EQ(lacking.missingEnergy(), "energy of the memory level L2");
  lacking.compute[0].pj.reset();
  EXPECT_EQ(lacking.missingEnergy(), "pj of the compute unit int8 x int8");
}

TEST_F(MachineTest, LevelsSayWhatPassesThroughThem) {
  auto machine = loadMachine("eyeriss", defaultTargetDirs(), &context);
  ASSERT_TRUE(succeeded(machine));
  const MemoryLevel &buffer = (*machine)->memory[3];
  EXPECT_EQ(buffer.name, "buffer");
  EXPECT_TRUE(buffer.doesHold(Operand::Inputs));
  EXPECT_FALSE(buffer.doesHold(Operand::Weights));
  EXPECT_TRUE((*machine)->memory.back().doesHold(Operand::Weights));
}

TEST_F(MachineTest, UnknownNamesListWhatThereIs) {
  std::string said;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    said += diagnostic.str();
    return success();
  });
  EXPECT_TRUE(failed(loadMachine("../x", defaultTargetDirs(), &context)));
  EXPECT_NE(said.find("out of host, a100, c, "), std::string::npos) << said;
}

TEST_F(MachineTest, PairsWithoutAUnitRunInAWiderOne) {
  auto machine = loadMachine("host-avx512", defaultTargetDirs(), &context);
  ASSERT_TRUE(succeeded(machine));
  auto rate = [&](Precision a, Precision b) {
    return (*machine)->macsPerCycle(a, b).value;
  };
  EXPECT_EQ(rate(Precision::Int8, Precision::Int8), 64);
  EXPECT_EQ(rate(Precision::Int8, Precision::Int16),
            rate(Precision::Int16, Precision::Int16));
  EXPECT_EQ(rate(Precision::Int8, Precision::F32), 16);
  EXPECT_EQ(rate(Precision::F16, Precision::BF16), 16);
}

} // namespace
