//===- TensorIO.cpp - Tensors in .npy, .npz and ONNX .pb files ------------===//
#include "lib/Driver/TensorIO.h"
#include "dialects/Tern/Codes.h"
#include "lib/Driver/NpyFile.h"
#include "lib/Driver/OutputFolder.h"
#include "lib/Eval/OpEval.h"
#include "lib/Import/Import.h"
#include "llvm/Support/CRC.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <cmath>
#include <zlib.h>

using namespace mlir;
using namespace tern;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::inconvertibleErrorCode;
using namespace llvm::support::endian;

static Error failure(StringRef path, const Twine &what) {
  return createStringError(inconvertibleErrorCode(), path + ": " + what);
}

//===----------------------------------------------------------------------===//
// Zip
//===----------------------------------------------------------------------===//

namespace {
/// One member of a zip archive, by its central directory entry.
struct ZipMember {
  StringRef name, data;
  unsigned method;
  uint64_t size;
};
} // namespace

/// The members of a zip; an error when any offset leads outside the file.
static Expected<std::vector<ZipMember>> listZip(StringRef path,
                                                StringRef bytes) {
  auto damaged = [&] { return failure(path, "a damaged .npz"); };
  size_t end = bytes.rfind("PK\x05\x06");
  if (end == StringRef::npos || bytes.size() - end < 22)
    return damaged();
  unsigned count = read16le(bytes.data() + end + 10);
  uint64_t at = read32le(bytes.data() + end + 16);
  std::vector<ZipMember> members;
  for (unsigned i = 0; i < count; ++i) {
    if (at + 46 > bytes.size() || read32le(bytes.data() + at) != 0x02014b50)
      return damaged();
    const char *entry = bytes.data() + at;
    uint64_t stored = read32le(entry + 20), size = read32le(entry + 24);
    unsigned nameLength = read16le(entry + 28);
    uint64_t local = read32le(entry + 42);
    at += 46 + nameLength + read16le(entry + 30) + read16le(entry + 32);
    if (at > bytes.size() || local + 30 > bytes.size())
      return damaged();
    uint64_t start = local + 30 + read16le(bytes.data() + local + 26) +
                     read16le(bytes.data() + local + 28);
    // Deflate never gains more than about 1032 to 1.
    if (start > bytes.size() || stored > bytes.size() - start ||
        size / 1100 > stored)
      return damaged();
    members.push_back({StringRef(entry + 46, nameLength),
                       bytes.substr(start, stored), read16le(entry + 10),
                       size});
  }
  return members;
}

static Expected<std::string> inflateMember(StringRef path,
                                           const ZipMember &member) {
  if (member.method == 0)
    return member.data.str();
  std::string out(member.size, '\0');
  z_stream stream = {};
  stream.next_in =
      reinterpret_cast<Bytef *>(const_cast<char *>(member.data.data()));
  stream.avail_in = static_cast<uInt>(member.data.size());
  stream.next_out = reinterpret_cast<Bytef *>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (member.method != 8 || inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    return failure(path, "a compression that is not read");
  int status = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  if (status != Z_STREAM_END || stream.total_out != member.size)
    return failure(path, "damaged member '" + member.name + "'");
  return out;
}

static Expected<std::vector<NamedTensor>>
readNpz(StringRef path, StringRef bytes, MLIRContext *context) {
  auto members = listZip(path, bytes);
  if (!members)
    return members.takeError();
  std::vector<NamedTensor> tensors;
  for (const ZipMember &member : *members) {
    auto data = inflateMember(path, member);
    if (!data)
      return data.takeError();
    auto tensor = parseNpy(*data, context);
    if (!tensor)
      return tensor.takeError();
    StringRef name = member.name;
    name.consume_back(".npy");
    tensors.push_back({name.str(), *tensor});
  }
  return tensors;
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

static Expected<std::vector<NamedTensor>> readPb(StringRef path,
                                                 MLIRContext *context) {
  std::string name, said;
  ElementsAttr value;
  FailureOr<eval::Tensor> tensor = mlir::failure();
  {
    ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
      llvm::raw_string_ostream(said) << diagnostic;
      return success();
    });
    value = importTensorFile(path, name, context);
    if (value) {
      auto type = cast<RankedTensorType>(value.getType());
      Type element = toTernElementType(type.getElementType());
      OwningOpRef<ModuleOp> module(ModuleOp::create(UnknownLoc::get(context)));
      if (element)
        tensor = eval::fromAttribute(*module, value, type.clone(element));
      else
        said = "elements of a type that no tensor has";
    }
  }
  if (failed(tensor))
    return failure(path, said);
  return std::vector<NamedTensor>{{name, *tensor}};
}

Expected<std::vector<NamedTensor>> tern::readTensors(StringRef path,
                                                     MLIRContext *context) {
  StringRef extension = llvm::sys::path::extension(path);
  if (extension == ".pb")
    return readPb(path, context);
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                          /*RequiresNullTerminator=*/false);
  if (!file)
    return failure(path, file.getError().message());
  StringRef bytes = (*file)->getBuffer();
  if (extension == ".npz")
    return readNpz(path, bytes, context);
  if (extension != ".npy")
    return failure(path, "expected a .npy, .npz or .pb file");
  auto tensor = parseNpy(bytes, context);
  if (!tensor)
    return tensor.takeError();
  return std::vector<NamedTensor>{{"", *tensor}};
}

static bool isReal(Type type) {
  auto code = dyn_cast<ir::QType>(type);
  return code ? code.isFloat() : isa<FloatType>(type);
}

Expected<eval::Tensor> tern::convertTensor(const eval::Tensor &tensor,
                                           RankedTensorType type) {
  if (tensor.getType() == type)
    return tensor;
  auto refuse = [&]() -> Error {
    std::string text;
    llvm::raw_string_ostream(text)
        << "expected " << type << ", but got " << tensor.getType();
    return createStringError(inconvertibleErrorCode(), text);
  };
  if (tensor.size() != type.getNumElements())
    return refuse();
  eval::Tensor result(type);
  for (int64_t i = 0; i < tensor.size(); ++i) {
    double value = tensor.getFloat(i);
    if (isReal(type.getElementType())) {
      result.setFloat(i, value);
      continue;
    }
    int64_t integer = isReal(tensor.getElementType())
                          ? static_cast<int64_t>(value)
                          : tensor.getInt(i);
    result.setInt(i, integer);
    if (double(integer) != value || result.getInt(i) != integer)
      return refuse();
  }
  return result;
}

Error tern::writeNpz(StringRef path, ArrayRef<NamedTensor> tensors) {
  std::string local, central;
  auto put = [](std::string &to, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i)
      to += static_cast<char>(value >> (8 * i));
  };
  for (const NamedTensor &named : tensors) {
    std::string data = formatNpy(named.tensor), name = named.name + ".npy";
    uint32_t crc = llvm::crc32(llvm::arrayRefFromStringRef(data));
    size_t offset = local.size();
    auto header = [&](std::string &to) {
      put(to, 20, 2);        // version needed
      put(to, 0, 2 + 2 + 2); // flags, method, time
      put(to, 0x21, 2);      // 1980-01-01, so that output is deterministic
      put(to, crc, 4);
      put(to, data.size(), 4);
      put(to, data.size(), 4);
      put(to, name.size(), 2);
      put(to, 0, 2); // no extra field
    };
    put(local, 0x04034b50, 4);
    header(local);
    local += name + data;
    put(central, 0x02014b50, 4);
    put(central, 20, 2); // version made by
    header(central);
    put(central, 0, 2 + 2 + 2 + 4); // comment, disk, attributes
    put(central, offset, 4);
    central += name;
  }
  size_t directory = local.size();
  local += central;
  put(local, 0x06054b50, 4);
  put(local, 0, 4);
  put(local, tensors.size(), 2);
  put(local, tensors.size(), 2);
  put(local, central.size(), 4);
  put(local, directory, 4);
  put(local, 0, 2);

  StringRef folder = llvm::sys::path::parent_path(path);
  OutputFolder output(folder.empty() ? "." : folder);
  if (Error error = output.add(llvm::sys::path::filename(path),
                               [&](llvm::raw_pwrite_stream &os) -> Error {
                                 os << local;
                                 return Error::success();
                               }))
    return error;
  return output.commit();
}
