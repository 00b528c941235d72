//===- Dtypes.cpp - ONNX's names of element types -------------------------===//
#include "dialects/Onnx/Dtypes.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern::onnx_ir;

static StringRef integerName(IntegerType type) {
  bool isUnsigned = type.isUnsigned();
  switch (type.getWidth()) {
  case 1:
    return "bool";
  case 2:
    return isUnsigned ? "uint2" : "int2";
  case 4:
    return isUnsigned ? "uint4" : "int4";
  case 8:
    return isUnsigned ? "uint8" : "int8";
  case 16:
    return isUnsigned ? "uint16" : "int16";
  case 32:
    return isUnsigned ? "uint32" : "int32";
  case 64:
    return isUnsigned ? "uint64" : "int64";
  default:
    return "";
  }
}

StringRef tern::onnx_ir::dtypeName(Type elementType) {
  return llvm::TypeSwitch<Type, StringRef>(elementType)
      .Case([](IntegerType type) { return integerName(type); })
      .Case<Float16Type>([](Type) { return "float16"; })
      .Case<BFloat16Type>([](Type) { return "bfloat16"; })
      .Case<Float32Type>([](Type) { return "float"; })
      .Case<Float64Type>([](Type) { return "double"; })
      .Case<Float8E4M3FNType>([](Type) { return "float8e4m3fn"; })
      .Case<Float8E4M3FNUZType>([](Type) { return "float8e4m3fnuz"; })
      .Case<Float8E5M2Type>([](Type) { return "float8e5m2"; })
      .Case<Float8E5M2FNUZType>([](Type) { return "float8e5m2fnuz"; })
      .Case<Float4E2M1Type>([](Type) { return "float4e2m1"; })
      .Case<Float8E8M0Type>([](Type) { return "float8e8m0"; })
      .Case<StringType>([](Type) { return "string"; })
      .Default([](Type) { return ""; });
}
