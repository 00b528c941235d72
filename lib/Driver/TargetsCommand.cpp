//===- TargetsCommand.cpp - tern targets ----------------------------------===//
#include "lib/Driver/Commands.h"
#include "lib/Target/Targets.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace tern;
using namespace tern::driver;

/// What the kind of machine computes with.
static std::string describe(const Machine &machine) {
  std::string text;
  llvm::raw_string_ostream os(text);
  switch (machine.kind) {
  case MachineKind::Cpu:
  case MachineKind::Rvv:
  case MachineKind::C:
    os << machine.vector.bits << "-bit vectors"
       << (machine.vector.scalable ? " (any length)" : "") << ", "
       << machine.cores << " cores";
    break;
  case MachineKind::Gpu:
    os << machine.gpu.multiprocessors << " multiprocessors, compute capability "
       << machine.gpu.capability / 10 << "." << machine.gpu.capability % 10;
    break;
  case MachineKind::Fpga:
    os << machine.fpga.lut << " LUTs, " << machine.fpga.dsp << " DSPs, "
       << machine.fpga.bram18 << " block RAMs";
    break;
  case MachineKind::Array:
    os << machine.array.rows << " x " << machine.array.columns
       << " elements, costed only";
    break;
  }
  return text;
}

namespace {
class TargetsCommand : public Command {
public:
  TargetsCommand() : Command("targets", "list the machines Tern knows") {}

  int run() override {
    auto context = makeContext();
    TargetDirs dirs = defaultTargetDirs();
    FailureOr<const Machine *> host = loadMachine("host", dirs, context.get());
    for (const std::string &name : listMachines(dirs)) {
      FailureOr<const Machine *> machine =
          loadMachine(name, dirs, context.get());
      if (failed(machine))
        return ExitEnvironment;
      const Machine &m = **machine;
      bool isHost = succeeded(host) && (*host)->name == m.name;
      std::string missing = m.missingEnergy();
      llvm::outs() << llvm::format(
          "%-14s %-5s %s, %.2g GHz, %.3g int8 MACs a cycle and core, energy %s"
          "%s\n",
          m.name.c_str(), nameOf(m.kind), describe(m).c_str(),
          m.clock.value / 1e9,
          m.macsPerCycle(Precision::Int8, Precision::Int8).value,
          missing.empty() ? "known" : ("lacks " + missing).c_str(),
          isHost ? "  <- host" : "");
    }
    return ExitOk;
  }
};
} // namespace

std::unique_ptr<Command> driver::makeTargetsCommand() {
  return std::make_unique<TargetsCommand>();
}
