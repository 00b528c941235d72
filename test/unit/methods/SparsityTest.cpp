//===- SparsityTest.cpp - Weights that obey N:M ---------------------------===//
#include "lib/Methods/Sparsity.h"
#include <gtest/gtest.h>

using namespace tern;

TEST(Sparsity, ObeysNmLooksAtEveryGroup) {
  std::vector<int> row = {1, 0, 0, 0, 0, 1, 1};
  auto isZero = [&](int64_t, int64_t k) { return row[k] == 0; };
  EXPECT_TRUE(obeysNm(isZero, 1, 7, 2, 4));
  EXPECT_FALSE(obeysNm(isZero, 1, 7, 1, 4));
}
