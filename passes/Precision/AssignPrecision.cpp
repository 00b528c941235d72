//===- AssignPrecision.cpp - Widths of layers under a budget --------------===//
#include "lib/Calibration/Precision.h"
#include "passes/Precision/Passes.h"
#include "llvm/ADT/StringExtras.h"

namespace tern::precision {
#define GEN_PASS_DEF_ASSIGNPRECISION
#include "passes/Precision/Passes.h.inc"
} // namespace tern::precision

using namespace mlir;
using namespace tern;
using namespace tern::calib;

/// "bytes:6000", or "bytes:12%" of the weights in f32; nothing for others.
static std::optional<int64_t> parseBudget(StringRef text, int64_t floatBytes) {
  double value = 0;
  if (!text.consume_front("bytes:"))
    return std::nullopt;
  bool isShare = text.consume_back("%");
  if (text.getAsDouble(value) || !(value > 0))
    return std::nullopt;
  return static_cast<int64_t>(isShare ? value / 100 * double(floatBytes)
                                      : value);
}

/// A line of the table: what was chosen, and from what.
static void say(const FloatContraction &c, const LayerChoice &choice) {
  std::string text;
  llvm::raw_string_ostream os(text);
  auto print = [&](const Candidate &candidate) {
    os << candidate.format << " (" << candidate.bytes << " bytes, error "
       << llvm::format("%.2e", candidate.error) << ")";
  };
  print(choice.best());
  os << " out of ";
  llvm::interleaveComma(choice.candidates, os, print);
  mlir::emitRemark(c.op->getLoc(), os.str());
}

namespace {
struct AssignPrecision : precision::impl::AssignPrecisionBase<AssignPrecision> {
  using AssignPrecisionBase::AssignPrecisionBase;
  AssignPrecision(precision::AssignPrecisionOptions options,
                  std::shared_ptr<const Statistics> statistics)
      : AssignPrecisionBase(std::move(options)), known(std::move(statistics)) {}

  void runOnOperation() override {
    if (!known && !statistics.empty()) {
      llvm::Expected<Statistics> read = readStatistics(statistics);
      if (!read)
        return fail(llvm::toString(read.takeError()));
      known = std::make_shared<const Statistics>(std::move(*read));
    }
    if (!known)
      return fail("expected statistics or inputs (--calib) for a budget, but "
                  "got none");
    std::vector<std::string> formats;
    for (StringRef format : llvm::split(candidates, '+')) {
      llvm::Expected<LayerSpec> spec = parseLayerSpec(format);
      if (!spec)
        return fail(llvm::toString(spec.takeError()));
      if (spec->isFloat)
        return fail("expected candidates with codes, but got 'float'");
      formats.push_back(format.str());
    }
    assign(formats);
  }

  void fail(const Twine &message) {
    mlir::emitError(getOperation().getLoc(), message);
    signalPassFailure();
  }

  /// Measures the layers of the first entry; the others have the same.
  void assign(ArrayRef<std::string> formats) {
    auto entries = getOperation().getOps<func::FuncOp>();
    if (entries.empty())
      return;
    std::vector<FloatContraction> found = floatContractions(*entries.begin());
    std::vector<LayerChoice> layers;
    int64_t floatBytes = 0;
    for (const FloatContraction &c : found) {
      const LayerStatistics *layer = known->find(c.key, c.groups, c.depth);
      if (!layer)
        return fail("expected statistics of layer '" + c.key +
                    "', but got none");
      layers.push_back(measure(c, *layer, formats, rounding == "gptq"));
      floatBytes += c.rows * c.depth * int64_t(sizeof(float));
    }
    std::optional<int64_t> bytes = parseBudget(budget, floatBytes);
    if (!bytes)
      return fail("expected a budget bytes:<count> or bytes:<share>%, but got "
                  "'" +
                  budget + "'");
    if (!assignWithin(layers, *bytes))
      return fail("expected a budget that the smallest formats fit, but got " +
                  Twine(*bytes) + " bytes");
    for (auto [c, layer] : llvm::zip(found, layers))
      say(c, layer);
    mark(layers);
  }

  void mark(ArrayRef<LayerChoice> layers) {
    for (auto entry : getOperation().getOps<func::FuncOp>())
      for (const FloatContraction &c : floatContractions(entry))
        for (const LayerChoice &layer : layers)
          if (layer.key == c.key)
            c.op->setAttr("tern.precision",
                          StringAttr::get(&getContext(), layer.best().format));
  }

  std::shared_ptr<const Statistics> known;
};
} // namespace

std::unique_ptr<Pass>
precision::createAssignPrecision(AssignPrecisionOptions options,
                                 std::shared_ptr<const Statistics> statistics) {
  return std::make_unique<AssignPrecision>(std::move(options),
                                           std::move(statistics));
}
