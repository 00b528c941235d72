//===- CodesTest.cpp - Every code of every small float --------------------===//
#include "dialects/Tern/Codes.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace tern;
using ir::CodeKind;

namespace {

const CodeKind floats[] = {CodeKind::E4M3FN, CodeKind::E4M3FNUZ, CodeKind::E5M2,
                           CodeKind::E5M2FNUZ, CodeKind::E2M1};

int codesOf(CodeKind kind) { return kind == CodeKind::E2M1 ? 16 : 256; }

TEST(Codes, EncodeInvertsDecode) {
  for (CodeKind kind : floats)
    for (int code = 0; code < codesOf(kind); ++code) {
      float value = decodeFloat(kind, code);
      uint8_t again = encodeFloat(kind, value, /*saturate=*/false);
      if (std::isnan(value))
        EXPECT_TRUE(std::isnan(decodeFloat(kind, again)));
      else
        EXPECT_EQ(again, code) << "kind " << int(kind);
    }
}

TEST(Codes, NeighboursRoundToNearestEven) {
  for (CodeKind kind : floats)
    for (int code = 0; code + 1 < codesOf(kind) / 2; ++code) {
      float low = decodeFloat(kind, code), high = decodeFloat(kind, code + 1);
      if (!std::isfinite(low) || !std::isfinite(high))
        continue;
      float middle = (low + high) / 2;
      int even = code % 2 ? code + 1 : code;
      EXPECT_EQ(encodeFloat(kind, middle, false), even);
      EXPECT_EQ(encodeFloat(kind, std::nextafter(middle, low), false), code);
      EXPECT_EQ(encodeFloat(kind, std::nextafter(middle, high), false),
                code + 1);
    }
}

TEST(Codes, BeyondTheGreatest) {
  EXPECT_EQ(
      decodeFloat(CodeKind::E4M3FN, encodeFloat(CodeKind::E4M3FN, 1e9f, true)),
      448.0f);
  EXPECT_TRUE(std::isnan(decodeFloat(
      CodeKind::E4M3FN, encodeFloat(CodeKind::E4M3FN, 1e9f, false))));
  EXPECT_EQ(
      decodeFloat(CodeKind::E5M2, encodeFloat(CodeKind::E5M2, 1e9f, true)),
      57344.0f);
  EXPECT_EQ(
      decodeFloat(CodeKind::E5M2, encodeFloat(CodeKind::E5M2, 1e9f, false)),
      INFINITY);
  EXPECT_EQ(
      decodeFloat(CodeKind::E2M1, encodeFloat(CodeKind::E2M1, 1e9f, false)),
      6.0f);
}

TEST(Codes, ReaderUnpacksLowestFirst) {
  mlir::MLIRContext context;
  context.loadDialect<ir::TernDialect>();
  const char blob[] = {char(0b11100100), char(0x1f)};
  CodeReader int2(ir::QType::get(&context, CodeKind::SInt, 2), blob);
  EXPECT_EQ(int2.value(0), 0);
  EXPECT_EQ(int2.value(1), 1);
  EXPECT_EQ(int2.value(2), -2);
  EXPECT_EQ(int2.value(3), -1);
  CodeReader ternary(ir::QType::get(&context, CodeKind::Ternary), blob);
  EXPECT_EQ(ternary.value(0), -1);
  EXPECT_EQ(ternary.value(2), 1);
  CodeReader int4(ir::QType::get(&context, CodeKind::SInt, 4), blob);
  EXPECT_EQ(int4.value(2), -1);
  EXPECT_EQ(int4.value(3), 1);
  CodeReader int12(ir::QType::get(&context, CodeKind::SInt, 12), blob);
  EXPECT_EQ(int12.value(0), int16_t(0x1fe4 << 4) >> 4);
}

} // namespace
