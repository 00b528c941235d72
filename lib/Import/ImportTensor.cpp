//===- ImportTensor.cpp - Initializers, inline and external ---------------===//
#include "lib/Import/ImportTensor.h"
#include "lib/Import/ImportTypes.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace tern;

/// Bytes of a tensor's raw data; nothing when a dimension is negative or the
/// size is beyond the limit.
static std::optional<size_t> checkedBytes(const onnx::TensorProto &tensor,
                                          unsigned bits,
                                          const ImportLimits &limits) {
  uint64_t elements = 1;
  for (int64_t dim : tensor.dims())
    if (dim < 0 || __builtin_mul_overflow(elements, uint64_t(dim), &elements))
      return std::nullopt;
  uint64_t total;
  if (__builtin_mul_overflow(elements, uint64_t(bits), &total) ||
      total / 8 > limits.tensorBytes)
    return std::nullopt;
  return (total + 7) / 8;
}

/// Appends the low `bits` of each value of a repeated field, packed lowest
/// first.
template <typename Field>
static std::vector<char> packField(const Field &field, unsigned bits) {
  std::vector<char> bytes((field.size() * size_t(bits) + 7) / 8);
  for (int i = 0; i < field.size(); ++i) {
    auto value = field.Get(i);
    if (bits >= 8) {
      std::memcpy(&bytes[size_t(i) * (bits / 8)], &value, bits / 8);
      continue;
    }
    size_t at = size_t(i) * bits;
    auto code = static_cast<unsigned>(value) & ((1u << bits) - 1);
    bytes[at / 8] |= static_cast<char>(code << (at % 8));
  }
  return bytes;
}

/// Raw bytes out of the typed field that the data type uses. 4-bit and 2-bit
/// fields hold bytes that are packed already.
static std::vector<char> typedBytes(const onnx::TensorProto &tensor,
                                    unsigned bits) {
  using onnx::TensorProto;
  switch (tensor.data_type()) {
  case TensorProto::FLOAT:
  case TensorProto::COMPLEX64:
    return packField(tensor.float_data(), 32);
  case TensorProto::DOUBLE:
  case TensorProto::COMPLEX128:
    return packField(tensor.double_data(), 64);
  case TensorProto::INT64:
    return packField(tensor.int64_data(), 64);
  case TensorProto::UINT32:
    return packField(tensor.uint64_data(), 32);
  case TensorProto::UINT64:
    return packField(tensor.uint64_data(), 64);
  default:
    return packField(tensor.int32_data(), std::max(bits, 8u));
  }
}

ElementsAttr TensorImporter::makeBlob(RankedTensorType type, StringRef name,
                                      AsmResourceBlob blob) {
  return DenseResourceElementsAttr::get(type, name.empty() ? "constant" : name,
                                        std::move(blob));
}

ElementsAttr TensorImporter::import(const onnx::TensorProto &tensor,
                                    Location loc) {
  auto refuse = [&](const Twine &what) -> ElementsAttr {
    emitError(loc) << "tensor '" << tensor.name() << "': " << what;
    return {};
  };
  Type element = importElementType(tensor.data_type(), loc.getContext());
  if (!element)
    return refuse("expected a data type of ONNX, but got number " +
                  Twine(tensor.data_type()));
  unsigned bits = rawBits(tensor.data_type());
  std::optional<size_t> bytes = checkedBytes(tensor, bits, limits);
  if (!bytes)
    return refuse("expected dimensions >= 0 and a size within limits");
  auto type = RankedTensorType::get(
      ArrayRef<int64_t>(tensor.dims().data(), tensor.dims_size()), element);
  if (tensor.data_type() == onnx::TensorProto::STRING)
    return makeBlob(type, tensor.name(), AsmResourceBlob());
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL)
    return importExternal(tensor, type, *bytes, loc);
  auto mismatch = [&](size_t got) {
    return refuse("expected " + Twine(*bytes) + " bytes of data, but got " +
                  Twine(got));
  };
  if (tensor.has_raw_data()) {
    const std::string &raw = tensor.raw_data();
    if (raw.size() != *bytes)
      return mismatch(raw.size());
    // The blob's deleter keeps the whole model alive instead of copying.
    return makeBlob(type, tensor.name(),
                    AsmResourceBlob(
                        ArrayRef<char>(raw.data(), raw.size()), 1,
                        [keep = model](void *, size_t, size_t) {},
                        /*dataIsMutable=*/false));
  }
  std::vector<char> data = typedBytes(tensor, bits);
  if (data.size() != *bytes)
    return mismatch(data.size());
  return makeBlob(type, tensor.name(),
                  HeapAsmResourceBlob::allocateAndCopyWithAlign(data, 64));
}

/// Canonical path of `location` inside `folder`; empty when it leads outside.
static std::string confine(StringRef folder, StringRef location) {
  if (location.empty() || llvm::sys::path::is_absolute(location) ||
      location.contains('\0'))
    return {};
  for (auto it = llvm::sys::path::begin(location),
            end = llvm::sys::path::end(location);
       it != end; ++it)
    if (*it == "..")
      return {};
  SmallString<256> path(folder), real;
  llvm::sys::path::append(path, location);
  if (llvm::sys::fs::real_path(path, real))
    return std::string(path); // opening it will say why
  StringRef inside = real;
  if (!inside.consume_front(folder) || !inside.starts_with("/"))
    return {};
  return real.str().str();
}

ElementsAttr TensorImporter::importExternal(const onnx::TensorProto &tensor,
                                            RankedTensorType type, size_t bytes,
                                            Location loc) {
  std::string location;
  uint64_t offset = 0, length = bytes;
  bool malformed = false;
  for (const auto &entry : tensor.external_data()) {
    StringRef value = entry.value();
    if (entry.key() == "location")
      location = entry.value();
    else if (entry.key() == "offset")
      malformed |= value.getAsInteger(10, offset);
    else if (entry.key() == "length")
      malformed |= value.getAsInteger(10, length);
  }
  auto refuse = [&](const Twine &what) -> ElementsAttr {
    emitError(loc) << "external data of '" << tensor.name() << "': " << what;
    return {};
  };
  if (malformed || length != bytes)
    return refuse("expected " + Twine(bytes) +
                  " bytes at a non-negative offset, but got another length or "
                  "offset");
  std::string path = confine(folder, location);
  if (path.empty())
    return refuse("expected a file inside the model's folder, but got '" +
                  location + "'");
  uint64_t size = 0;
  if (auto code = llvm::sys::fs::file_size(path, size))
    return refuse("cannot read '" + location + "': " + code.message());
  if (offset > size || bytes > size - offset)
    return refuse("expected " + Twine(bytes) + " bytes at offset " +
                  Twine(offset) + ", but the file has " + Twine(size));
  if (!bytes)
    return makeBlob(type, tensor.name(), AsmResourceBlob());
  auto buffer = llvm::MemoryBuffer::getFileSlice(path, bytes, offset);
  if (!buffer)
    return refuse("cannot map '" + location +
                  "': " + buffer.getError().message());
  std::shared_ptr<llvm::MemoryBuffer> map(std::move(*buffer));
  ArrayRef<char> data(map->getBufferStart(), map->getBufferSize());
  return makeBlob(type, tensor.name(),
                  AsmResourceBlob(
                      data, 1, [map](void *, size_t, size_t) {},
                      /*dataIsMutable=*/false));
}
