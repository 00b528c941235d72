//===- MachineYaml.cpp - Strict reading of targets/*.yaml -----------------===//
//
// Every key is required but those of energy, an unknown one is an error with
// its line, and every figure is a record that says where it comes from.
//
//===----------------------------------------------------------------------===//
#include "lib/Target/Targets.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/YAMLTraits.h"
#include "llvm/Support/xxhash.h"
#include <cmath>

using namespace mlir;
using namespace tern;

namespace {
struct Source {
  std::string id, what;
};
/// What the traits need beside the text.
struct ReadContext {
  ArrayRef<std::string> sources;
};
} // namespace

LLVM_YAML_IS_SEQUENCE_VECTOR(tern::ComputeUnit)
LLVM_YAML_IS_SEQUENCE_VECTOR(tern::MemoryLevel)
LLVM_YAML_IS_SEQUENCE_VECTOR(Source)
LLVM_YAML_IS_FLOW_SEQUENCE_VECTOR(tern::Operand)

namespace llvm::yaml {

template <typename Enum> struct NamedEnumeration {
  static void enumeration(IO &io, Enum &value, Enum last) {
    for (int i = 0; i <= static_cast<int>(last); ++i)
      io.enumCase(value, nameOf(static_cast<Enum>(i)), static_cast<Enum>(i));
  }
};
template <> struct ScalarEnumerationTraits<MachineKind> {
  static void enumeration(IO &io, MachineKind &kind) {
    NamedEnumeration<MachineKind>::enumeration(io, kind, MachineKind::Array);
  }
};
template <> struct ScalarEnumerationTraits<Confidence> {
  static void enumeration(IO &io, Confidence &confidence) {
    NamedEnumeration<Confidence>::enumeration(io, confidence,
                                              Confidence::Guess);
  }
};
template <> struct ScalarEnumerationTraits<Precision> {
  static void enumeration(IO &io, Precision &precision) {
    NamedEnumeration<Precision>::enumeration(io, precision, Precision::F64);
  }
};

template <> struct ScalarEnumerationTraits<Operand> {
  static void enumeration(IO &io, Operand &operand) {
    NamedEnumeration<Operand>::enumeration(io, operand, Operand::Outputs);
  }
};

template <> struct MappingTraits<Figure> {
  static void mapping(IO &io, Figure &figure) {
    io.mapRequired("value", figure.value);
    io.mapRequired("source", figure.source);
    io.mapRequired("conf", figure.confidence);
    io.mapRequired("uncertainty", figure.uncertainty);
  }
  static std::string validate(IO &io, Figure &figure) {
    if (!std::isfinite(figure.value) || figure.value <= 0)
      return "expected a positive value";
    if (!(figure.uncertainty >= 0 && figure.uncertainty <= 1))
      return "expected an uncertainty between 0 and 1";
    const auto *context = static_cast<ReadContext *>(io.getContext());
    if (!is_contained(context->sources, figure.source))
      return "expected a source out of sources.yaml, but got '" +
             figure.source + "'";
    return "";
  }
};

template <> struct MappingTraits<VectorUnit> {
  static void mapping(IO &io, VectorUnit &vector) {
    io.mapRequired("bits", vector.bits);
    io.mapRequired("scalable", vector.scalable);
  }
  static std::string validate(IO &, VectorUnit &vector) {
    if (vector.bits < 32 || vector.bits > 65536 || !isPowerOf2_32(vector.bits))
      return "expected a power of two between 32 and 65536 as bits";
    return "";
  }
};

template <> struct MappingTraits<ComputeUnit> {
  static void mapping(IO &io, ComputeUnit &unit) {
    io.mapRequired("lhs", unit.lhs);
    io.mapRequired("rhs", unit.rhs);
    io.mapRequired("macs_per_cycle", unit.macsPerCycle);
    io.mapOptional("pj", unit.pj);
  }
};

template <> struct MappingTraits<AccessEnergy> {
  static void mapping(IO &io, AccessEnergy &energy) {
    io.mapRequired("word_bits", energy.wordBits);
    io.mapRequired("access_bits", energy.accessBits);
    io.mapRequired("read_pj", energy.readPj);
    io.mapRequired("write_pj", energy.writePj);
  }
  static std::string validate(IO &, AccessEnergy &energy) {
    if (energy.wordBits < 1 || energy.accessBits % energy.wordBits ||
        energy.accessBits < energy.wordBits || energy.accessBits > 65536)
      return "expected access_bits to be a multiple of word_bits, up to 65536";
    return "";
  }
};

template <> struct MappingTraits<MemoryLevel> {
  static void mapping(IO &io, MemoryLevel &level) {
    io.mapRequired("name", level.name);
    io.mapRequired("bytes", level.bytes);
    io.mapRequired("bytes_per_s", level.bandwidth);
    io.mapRequired("shared_bytes_per_s", level.sharedBandwidth);
    io.mapOptional("energy", level.energy);
    std::optional<std::vector<Operand>> holds;
    io.mapOptional("holds", holds);
    if (holds && holds->empty())
      io.setError("expected holds to name an operand");
    if (holds)
      level.holds = *holds;
  }
  static std::string validate(IO &, MemoryLevel &level) {
    if (level.sharedBandwidth.value < level.bandwidth.value)
      return "expected shared_bytes_per_s of at least bytes_per_s";
    return "";
  }
};

template <> struct MappingTraits<GpuShape> {
  static void mapping(IO &io, GpuShape &gpu) {
    io.mapRequired("multiprocessors", gpu.multiprocessors);
    io.mapRequired("max_threads", gpu.maxThreads);
    io.mapRequired("max_block_threads", gpu.maxBlockThreads);
    io.mapRequired("registers", gpu.registers);
    io.mapRequired("shared_bytes", gpu.sharedBytes);
    io.mapRequired("max_block_shared_bytes", gpu.maxBlockSharedBytes);
    io.mapRequired("capability", gpu.capability);
  }
};

template <> struct MappingTraits<FpgaParts> {
  static void mapping(IO &io, FpgaParts &fpga) {
    io.mapRequired("part", fpga.part);
    io.mapRequired("lut", fpga.lut);
    io.mapRequired("ff", fpga.ff);
    io.mapRequired("bram18", fpga.bram18);
    io.mapRequired("uram", fpga.uram);
    io.mapRequired("dsp", fpga.dsp);
    io.mapRequired("dsp_kind", fpga.dspKind);
  }
  static std::string validate(IO &, FpgaParts &fpga) {
    if (!is_contained({"dsp48e1", "dsp48e2", "dsp58"}, fpga.dspKind))
      return "expected dsp48e1, dsp48e2 or dsp58 as dsp_kind, but got '" +
             fpga.dspKind + "'";
    return "";
  }
};

template <> struct MappingTraits<ArrayShape> {
  static void mapping(IO &io, ArrayShape &array) {
    io.mapRequired("rows", array.rows);
    io.mapRequired("columns", array.columns);
  }
};

template <> struct MappingTraits<Machine> {
  static void mapping(IO &io, Machine &machine) {
    std::vector<std::string> features;
    io.mapRequired("name", machine.name);
    io.mapRequired("kind", machine.kind);
    switch (machine.kind) {
    case MachineKind::Cpu:
    case MachineKind::Rvv:
    case MachineKind::C:
      io.mapRequired("triple", machine.triple);
      io.mapRequired("cpu", machine.cpu);
      io.mapRequired("features", features);
      io.mapRequired("vector", machine.vector);
      break;
    case MachineKind::Gpu:
      io.mapRequired("gpu", machine.gpu);
      break;
    case MachineKind::Fpga:
      io.mapRequired("fpga", machine.fpga);
      break;
    case MachineKind::Array:
      io.mapRequired("array", machine.array);
      break;
    }
    io.mapRequired("clock_hz", machine.clock);
    io.mapRequired("cores", machine.cores);
    io.mapRequired("compute", machine.compute);
    io.mapRequired("memory", machine.memory);
    io.mapRequired("launch_s", machine.launch);
    io.mapOptional("static_w", machine.staticPower);
    io.mapOptional("scalar_pj", machine.scalarPj);
    for (const std::string &feature : features)
      if (feature.size() < 2 || (feature[0] != '+' && feature[0] != '-') ||
          StringRef(feature).contains(','))
        io.setError("expected features like +avx2, but got '" + feature + "'");
    machine.features = llvm::join(features, ",");
  }
  static std::string validate(IO &, Machine &machine) {
    if (machine.cores < 1 || machine.cores > 4096)
      return "expected 1 to 4096 cores";
    if (machine.kind == MachineKind::Array &&
        machine.array.rows * machine.array.columns != machine.cores)
      return "expected as many cores as the array has rows times columns";
    if (machine.memory.empty())
      return "expected at least one level of memory";
    for (size_t i = 1; i < machine.memory.size(); ++i)
      if (machine.memory[i].bytes.value <= machine.memory[i - 1].bytes.value)
        return "expected levels of memory from the smallest to the largest";
    for (Operand operand :
         {Operand::Weights, Operand::Inputs, Operand::Outputs})
      if (!machine.memory.back().doesHold(operand))
        return std::string("expected the last level of memory to hold ") +
               nameOf(operand);
    for (Precision needed : {Precision::Int8, Precision::F32})
      if (none_of(machine.compute, [&](const ComputeUnit &unit) {
            return unit.lhs == needed && unit.rhs == needed;
          }))
        return std::string("expected a compute unit for ") + nameOf(needed) +
               " x " + nameOf(needed);
    return "";
  }
};

template <> struct MappingTraits<Source> {
  static void mapping(IO &io, Source &source) {
    io.mapRequired("id", source.id);
    io.mapRequired("what", source.what);
  }
};

} // namespace llvm::yaml

namespace {
/// Turns YAML's diagnostics into MLIR's: the first only, for what the reader
/// says after it comes of what it then did not read.
struct Reporter {
  MLIRContext *context;
  bool said = false;

  static void report(const llvm::SMDiagnostic &diagnostic, void *self) {
    auto &reporter = *static_cast<Reporter *>(self);
    if (std::exchange(reporter.said, true))
      return;
    emitError(FileLineColLoc::get(reporter.context, diagnostic.getFilename(),
                                  std::max(diagnostic.getLineNo(), 0),
                                  diagnostic.getColumnNo() + 1))
        << diagnostic.getMessage();
  }
};
} // namespace

/// Reads the one document of `text`.
template <typename T>
static LogicalResult readYaml(StringRef text, StringRef path, T &value,
                              ReadContext &sources, MLIRContext *context) {
  auto empty = [&] {
    return emitError(FileLineColLoc::get(context, path, 1, 1))
           << "expected one YAML document";
  };
  Reporter reporter{context};
  llvm::yaml::Input input(llvm::MemoryBufferRef(text, path), &sources,
                          Reporter::report, &reporter);
  if (!input.setCurrentDocument())
    return input.error() ? LogicalResult(failure()) : LogicalResult(empty());
  llvm::yaml::EmptyContext unused;
  llvm::yaml::yamlize(input, value, /*Required=*/true, unused);
  if (input.error())
    return failure();
  if (input.nextDocument())
    return empty();
  return success();
}

FailureOr<std::vector<std::string>>
tern::parseSources(StringRef text, StringRef path, MLIRContext *context) {
  std::vector<Source> sources;
  ReadContext none;
  if (failed(readYaml(text, path, sources, none, context)))
    return failure();
  std::vector<std::string> ids;
  for (const Source &source : sources)
    ids.push_back(source.id);
  return ids;
}

FailureOr<Machine> tern::parseMachine(StringRef text, StringRef path,
                                      ArrayRef<std::string> sources,
                                      MLIRContext *context) {
  Machine machine;
  ReadContext readContext{sources};
  if (failed(readYaml(text, path, machine, readContext, context)))
    return failure();
  machine.path = path.str();
  machine.hash = llvm::utohexstr(llvm::xxh3_64bits(text), /*LowerCase=*/true,
                                 /*Width=*/16);
  return machine;
}
