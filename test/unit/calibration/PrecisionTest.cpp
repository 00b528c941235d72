//===- PrecisionTest.cpp - Formats under a budget -------------------------===//
#include "lib/Calibration/Precision.h"
#include "gtest/gtest.h"

using namespace tern::calib;

static std::vector<LayerChoice> layers() {
  return {
      {"sensitive", {{"w8", 100, 0.01}, {"w4", 50, 0.5}, {"w2", 25, 2}}, 0},
      {"robust", {{"w8", 100, 0.01}, {"w4", 50, 0.02}, {"w2", 25, 0.1}}, 0}};
}

static std::string formats(const std::vector<LayerChoice> &layers) {
  return layers[0].best().format + " " + layers[1].best().format;
}

TEST(Precision, WhatFitsKeepsTheLeastError) {
  auto all = layers();
  EXPECT_TRUE(assignWithin(all, 200));
  EXPECT_EQ(formats(all), "w8 w8");
}

TEST(Precision, TheRobustLayerGivesBytesFirst) {
  auto all = layers();
  EXPECT_TRUE(assignWithin(all, 150));
  EXPECT_EQ(formats(all), "w8 w4");
  all = layers();
  EXPECT_TRUE(assignWithin(all, 130));
  EXPECT_EQ(formats(all), "w8 w2");
}

TEST(Precision, TheSmallestOfAllIsTheEnd) {
  auto all = layers();
  EXPECT_TRUE(assignWithin(all, 50));
  EXPECT_EQ(formats(all), "w2 w2");
  EXPECT_FALSE(assignWithin(all, 49));
}

TEST(Precision, WhatIsLeftIsUsed) {
  // Down to 60 for the first step; then 40 are left for the other layer.
  std::vector<LayerChoice> all = {{"a", {{"w8", 100, 0}, {"w2", 10, 0.09}}, 0},
                                  {"b", {{"w8", 60, 0}, {"w4", 30, 0.5}}, 0}};
  EXPECT_TRUE(assignWithin(all, 75));
  EXPECT_EQ(formats(all), "w2 w8");
}

TEST(Precision, EqualBytesGoToTheBetterFormat) {
  std::vector<LayerChoice> all = {
      {"a", {{"w2", 10, 0.4}, {"ternary", 10, 0.3}}, 0},
      {"b", {{"w8", 40, 0}, {"w2", 10, 0.2}}, 0}};
  EXPECT_TRUE(assignWithin(all, 20));
  EXPECT_EQ(formats(all), "ternary w2");
}
