//===- QuantizeSpec.h - What a user asks a layer to become ----------------===//
#pragma once
#include "dialects/Tern/Tern.h"
#include "lib/Calibration/Rounding.h"
#include "llvm/Support/Error.h"
#include <map>

namespace tern::calib {

/// One layer's formats: "w4a8dg32".
struct LayerSpec {
  /// Stays as it is.
  bool isFloat = false;
  bool isTernary = false;
  unsigned weightBits = 8;
  /// 0: inputs stay float.
  unsigned inputBits = 0;
  /// Inputs get their scales when running, even with statistics.
  bool isDynamic = false;
  /// Weights that share a scale; 0: a row.
  int64_t group = 0;

  ir::QType weightCode(mlir::MLIRContext *context) const;
  RoundingRule rule() const;
};

/// The formats of a model: a default, and those of single layers.
struct QuantizeSpec {
  LayerSpec all;
  std::map<std::string, LayerSpec> layers;

  const LayerSpec &of(const std::string &layer) const;
};

llvm::Expected<LayerSpec> parseLayerSpec(llvm::StringRef text);
llvm::Expected<QuantizeSpec> parseQuantizeSpec(llvm::StringRef text);

} // namespace tern::calib
