//===- Kern.h - The kern dialect ------------------------------------------===//
#pragma once
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/SCF/IR/DeviceMappingInterface.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Kern/KernDialect.h.inc"
#include "dialects/Kern/KernEnums.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Kern/KernTypes.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Kern/KernAttrs.h.inc"
#define GET_OP_CLASSES
#include "dialects/Kern/KernOps.h.inc"
