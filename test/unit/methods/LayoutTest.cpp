//===- LayoutTest.cpp - One address function, three readers ---------------===//
#include "dialects/Tern/Layout.h"
#include <cstring>
#include <gtest/gtest.h>
#include <set>

using namespace mlir;
using namespace tern;

namespace {
struct Layouts : testing::Test {
  Layouts() { context.loadDialect<ir::TernDialect>(); }
  PackedMatrix make(int64_t rows, int64_t depth, int64_t bits, int64_t offset,
                    int64_t n, int64_t k) {
    return PackedMatrix(
        ir::LayoutAttr::get(&context, rows, depth, bits, offset), n, k);
  }
  MLIRContext context;
};
} // namespace

/// The formula of the attribute's description, written out.
static int64_t expectedUnit(const PackedMatrix &m, int64_t n, int64_t k) {
  int64_t block = m.getDepth() * m.getFields();
  int64_t blocks = (m.getK() + block - 1) / block;
  return (((n / m.getRows()) * blocks + k / block) * m.getRows() +
          n % m.getRows()) *
             m.getDepth() +
         k % m.getDepth();
}

TEST_F(Layouts, AddressesAreAsDescribedAndDistinct) {
  for (int64_t bits : {1, 2, 4, 8, 16, 32})
    for (int64_t depth : {1, 2, 4})
      for (int64_t k : {1, 7, 64, 65}) {
        PackedMatrix m = make(16, depth, bits, 0, 19, k);
        std::set<std::pair<int64_t, int64_t>> seen;
        for (int64_t row = 0; row < 19; ++row)
          for (int64_t col = 0; col < k; ++col) {
            ASSERT_EQ(m.getUnit(row, col), expectedUnit(m, row, col));
            ASSERT_LT(m.getUnit(row, col), m.getUnits());
            ASSERT_LT(m.getField(col), m.getFields());
            ASSERT_TRUE(
                seen.insert({m.getUnit(row, col), m.getField(col)}).second);
          }
      }
}

TEST_F(Layouts, PackedCodesReadBack) {
  struct Case {
    int64_t bits, offset, min, max;
  };
  for (Case c : {Case{1, 0, 0, 1}, Case{2, 2, -2, 1}, Case{4, 8, -8, 7},
                 Case{8, 128, -128, 127}, Case{8, 0, 0, 255}}) {
    PackedMatrix m = make(8, 4, c.bits, c.offset, 11, 37);
    auto value = [&](int64_t n, int64_t k) {
      return c.min + (n * 7 + k * 3) % (c.max - c.min + 1);
    };
    std::vector<char> bytes(m.getSizeInBytes());
    m.pack(bytes, value);
    for (int64_t n = 0; n < 11; ++n)
      for (int64_t k = 0; k < 37; ++k) {
        int raw = static_cast<uint8_t>(bytes[m.getUnit(n, k)]) >>
                  (m.getField(k) * c.bits);
        ASSERT_EQ((raw & ((1 << c.bits) - 1)) - c.offset, value(n, k));
      }
    // Rows 11 to 15 and columns from 37 on hold the code of value 0.
    int raw = static_cast<uint8_t>(bytes[m.getUnit(12, 0)]);
    EXPECT_EQ(raw & ((1 << c.bits) - 1), c.offset);
  }
}

TEST_F(Layouts, BinaryCodesReadAsSigns) {
  PackedMatrix m = make(4, 1, 1, 1, 1, 8);
  EXPECT_TRUE(m.isBinary());
  std::vector<char> bytes(m.getSizeInBytes());
  m.pack(bytes, [](int64_t, int64_t k) { return k % 3 ? 1 : -1; });
  EXPECT_EQ(static_cast<uint8_t>(bytes[0]), 0b10110110);
}

TEST_F(Layouts, WordsOfOnChipMemoryHoldCodesOfAnyWidth) {
  // 3 rows at a time, 5 codes of 3 bits to a word: 15 bits in two bytes.
  PackedMatrix m(ir::LayoutAttr::get(&context, 3, 1, 3, 0, false, 15), 6, 10);
  EXPECT_EQ(m.getFields(), 5);
  EXPECT_EQ(m.getUnitBytes(), 2);
  EXPECT_EQ(m.getUnits(), 2 * 2 * 3);
  auto value = [](int64_t n, int64_t k) { return (n * 5 + k * 3) % 8 - 4; };
  std::vector<char> bytes(m.getSizeInBytes());
  m.pack(bytes, value);
  for (int64_t n = 0; n < 6; ++n)
    for (int64_t k = 0; k < 10; ++k) {
      // Tile, word of the row, row in the tile.
      int64_t unit = ((n / 3) * 2 + k / 5) * 3 + n % 3;
      uint16_t word;
      memcpy(&word, bytes.data() + 2 * unit, 2);
      int64_t code = (word >> (k % 5 * 3)) & 7;
      EXPECT_EQ(code >= 4 ? code - 8 : code, value(n, k));
    }
}

/// The order that kern.mma f16 reads: of a block of 128 codes of 8 rows, lane
/// l's 16 bytes are nibbles of (row l / 4; k = 16 * step + 8 * half + 2 * (l %
/// 4) + odd), two neighbours along K 16 bits apart in a word.
TEST_F(Layouts, FragmentsAreWhatLanesMultiply) {
  PackedMatrix m(ir::LayoutAttr::get(&context, 8, 64, 4, 8, true), 19, 200);
  std::vector<char> bytes(m.getSizeInBytes());
  auto value = [](int64_t n, int64_t k) { return (n * 5 + k * 3) % 16 - 8; };
  m.pack(bytes, value);
  for (int64_t n = 0; n < 24; ++n)
    for (int64_t k = 0; k < 256; ++k) {
      int64_t lane = n % 8 * 4 + k % 8 / 2, step = k % 128 / 16;
      int64_t word = ((n / 8 * 2 + k / 128) * 32 + lane) * 4 + step / 2;
      uint32_t bits;
      memcpy(&bits, bytes.data() + 4 * word, 4);
      int64_t shift = step % 2 * 8 + k % 16 / 8 * 4 + k % 2 * 16;
      int64_t code = bits >> shift & 15;
      ASSERT_EQ(code, (n < 19 && k < 200 ? value(n, k) : 0) + 8);
    }
}

/// What is packed without N:M's zeros reads back, in as many bytes as
/// described.
TEST_F(Layouts, SparseCodesReadBackByTheirPlaces) {
  struct Case {
    int64_t n, m, depth, bits, blockK, bitsOfRow;
  };
  // The bits that a row of 512 takes: per window n * (bits + those of a place).
  for (Case c : {Case{2, 4, 4, 4, 32, 128 * 12}, Case{2, 4, 1, 4, 8, 128 * 12},
                 Case{2, 4, 4, 8, 32, 128 * 20}, Case{1, 4, 4, 4, 64, 128 * 6},
                 Case{4, 8, 4, 4, 16, 64 * 32}, Case{2, 8, 1, 8, 8, 64 * 24},
                 Case{8, 16, 4, 2, 32, 32 * 48}, Case{1, 2, 4, 8, 64, 256 * 9},
                 Case{4, 8, 1, 8, 8, 64 * 48}}) {
    auto nm = ir::NmAttr::get(&context, c.n, c.m);
    auto make = [&](int64_t k) {
      return PackedMatrix(
          ir::LayoutAttr::get(&context, 8, c.depth, c.bits, 1, false, 8, nm),
          11, k);
    };
    EXPECT_EQ(make(512).getBlockK(), c.blockK);
    EXPECT_EQ(make(512).getSizeInBytes(), 16 * c.bitsOfRow / 8);
    // A ragged row; columns of a window in turn, fewer than n in some.
    PackedMatrix m = make(87);
    auto value = [&](int64_t n, int64_t k) -> int64_t {
      int64_t place = (k + n + k / c.m) % c.m;
      return place < c.n && (k / c.m + n) % 3 ? (n + k) % 3 - 1 : 0;
    };
    std::vector<char> bytes(m.getSizeInBytes());
    m.pack(bytes, value);
    std::set<std::pair<int64_t, int64_t>> seen;
    for (int64_t n = 0; n < 11; ++n) {
      std::vector<int64_t> row(m.getBlocks() * m.getBlockK(), 0);
      int64_t last = -1;
      for (int64_t p = 0; p < m.getBlocks() * m.getBlockCodes(); ++p) {
        ASSERT_TRUE(seen.insert({m.getUnit(n, p), m.getField(p)}).second);
        int raw = static_cast<uint8_t>(bytes[m.getUnit(n, p)]) >>
                  (m.getField(p) * c.bits);
        int64_t k = m.columnOf(bytes, n, p);
        ASSERT_GT(k, last); // each place once, in ascending order
        last = k;
        row[k] = (raw & ((1 << c.bits) - 1)) - 1;
      }
      for (int64_t k = 0; k < 87; ++k)
        ASSERT_EQ(row[k], value(n, k)) << c.n << ":" << c.m << " at " << k;
    }
  }
}
