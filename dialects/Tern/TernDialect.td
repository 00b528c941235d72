//===- TernDialect.td - The tern dialect ----------------------------------===//
#ifndef TERN_TERN_DIALECT
#define TERN_TERN_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/BuiltinTypeInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"

def Tern_Dialect : Dialect {
  let name = "tern";
  let cppNamespace = "::tern::ir";
  let summary = "Low-bit values, contractions on them, weights.";
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
}

#endif // TERN_TERN_DIALECT
