//===- ImportTypes.cpp - ONNX types into MLIR types -----------------------===//
#include "lib/Import/ImportTypes.h"
#include "dialects/Onnx/Onnx.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace tern;

// Data types that are newer than the protobuf bindings this is built with.
enum NewDataType {
  Float8E4M3FN = 17,
  Float8E4M3FNUZ = 18,
  Float8E5M2 = 19,
  Float8E5M2FNUZ = 20,
  UInt4 = 21,
  Int4 = 22,
  Float4E2M1 = 23,
  Float8E8M0 = 24,
  UInt2 = 25,
  Int2 = 26,
};

static Type integer(MLIRContext *context, unsigned bits, bool isUnsigned) {
  return IntegerType::get(context, bits,
                          isUnsigned ? IntegerType::Unsigned
                                     : IntegerType::Signless);
}

Type tern::importElementType(int dataType, MLIRContext *context) {
  using onnx::TensorProto;
  switch (dataType) {
  case TensorProto::FLOAT:
    return Float32Type::get(context);
  case TensorProto::DOUBLE:
    return Float64Type::get(context);
  case TensorProto::FLOAT16:
    return Float16Type::get(context);
  case TensorProto::BFLOAT16:
    return BFloat16Type::get(context);
  case TensorProto::BOOL:
    return integer(context, 1, false);
  case TensorProto::INT8:
    return integer(context, 8, false);
  case TensorProto::INT16:
    return integer(context, 16, false);
  case TensorProto::INT32:
    return integer(context, 32, false);
  case TensorProto::INT64:
    return integer(context, 64, false);
  case TensorProto::UINT8:
    return integer(context, 8, true);
  case TensorProto::UINT16:
    return integer(context, 16, true);
  case TensorProto::UINT32:
    return integer(context, 32, true);
  case TensorProto::UINT64:
    return integer(context, 64, true);
  case TensorProto::STRING:
    return onnx_ir::StringType::get(context);
  case TensorProto::COMPLEX64:
    return ComplexType::get(Float32Type::get(context));
  case TensorProto::COMPLEX128:
    return ComplexType::get(Float64Type::get(context));
  case Float8E4M3FN:
    return Float8E4M3FNType::get(context);
  case Float8E4M3FNUZ:
    return Float8E4M3FNUZType::get(context);
  case Float8E5M2:
    return Float8E5M2Type::get(context);
  case Float8E5M2FNUZ:
    return Float8E5M2FNUZType::get(context);
  case Float4E2M1:
    return onnx_ir::Float4E2M1Type::get(context);
  case Float8E8M0:
    return onnx_ir::Float8E8M0Type::get(context);
  case Int4:
  case UInt4:
    return integer(context, 4, dataType == UInt4);
  case Int2:
  case UInt2:
    return integer(context, 2, dataType == UInt2);
  default:
    return {};
  }
}

unsigned tern::rawBits(int dataType) {
  using onnx::TensorProto;
  switch (dataType) {
  case UInt2:
  case Int2:
    return 2;
  case UInt4:
  case Int4:
  case Float4E2M1:
    return 4;
  case TensorProto::BOOL:
  case TensorProto::INT8:
  case TensorProto::UINT8:
  case Float8E4M3FN:
  case Float8E4M3FNUZ:
  case Float8E5M2:
  case Float8E5M2FNUZ:
  case Float8E8M0:
    return 8;
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
  case TensorProto::INT16:
  case TensorProto::UINT16:
    return 16;
  case TensorProto::FLOAT:
  case TensorProto::INT32:
  case TensorProto::UINT32:
    return 32;
  case TensorProto::DOUBLE:
  case TensorProto::INT64:
  case TensorProto::UINT64:
  case TensorProto::COMPLEX64:
    return 64;
  case TensorProto::COMPLEX128:
    return 128;
  default:
    return 0;
  }
}

static Type opaque(MLIRContext *context, StringRef what) {
  return onnx_ir::OpaqueType::get(context, what);
}

Type tern::importType(const onnx::TypeProto &proto, Location loc) {
  MLIRContext *context = loc.getContext();
  switch (proto.value_case()) {
  case onnx::TypeProto::kTensorType:
    break;
  case onnx::TypeProto::kSequenceType:
    return opaque(context, "sequence");
  case onnx::TypeProto::kMapType:
    return opaque(context, "map");
  case onnx::TypeProto::kSparseTensorType:
    return opaque(context, "sparse_tensor");
  case onnx::TypeProto::kOptionalType:
    return opaque(context, "optional");
  default:
    return NoneType::get(context);
  }
  const auto &tensor = proto.tensor_type();
  Type element = importElementType(tensor.elem_type(), context);
  if (!element) {
    if (tensor.elem_type() == onnx::TensorProto::UNDEFINED)
      return NoneType::get(context);
    emitError(loc) << "expected a data type of ONNX, but got number "
                   << tensor.elem_type();
    return {};
  }
  if (!tensor.has_shape())
    return UnrankedTensorType::get(element);
  SmallVector<int64_t> shape;
  uint64_t elements = 1;
  for (const auto &dim : tensor.shape().dim()) {
    bool known = dim.has_dim_value() && dim.dim_value() >= 0;
    shape.push_back(known ? dim.dim_value() : ShapedType::kDynamic);
    if (known && dim.dim_value() > 0 &&
        __builtin_mul_overflow(elements, uint64_t(dim.dim_value()), &elements))
      elements = ~uint64_t(0);
    if (elements > (uint64_t(1) << 40)) {
      emitError(loc) << "expected fewer than 2^40 elements, but got a larger "
                        "shape";
      return {};
    }
  }
  return RankedTensorType::get(shape, element);
}

SmallVector<StringRef> tern::dimParams(const onnx::TypeProto &proto) {
  SmallVector<StringRef> names;
  for (const auto &dim : proto.tensor_type().shape().dim())
    names.push_back(dim.dim_param());
  return names;
}
