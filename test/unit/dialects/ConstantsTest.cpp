//===- ConstantsTest.cpp - The elements of constant tensors ---------------===//
#include "dialects/Tern/Constants.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace tern;

namespace {
class ConstantsTest : public ::testing::Test {
protected:
  ConstantsTest() { context.loadDialect<ir::TernDialect, func::FuncDialect>(); }

  /// The elements of a module's one use, by way of `weight`, its definition.
  std::vector<int64_t> elements(StringRef weight, StringRef type) {
    module = parseSourceString<ModuleOp>(
        ("tern.weight @w : " + weight +
         "\nfunc.func @main() {\n%w = tern.use @w : " + type + "\nreturn\n}")
            .str(),
        &context);
    std::vector<int64_t> found;
    module->walk([&](ir::UseOp use) {
      std::optional<ConstantTensor> constant =
          ConstantTensor::get(use.getResult());
      for (int64_t i = 0; constant && i < constant->size(); ++i)
        found.push_back(constant->getInt(i));
    });
    return found;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};
} // namespace

TEST_F(ConstantsTest, TransposedCodesAreReadInTheOrderOfTheType) {
  // The blob is [[0, 1, 2], [3, 4, 5]]: 3 x 2 in the weight's order.
  EXPECT_EQ(elements("transposed tensor<3x2x!tern.q<int8>> = "
                     "dense<[0, 1, 2, 3, 4, 5]> : tensor<6xi8>",
                     "tensor<3x2x!tern.q<int8>>"),
            (std::vector<int64_t>{0, 3, 1, 4, 2, 5}));
  // Two bits a code, lowest first: [[0, 1], [-2, -1]].
  EXPECT_EQ(elements("transposed tensor<2x2x!tern.q<int2>> = "
                     "dense<-28> : tensor<1xi8>",
                     "tensor<2x2x!tern.q<int2>>"),
            (std::vector<int64_t>{0, -2, 1, -1}));
  // 16 bits take the way of wide codes.
  EXPECT_EQ(elements("transposed tensor<2x2x!tern.q<int16>> = "
                     "dense<[1, 0, 2, 0, 3, 0, -1, -1]> : tensor<8xi8>",
                     "tensor<2x2x!tern.q<int16>>"),
            (std::vector<int64_t>{1, 3, 2, -1}));
}

TEST_F(ConstantsTest, SplatsAndUnsignedCodesAreDecoded) {
  EXPECT_EQ(elements("tensor<2x!tern.q<uint8>> = dense<-1> : tensor<2xi8>",
                     "tensor<2x!tern.q<uint8>>"),
            (std::vector<int64_t>{255, 255}));
  EXPECT_EQ(elements("tensor<3x!tern.q<binary>> = dense<5> : tensor<1xi8>",
                     "tensor<3x!tern.q<binary>>"),
            (std::vector<int64_t>{1, -1, 1}));
}

TEST_F(ConstantsTest, RowMajorElementsOfATransposedWeight) {
  elements("transposed tensor<2x2x!tern.q<int2>> = dense<-28> : tensor<1xi8>",
           "tensor<2x2x!tern.q<int2>>");
  ir::WeightOp weight = *module->getOps<ir::WeightOp>().begin();
  ElementsAttr plain = rowMajorElements(weight);
  weight.setValueAttr(plain);
  weight.setTransposed(false);
  std::vector<int64_t> found;
  module->walk([&](ir::UseOp use) {
    ConstantTensor constant = *ConstantTensor::get(use.getResult());
    for (int64_t i = 0; i < constant.size(); ++i)
      found.push_back(constant.getInt(i));
  });
  EXPECT_EQ(found, (std::vector<int64_t>{0, -2, 1, -1}));
}
