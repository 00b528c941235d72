//===- NpyFile.cpp - numpy's array files ----------------------------------===//
#include "lib/Driver/NpyFile.h"
#include "dialects/Tern/Tern.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"

using namespace mlir;
using namespace tern;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::inconvertibleErrorCode;

static Error malformed(const Twine &what) {
  return createStringError(inconvertibleErrorCode(), "malformed .npy: " + what);
}

/// The element type of a descr such as "<f4"; null for one that is not read.
static Type elementOf(StringRef descr, MLIRContext *context) {
  auto code = [&](ir::CodeKind kind, unsigned bits) -> Type {
    return ir::QType::get(context, kind, bits);
  };
  if (!descr.consume_front("<"))
    descr.consume_front("|");
  return llvm::StringSwitch<Type>(descr)
      .Case("f2", Float16Type::get(context))
      .Case("f4", Float32Type::get(context))
      .Case("f8", Float64Type::get(context))
      .Case("i1", code(ir::CodeKind::SInt, 8))
      .Case("u1", code(ir::CodeKind::UInt, 8))
      .Case("i2", code(ir::CodeKind::SInt, 16))
      .Case("u2", code(ir::CodeKind::UInt, 16))
      .Cases("i4", "u4", IntegerType::get(context, 32))
      .Cases("i8", "u8", IntegerType::get(context, 64))
      .Case("b1", IntegerType::get(context, 1))
      .Default(Type());
}

/// The text behind `'key':` in the header, without leading blanks.
static StringRef field(StringRef header, StringRef key) {
  size_t at = header.find(("'" + key + "'").str());
  if (at == StringRef::npos)
    return {};
  return header.substr(header.find(':', at) + 1).ltrim();
}

static bool parseShape(StringRef text, SmallVectorImpl<int64_t> &shape) {
  if (!text.consume_front("("))
    return false;
  text = text.take_until([](char c) { return c == ')'; });
  SmallVector<StringRef> parts;
  text.split(parts, ',', -1, /*KeepEmpty=*/false);
  for (StringRef part : parts) {
    int64_t dim;
    if (part.trim().empty())
      continue;
    if (part.trim().getAsInteger(10, dim) || dim < 0)
      return false;
    shape.push_back(dim);
  }
  return true;
}

Expected<eval::Tensor> tern::parseNpy(StringRef bytes, MLIRContext *context) {
  if (!bytes.starts_with("\x93NUMPY") || bytes.size() < 12)
    return malformed("no header");
  bool isFirst = bytes[6] == 1;
  size_t length = isFirst ? llvm::support::endian::read16le(bytes.data() + 8)
                          : llvm::support::endian::read32le(bytes.data() + 8);
  size_t start = isFirst ? 10 : 12;
  if (length > bytes.size() - start)
    return malformed("a cut header");
  StringRef header = bytes.substr(start, length);
  StringRef data = bytes.substr(start + length);
  StringRef descr = field(header, "descr");
  descr = descr.drop_front(descr.empty() ? 0 : 1).take_until([](char c) {
    return c == '\'' || c == '"';
  });
  Type element = elementOf(descr, context);
  if (!element)
    return malformed("elements of type '" + descr + "' are not read");
  if (!field(header, "fortran_order").starts_with("False"))
    return malformed("expected C order");
  SmallVector<int64_t> shape;
  if (!parseShape(field(header, "shape"), shape))
    return malformed("a shape that cannot be read");
  uint64_t size = eval::Tensor::elementBytes(element);
  for (int64_t dim : shape)
    if (__builtin_mul_overflow(size, uint64_t(dim), &size))
      return malformed("a shape beyond all bounds");
  if (size != data.size())
    return malformed("expected " + Twine(size) + " bytes, but got " +
                     Twine(data.size()));
  eval::Tensor tensor(RankedTensorType::get(shape, element));
  std::memcpy(tensor.data(), data.data(), size);
  return tensor;
}

static StringRef descrOf(Type element) {
  if (auto code = dyn_cast<ir::QType>(element)) {
    bool isSigned = code.isSigned();
    if (code.getStorageBytes() == 2)
      return isSigned ? "<i2" : "<u2";
    return isSigned ? "|i1" : "|u1";
  }
  if (element.isF16())
    return "<f2";
  if (element.isF64())
    return "<f8";
  if (isa<FloatType>(element))
    return "<f4";
  if (element.isInteger(1))
    return "|b1";
  return element.isInteger(32) ? "<i4" : "<i8";
}

std::string tern::formatNpy(const eval::Tensor &tensor) {
  std::string header = "{'descr': '" + descrOf(tensor.getElementType()).str() +
                       "', 'fortran_order': False, 'shape': (";
  for (int64_t dim : tensor.getShape())
    header += std::to_string(dim) + ",";
  header += "), }";
  header.append(63 - (header.size() + 10) % 64, ' ');
  header += '\n';
  std::string bytes = "\x93NUMPY\x01";
  bytes += '\0';
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  if (!tensor.getElementType().isBF16()) {
    bytes.append(tensor.data(), tensor.sizeInBytes());
    return bytes;
  }
  for (int64_t i = 0; i < tensor.size(); ++i) {
    float value = static_cast<float>(tensor.getFloat(i));
    bytes.append(reinterpret_cast<const char *>(&value), sizeof value);
  }
  return bytes;
}
