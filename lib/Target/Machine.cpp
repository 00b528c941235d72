//===- Machine.cpp - Names and rates of a machine -------------------------===//
#include "lib/Target/Machine.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/ErrorHandling.h"

using namespace tern;

const char *tern::nameOf(MachineKind kind) {
  static const char *const names[] = {"cpu", "rvv",  "c",
                                      "gpu", "fpga", "array"};
  return names[static_cast<int>(kind)];
}

const char *tern::nameOf(Confidence confidence) {
  static const char *const names[] = {"measured", "vendor", "paper", "scaled",
                                      "guess"};
  return names[static_cast<int>(confidence)];
}

const char *tern::nameOf(Precision precision) {
  static const char *const names[] = {"int8", "int16", "int32", "f8",
                                      "f16",  "bf16",  "f32",   "f64"};
  return names[static_cast<int>(precision)];
}

const char *tern::nameOf(Operand operand) {
  static const char *const names[] = {"weights", "inputs", "outputs"};
  return names[static_cast<int>(operand)];
}

bool MemoryLevel::doesHold(Operand operand) const {
  return llvm::is_contained(holds, operand);
}

static bool isInteger(Precision p) { return p <= Precision::Int32; }

/// The next wider precision that holds every value of `p`.
static Precision widen(Precision p) {
  switch (p) {
  case Precision::Int8:
    return Precision::Int16;
  case Precision::Int16:
    return Precision::Int32;
  case Precision::F8:
    return Precision::F16;
  case Precision::F16:
  case Precision::BF16:
    return Precision::F32;
  case Precision::Int32:
  case Precision::F32:
  case Precision::F64:
    return Precision::F64;
  }
  llvm_unreachable("a precision");
}

const ComputeUnit &Machine::unitFor(Precision lhs, Precision rhs) const {
  auto find = [&](Precision a, Precision b) -> const ComputeUnit * {
    for (const ComputeUnit &unit : compute)
      if ((unit.lhs == a && unit.rhs == b) || (unit.lhs == b && unit.rhs == a))
        return &unit;
    return nullptr;
  };
  if (const ComputeUnit *exact = find(lhs, rhs))
    return *exact;
  // A pair without a unit of its own runs in the wider of the two, an integer
  // beside a float in f32.
  Precision both = std::max(lhs, rhs);
  if (isInteger(lhs) != isInteger(rhs))
    both = std::max(both, Precision::F32);
  else if (lhs != rhs && !isInteger(lhs) && both == Precision::BF16)
    both = Precision::F32;
  for (;; both = widen(both)) {
    if (const ComputeUnit *unit = find(both, both))
      return *unit;
    if (both == Precision::F64)
      break;
  }
  // The reader makes sure that every machine has this one.
  return *find(Precision::F32, Precision::F32);
}

std::string Machine::missingEnergy() const {
  for (const ComputeUnit &unit : compute)
    if (!unit.pj)
      return std::string("pj of the compute unit ") + nameOf(unit.lhs) + " x " +
             nameOf(unit.rhs);
  for (const MemoryLevel &level : memory)
    if (!level.energy)
      return "energy of the memory level " + level.name;
  if (!staticPower)
    return "static_w";
  return scalarPj ? "" : "scalar_pj";
}
