//===- StageRateTest.cpp - What stages must read before they write --------===//
#include "lib/CostModel/StageRate.h"
#include <gtest/gtest.h>

using namespace tern;

namespace {

TEST(StageRate, GroupsAreReadWhole) {
  StageRate product = StageRate::grouped(8, 4);
  EXPECT_EQ(product.readsBefore(0), 8);
  EXPECT_EQ(product.readsBefore(3), 8);
  EXPECT_EQ(product.readsBefore(4), 16);
}

TEST(StageRate, AWindowWaitsForItsRows) {
  // 3x3 over 4 rows of 5 words, padded by one: the first row of results needs
  // two rows, each next one more, the last none.
  StageRate window = StageRate::window(4, 5 * 9, 1, 2, 4, 5);
  EXPECT_EQ(window.readsBefore(0), 10);
  EXPECT_EQ(window.readsBefore(44), 10);
  EXPECT_EQ(window.readsBefore(45), 15);
  EXPECT_EQ(window.readsBefore(3 * 45), 20);
  // The next image.
  EXPECT_EQ(window.readsBefore(4 * 45), 20 + 10);
}

TEST(StageRate, WaysCompose) {
  std::vector<StageRate> way = {StageRate::grouped(2, 1),
                                StageRate::grouped(4, 2)};
  EXPECT_EQ(readsBefore(way, 0), 8);
  EXPECT_EQ(readsBefore(way, 1), 8);
  EXPECT_EQ(readsBefore(way, 2), 16);
  EXPECT_EQ(readsBefore({}, 5), 6);
}

/// Runs both ways word by word with a queue of `depth` beside the stages, which
/// take what they can; whether all words get through.
bool passes(const std::vector<StageRate> &way, int64_t words, int64_t depth) {
  int64_t written = 0, joined = 0;
  for (;;) {
    bool moved = false;
    // The fork writes to both, where both have room.
    if (written - joined < depth && written < readsBefore(way, words - 1)) {
      ++written;
      moved = true;
    }
    if (joined < words && written >= readsBefore(way, joined) &&
        joined < written) {
      ++joined;
      moved = true;
    }
    if (joined == words)
      return true;
    if (!moved)
      return false;
  }
}

TEST(StageRate, TheDepthIsEnoughAndNotOneTooMany) {
  std::vector<StageRate> way = {StageRate::window(6, 6 * 9, 1, 2, 6, 6),
                                StageRate::grouped(9, 1)};
  int64_t depth = depthBeside({}, way, 36);
  EXPECT_GT(depth, 2);
  EXPECT_TRUE(passes(way, 36, depth));
  EXPECT_FALSE(passes(way, 36, depth - 1));
}

} // namespace
