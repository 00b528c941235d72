//===- Machine.h - A machine that Tern compiles for -----------------------===//
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace tern {

/// How a machine is compiled for; the backend that its code goes through.
enum class MachineKind { Cpu, Rvv, C };

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
};

struct VectorUnit {
  /// Width in bits; the VLEN that costs assume when `scalable`.
  unsigned bits = 0;
  bool scalable = false;
};

/// A parsed targets/<name>.yaml.
struct Machine {
  std::string name;
  MachineKind kind = MachineKind::Cpu;
  std::string triple, cpu;
  /// LLVM's feature string: "+avx2,+fma".
  std::string features;
  VectorUnit vector;
  Figure clock; ///< Hz
  unsigned cores = 1;
  std::vector<ComputeUnit> compute;
  std::vector<MemoryLevel> memory; ///< innermost first
  Figure launch;                   ///< seconds to start one kernel
  /// Hash of the file's contents, 16 hexadecimal digits.
  std::string hash;
  std::string path;

  /// The rate of a pair of precisions; when the file has no such unit, that of
  /// the narrowest one listed which can hold both operands.
  const Figure &macsPerCycle(Precision lhs, Precision rhs) const;
};

/// "cpu", "measured", "int8", ...
const char *nameOf(MachineKind kind);
const char *nameOf(Confidence confidence);
const char *nameOf(Precision precision);

} // namespace tern
