//===- SortNodes.cpp - Topological order of a graph's nodes ---------------===//
#include "lib/Import/SortNodes.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringMap.h"
#include <queue>

/// Calls `visit` with every name that a node reads, captures of its subgraphs
/// included. (A subgraph's own names are visited too: they name no node here.)
static void forEachInput(const onnx::NodeProto &node,
                         llvm::function_ref<void(llvm::StringRef)> visit,
                         unsigned depth = 0) {
  if (depth > 64)
    return; // the importer refuses such nesting later
  for (const std::string &name : node.input())
    visit(name);
  for (const auto &attribute : node.attribute()) {
    if (!attribute.has_g())
      continue;
    for (const auto &inner : attribute.g().node())
      forEachInput(inner, visit, depth + 1);
    for (const auto &output : attribute.g().output())
      visit(output.name());
  }
}

std::vector<const onnx::NodeProto *>
tern::sortNodes(const onnx::GraphProto &graph) {
  llvm::StringMap<int> producer;
  for (int i = 0; i < graph.node_size(); ++i)
    for (const std::string &name : graph.node(i).output())
      if (!name.empty())
        producer.try_emplace(name, i);
  std::vector<std::vector<int>> users(graph.node_size());
  std::vector<int> waiting(graph.node_size(), 0);
  for (int i = 0; i < graph.node_size(); ++i)
    forEachInput(graph.node(i), [&](llvm::StringRef name) {
      auto it = producer.find(name);
      if (it == producer.end())
        return;
      users[it->second].push_back(i);
      ++waiting[i];
    });
  // The least index first keeps the file's order where it is already sorted.
  std::priority_queue<int, std::vector<int>, std::greater<int>> ready;
  for (int i = 0; i < graph.node_size(); ++i)
    if (!waiting[i])
      ready.push(i);
  std::vector<const onnx::NodeProto *> order;
  while (!ready.empty()) {
    int i = ready.top();
    ready.pop();
    order.push_back(&graph.node(i));
    for (int user : users[i])
      if (!--waiting[user])
        ready.push(user);
  }
  if (order.size() != static_cast<size_t>(graph.node_size()))
    order.clear();
  return order;
}
