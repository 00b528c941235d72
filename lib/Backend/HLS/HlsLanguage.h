//===- HlsLanguage.h - How HLS C++ spells a stage -------------------------===//
#pragma once
#include "lib/Backend/Common/CLanguage.h"

namespace tern::backend {

/// Integers of odd widths are ap_int, streams hls::stream, on-chip memories
/// arrays with the vendor's pragmas.
class HlsLanguage : public CLanguage {
public:
  std::string typeOf(mlir::Type type) const override;
  bool hasSpace(mlir::Attribute space) const override;
  void head(mlir::func::FuncOp stage, llvm::StringRef name,
            llvm::ArrayRef<std::string> arguments, CWriter &w,
            llvm::raw_ostream &os) const override;
  CText expression(mlir::Operation *op,
                   llvm::ArrayRef<CText> operands) const override;
  bool statement(mlir::Operation *op, CWriter &w) const override;
};

/// The declaration of a parameter: "const int8_t *image",
/// "hls::stream<ap_int<12>> &codes".
std::string hlsParameter(const HlsLanguage &language, mlir::Value argument,
                         llvm::StringRef name);

} // namespace tern::backend
