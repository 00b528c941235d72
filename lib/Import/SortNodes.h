//===- SortNodes.h - Topological order of a graph's nodes -----------------===//
#pragma once
#include <onnx/onnx_pb.h>
#include <vector>

namespace tern {
/// The nodes so that every one comes after those that make its inputs (its
/// subgraphs' captures included); file order where the file already does so.
/// Empty when there is a cycle.
std::vector<const onnx::NodeProto *> sortNodes(const onnx::GraphProto &graph);
} // namespace tern
