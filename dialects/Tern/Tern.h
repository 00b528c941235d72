//===- Tern.h - The tern dialect ------------------------------------------===//
#pragma once
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Tern/TernDialect.h.inc"
#include "dialects/Tern/TernEnums.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Tern/TernTypes.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Tern/TernAttrs.h.inc"
#define GET_OP_CLASSES
#include "dialects/Tern/TernOps.h.inc"
