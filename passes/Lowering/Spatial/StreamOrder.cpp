//===- StreamOrder.cpp - In which order a stream carries a tensor ---------===//
#include "passes/Lowering/Spatial/StreamOrder.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace tern::lowering;

StreamOrder StreamOrder::rowMajor(ArrayRef<int64_t> shape) {
  StreamOrder result;
  result.shape.assign(shape.begin(), shape.end());
  for (size_t i = 0; i < shape.size(); ++i)
    result.order.push_back(i);
  return result;
}

StreamOrder StreamOrder::channelsLast(ArrayRef<int64_t> shape) {
  StreamOrder result = rowMajor(shape);
  result.order.erase(result.order.begin() + 1);
  result.order.push_back(1);
  return result;
}

SmallVector<int64_t> StreamOrder::getStrides() const {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * shape[i];
  return strides;
}

int64_t StreamOrder::getFastestExtent() const {
  return order.empty() ? 1 : shape[order.back()];
}

std::vector<int64_t> StreamOrder::getSequence() const {
  SmallVector<int64_t> strides = getStrides();
  std::vector<int64_t> sequence = {0};
  for (int64_t dim : order) {
    std::vector<int64_t> next;
    next.reserve(sequence.size() * shape[dim]);
    for (int64_t base : sequence)
      for (int64_t i = 0; i < shape[dim]; ++i)
        next.push_back(base + i * strides[dim]);
    sequence = std::move(next);
  }
  return sequence;
}

bool tern::lowering::areSame(const StreamOrder &a, const StreamOrder &b) {
  return (a.shape == b.shape && a.order == b.order) ||
         a.getSequence() == b.getSequence();
}

std::optional<std::vector<int64_t>>
tern::lowering::columnsOfRows(const StreamOrder &order, int64_t columns) {
  std::vector<int64_t> sequence = order.getSequence();
  std::vector<int64_t> first(sequence.begin(), sequence.begin() + columns);
  for (size_t i = 0; i < sequence.size(); ++i) {
    int64_t row = i / columns, base = row * columns;
    if (sequence[i] - base != first[i % columns] ||
        first[i % columns] >= columns)
      return std::nullopt;
  }
  return first;
}
