//===- StatisticsJson.cpp - Statistics as a file --------------------------===//
#include "lib/Calibration/Statistics.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace tern;
using namespace tern::calib;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
namespace json = llvm::json;

static constexpr int64_t formatVersion = 1;

template <typename T> static json::Array arrayOf(const std::vector<T> &values) {
  json::Array array;
  for (T value : values)
    array.push_back(value);
  return array;
}

static json::Object toObject(const std::string &name,
                             const LayerStatistics &layer) {
  return json::Object{{"name", name},
                      {"groups", layer.groups},
                      {"depth", layer.depth},
                      {"rows", layer.rows},
                      {"min", layer.min},
                      {"max", layer.max},
                      {"histogram_limit", layer.magnitudes.limit},
                      {"histogram", arrayOf(layer.magnitudes.counts)},
                      {"squares", arrayOf(layer.squares)}};
}

void calib::writeJson(const Statistics &statistics, llvm::raw_ostream &os) {
  json::Array layers;
  for (const auto &[name, layer] : statistics.layers)
    layers.push_back(toObject(name, layer));
  os << json::Value(json::Object{{"version", formatVersion},
                                 {"samples", statistics.samples},
                                 {"layers", std::move(layers)}})
     << "\n";
}

namespace {
/// Reads the members of one object; the first thing that is wrong stays.
class Reader {
public:
  Reader(const json::Object &object, std::string place)
      : object(object), place(std::move(place)) {}

  double number(StringRef key) {
    if (auto value = object.getNumber(key))
      return *value;
    fail("a number '" + key.str() + "'");
    return 0;
  }
  int64_t count(StringRef key, int64_t least) {
    if (auto value = object.getInteger(key); value && *value >= least)
      return *value;
    fail("an integer '" + key.str() + "' of at least " + std::to_string(least));
    return least;
  }
  std::string text(StringRef key) {
    if (auto value = object.getString(key))
      return value->str();
    fail("a string '" + key.str() + "'");
    return "";
  }
  const json::Array *array(StringRef key) {
    const json::Array *value = object.getArray(key);
    if (!value)
      fail("an array '" + key.str() + "'");
    return value;
  }
  /// `size` numbers of at least 0.
  template <typename T> std::vector<T> numbers(StringRef key, size_t size) {
    std::vector<T> values;
    if (const json::Array *list = array(key))
      for (const json::Value &value : *list)
        if (auto number = value.getAsNumber(); number && *number >= 0)
          values.push_back(static_cast<T>(*number));
    const json::Array *list = object.getArray(key);
    if (list && (values.size() != size || list->size() != size))
      fail(std::to_string(size) + " numbers of at least 0 in '" + key.str() +
           "'");
    return values;
  }
  /// No member but those.
  void allow(std::initializer_list<StringRef> keys) {
    for (const auto &member : object)
      if (!llvm::is_contained(keys, StringRef(member.first)))
        fail("no member '" + member.first.str() + "'");
  }
  void fail(const std::string &expected) {
    if (problem.empty())
      problem = "expected " + expected + " in " + place;
  }
  Error take() const {
    return problem.empty() ? Error::success()
                           : llvm::createStringError(problem);
  }

private:
  const json::Object &object;
  std::string place, problem;
};
} // namespace

static Error readLayer(const json::Value &value, size_t index,
                       Statistics &statistics) {
  const json::Object *object = value.getAsObject();
  std::string place = "layer " + std::to_string(index);
  if (!object)
    return llvm::createStringError("expected an object as " + place);
  Reader reader(*object, place);
  reader.allow({"name", "groups", "depth", "rows", "min", "max",
                "histogram_limit", "histogram", "squares"});
  LayerStatistics layer;
  std::string name = reader.text("name");
  layer.groups = reader.count("groups", 1);
  layer.depth = reader.count("depth", 1);
  layer.rows = reader.count("rows", 0);
  layer.min = reader.number("min");
  layer.max = reader.number("max");
  layer.magnitudes.limit = reader.number("histogram_limit");
  layer.magnitudes.counts =
      reader.numbers<int64_t>("histogram", Histogram::bins);
  layer.squares = reader.numbers<double>("squares", layer.groups * layer.depth);
  if (!(layer.min <= 0 && layer.max >= 0))
    reader.fail("a range from 'min' to 'max' with 0 in it");
  if (Error error = reader.take())
    return error;
  if (!statistics.layers.emplace(name, std::move(layer)).second)
    return llvm::createStringError("expected one layer named '" + name +
                                   "', but got two");
  return Error::success();
}

Expected<Statistics> calib::readJson(StringRef text) {
  Expected<json::Value> value = json::parse(text);
  if (!value)
    return value.takeError();
  const json::Object *object = value->getAsObject();
  if (!object)
    return llvm::createStringError("expected an object");
  Reader reader(*object, "the file");
  reader.allow({"version", "samples", "layers"});
  if (int64_t version = reader.count("version", 1); version != formatVersion)
    reader.fail("version " + std::to_string(formatVersion) + ", but got " +
                std::to_string(version));
  Statistics statistics;
  statistics.samples = reader.count("samples", 0);
  const json::Array *layers = reader.array("layers");
  if (Error error = reader.take())
    return error;
  for (auto [i, layer] : llvm::enumerate(*layers))
    if (Error error = readLayer(layer, i, statistics))
      return error;
  return statistics;
}

Expected<Statistics> calib::readStatistics(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return llvm::createStringError("cannot read " + path.str() + ": " +
                                   buffer.getError().message());
  Expected<Statistics> statistics = readJson((*buffer)->getBuffer());
  if (!statistics)
    return llvm::createStringError(path.str() + ": " +
                                   llvm::toString(statistics.takeError()));
  return statistics;
}
