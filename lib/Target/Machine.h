//===- Machine.h - A machine that Tern compiles for -----------------------===//
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tern {

/// What a machine is: decides how kernels are lowered for it (loops on vectors,
/// SIMT, streams) and which backend serves it. An array is costed only.
enum class MachineKind { Cpu, Rvv, C, Gpu, Fpga, Array };

/// What a figure rests on.
enum class Confidence { Measured, Vendor, Paper, Scaled, Guess };

/// One number about a machine, and why it should be believed.
struct Figure {
  double value = 0;
  /// An entry of targets/sources.yaml.
  std::string source;
  Confidence confidence = Confidence::Guess;
  /// Relative: 0.1 says that the truth lies within 10 percent.
  double uncertainty = 0;
};

/// Operand precisions that compute units tell apart. Narrower codes run as the
/// next wider one.
enum class Precision { Int8, Int16, Int32, F8, F16, BF16, F32, F64 };

/// Multiply-accumulates that one core completes per cycle on a pair of
/// precisions, at the vector width of the machine.
struct ComputeUnit {
  Precision lhs, rhs;
  Figure macsPerCycle;
  /// Picojoules of one multiply-accumulate: registers and control included.
  std::optional<Figure> pj = std::nullopt;
};

/// What a contraction keeps in memory.
enum class Operand { Weights, Inputs, Outputs };
constexpr unsigned numOperands = 3;

/// Picojoules of one access to a level of memory, and how wide it is.
struct AccessEnergy {
  /// Of the smallest piece that can be written alone, and of one access.
  unsigned wordBits = 0, accessBits = 0;
  Figure readPj, writePj;
};

/// One level of the memory hierarchy as one core sees it.
struct MemoryLevel {
  std::string name;
  /// Capacity in bytes; the last level's is what the machine has.
  Figure bytes;
  /// Bytes per second that one core reads.
  Figure bandwidth;
  /// Bytes per second that all cores together read.
  Figure sharedBandwidth;
  std::optional<AccessEnergy> energy = std::nullopt;
  /// What passes through the level; the rest goes around it.
  std::vector<Operand> holds = {Operand::Weights, Operand::Inputs,
                                Operand::Outputs};

  bool doesHold(Operand operand) const;
};

struct VectorUnit {
  /// Width in bits; the VLEN that costs assume when `scalable`.
  unsigned bits = 0;
  bool scalable = false;
};

/// What a GPU's kernels are shaped by. All counts are of one multiprocessor
/// unless they say otherwise.
struct GpuShape {
  unsigned multiprocessors = 0; ///< of the whole GPU
  unsigned maxThreads = 0;
  unsigned maxBlockThreads = 0;
  unsigned registers = 0;   ///< of 32 bits
  unsigned sharedBytes = 0; ///< of shared memory
  unsigned maxBlockSharedBytes = 0;
  /// Compute capability, 10 * major + minor: 80, 90.
  unsigned capability = 0;
};

/// What an FPGA has of everything. BRAM is counted in blocks of 18 kbit.
struct FpgaParts {
  unsigned lut = 0, ff = 0, bram18 = 0, uram = 0, dsp = 0;
  /// "dsp48e1", "dsp48e2" or "dsp58".
  std::string dspKind;
  /// The name that the vendor's tools know.
  std::string part;
};

/// The processing elements of an array: `cores` of them.
struct ArrayShape {
  unsigned rows = 0, columns = 0;
};

/// A parsed targets/<name>.yaml.
struct Machine {
  std::string name;
  MachineKind kind = MachineKind::Cpu;
  /// LLVM's names; empty for machines that LLVM does not compile for.
  std::string triple, cpu;
  /// LLVM's feature string: "+avx2,+fma".
  std::string features;
  VectorUnit vector;
  GpuShape gpu;     ///< of kind Gpu
  FpgaParts fpga;   ///< of kind Fpga
  ArrayShape array; ///< of kind Array
  Figure clock;     ///< Hz
  unsigned cores = 1;
  std::vector<ComputeUnit> compute;
  std::vector<MemoryLevel> memory; ///< innermost first
  Figure launch;                   ///< seconds to start one kernel
  /// Watts that flow whether anything is computed or not.
  std::optional<Figure> staticPower;
  /// Picojoules of one scalar operation outside of contractions, in f32.
  std::optional<Figure> scalarPj;
  /// Hash of the file's contents, 16 hexadecimal digits.
  std::string hash;
  std::string path;

  /// The rate of a pair of precisions; when the file has no such unit, that of
  /// the narrowest one listed which can hold both operands.
  const Figure &macsPerCycle(Precision lhs, Precision rhs) const {
    return unitFor(lhs, rhs).macsPerCycle;
  }
  /// The unit that computes a pair of precisions, by the same rule.
  const ComputeUnit &unitFor(Precision lhs, Precision rhs) const;

  /// The first energy figure that the file lacks, as its key and where it
  /// belongs: "pj of the compute unit int8 x int8". Empty: all are there.
  std::string missingEnergy() const;
};

/// "cpu", "measured", "int8", ...
const char *nameOf(MachineKind kind);
const char *nameOf(Confidence confidence);
const char *nameOf(Precision precision);
const char *nameOf(Operand operand);

} // namespace tern
