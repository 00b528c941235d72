//===- StageRate.cpp - What a stage must read before it can write ---------===//
#include "lib/CostModel/StageRate.h"
#include <algorithm>

using namespace tern;

StageRate StageRate::grouped(int64_t reads, int64_t writes) {
  StageRate rate;
  rate.reads = reads;
  rate.writes = writes;
  return rate;
}

StageRate StageRate::window(int64_t rows, int64_t rowWrites, int64_t stride,
                            int64_t reach, int64_t height, int64_t rowReads) {
  StageRate rate = grouped(rowReads, rowWrites);
  rate.isWindow = true;
  rate.rows = rows;
  rate.stride = stride;
  rate.reach = reach;
  rate.height = height;
  return rate;
}

int64_t StageRate::readsBefore(int64_t index) const {
  int64_t group = index / writes;
  if (!isWindow)
    return (group + 1) * reads;
  int64_t image = group / rows, row = group % rows;
  int64_t needed = std::clamp<int64_t>(row * stride + reach, 0, height);
  return (image * height + needed) * reads;
}

int64_t tern::readsBefore(const std::vector<StageRate> &way, int64_t index) {
  int64_t count = index + 1;
  for (auto stage = way.rbegin(); stage != way.rend() && count > 0; ++stage)
    count = stage->readsBefore(count - 1);
  return count;
}

int64_t tern::depthBeside(const std::vector<StageRate> &way,
                          const std::vector<StageRate> &other, int64_t words) {
  int64_t depth = 2, taken = 0;
  for (int64_t i = 0; i < words; ++i) {
    depth = std::max(depth, readsBefore(other, i) - taken);
    taken = readsBefore(way, i);
  }
  return depth;
}
