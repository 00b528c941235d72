//===- Families.h - The files of operators that the table consists of -----===//
#pragma once
#include "passes/Graph/OperatorTable.h"

namespace tern::graph {

llvm::ArrayRef<OperatorRow> activationOperators();
llvm::ArrayRef<OperatorRow> arithmeticOperators();
llvm::ArrayRef<OperatorRow> attentionOperators();
llvm::ArrayRef<OperatorRow> batchNormOperators();
llvm::ArrayRef<OperatorRow> cacheOperators();
llvm::ArrayRef<OperatorRow> castOperators();
llvm::ArrayRef<OperatorRow> controlOperators();
llvm::ArrayRef<OperatorRow> convTransposeOperators();
llvm::ArrayRef<OperatorRow> deeployOperators();
llvm::ArrayRef<OperatorRow> einsumOperators();
llvm::ArrayRef<OperatorRow> fourierOperators();
llvm::ArrayRef<OperatorRow> gatherOperators();
llvm::ArrayRef<OperatorRow> generateOperators();
llvm::ArrayRef<OperatorRow> gridSampleOperators();
llvm::ArrayRef<OperatorRow> imageOperators();
llvm::ArrayRef<OperatorRow> linearAttentionOperators();
llvm::ArrayRef<OperatorRow> logicOperators();
llvm::ArrayRef<OperatorRow> lossOperators();
llvm::ArrayRef<OperatorRow> mathOperators();
llvm::ArrayRef<OperatorRow> nbitsOperators();
llvm::ArrayRef<OperatorRow> bnb4Operators();
llvm::ArrayRef<OperatorRow> normalizeOperators();
llvm::ArrayRef<OperatorRow> pieceOperators();
llvm::ArrayRef<OperatorRow> poolOperators();
llvm::ArrayRef<OperatorRow> productOperators();
llvm::ArrayRef<OperatorRow> qconvOperators();
llvm::ArrayRef<OperatorRow> qlinearOperators();
llvm::ArrayRef<OperatorRow> qmatmulOperators();
llvm::ArrayRef<OperatorRow> qonnxOperators();
llvm::ArrayRef<OperatorRow> quantizeOperators();
llvm::ArrayRef<OperatorRow> recurrentOperators();
llvm::ArrayRef<OperatorRow> reduceOperators();
llvm::ArrayRef<OperatorRow> resizeOperators();
llvm::ArrayRef<OperatorRow> roiAlignOperators();
llvm::ArrayRef<OperatorRow> rotaryOperators();
llvm::ArrayRef<OperatorRow> scatterOperators();
llvm::ArrayRef<OperatorRow> selectOperators();
llvm::ArrayRef<OperatorRow> shapeOperators();
llvm::ArrayRef<OperatorRow> softmaxOperators();

/// In the order they are searched; one line per file of passes/Graph/Ops.
// clang-format off
inline constexpr llvm::ArrayRef<OperatorRow> (*operatorFamilies[])() = {
    activationOperators,
    arithmeticOperators,
    attentionOperators,
    batchNormOperators,
    cacheOperators,
    castOperators,
    controlOperators,
    convTransposeOperators,
    deeployOperators,
    einsumOperators,
    fourierOperators,
    gatherOperators,
    generateOperators,
    gridSampleOperators,
    imageOperators,
    linearAttentionOperators,
    logicOperators,
    lossOperators,
    mathOperators,
    nbitsOperators,
    bnb4Operators,
    normalizeOperators,
    pieceOperators,
    poolOperators,
    productOperators,
    qconvOperators,
    qlinearOperators,
    qmatmulOperators,
    qonnxOperators,
    quantizeOperators,
    recurrentOperators,
    reduceOperators,
    resizeOperators,
    roiAlignOperators,
    rotaryOperators,
    scatterOperators,
    selectOperators,
    shapeOperators,
    softmaxOperators,
};
// clang-format on

} // namespace tern::graph
