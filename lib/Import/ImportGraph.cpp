//===- ImportGraph.cpp - Graphs and nodes into onnx form ------------------===//
#include "lib/Import/ImportGraph.h"
#include "lib/Import/ImportTypes.h"
#include "lib/Import/SortNodes.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace tern;

GraphImporter::GraphImporter(std::shared_ptr<onnx::ModelProto> model,
                             ModuleOp module, TensorImporter &tensors,
                             const ImportLimits &limits, Location fileLoc)
    : model(std::move(model)), module(module), tensors(tensors), limits(limits),
      fileLoc(fileLoc), context(module.getContext()) {}

int64_t GraphImporter::versionOf(StringRef domain) const {
  if (domain == "ai.onnx")
    domain = "";
  for (const auto &opset : model->opset_import()) {
    StringRef name = opset.domain();
    if (name == domain || (domain.empty() && name == "ai.onnx"))
      return std::max<int64_t>(opset.version(), 1);
  }
  return 1;
}

Location GraphImporter::locOf(const onnx::NodeProto &node) {
  StringRef name = node.name();
  if (name.empty() && node.output_size())
    name = node.output(0);
  if (name.empty())
    name = node.op_type();
  return NameLoc::get(StringAttr::get(context, name), fileLoc);
}

LogicalResult GraphImporter::define(Scope &scope, StringRef name, Value value,
                                    Location loc) {
  if (scope.try_emplace(name, value).second)
    return success();
  return emitError(loc) << "expected every value to be defined once, but got '"
                        << name << "' again";
}

DictionaryAttr GraphImporter::describe(const onnx::ValueInfoProto &value) {
  Builder b(context);
  SmallVector<NamedAttribute> attrs;
  attrs.push_back(b.getNamedAttr("onnx.name", b.getStringAttr(value.name())));
  SmallVector<StringRef> dims = dimParams(value.type());
  if (!dims.empty())
    attrs.push_back(b.getNamedAttr("onnx.dim_params", b.getStrArrayAttr(dims)));
  return b.getDictionaryAttr(attrs);
}

LogicalResult GraphImporter::collectTypes(const onnx::GraphProto &graph) {
  for (const auto *list : {&graph.value_info(), &graph.output()})
    for (const auto &value : *list) {
      Type type = importType(value.type(), fileLoc);
      if (!type)
        return failure();
      types[value.name()] = type;
    }
  return success();
}

LogicalResult GraphImporter::importMain() {
  const onnx::GraphProto &graph = model->graph();
  llvm::StringSet<> initialized;
  for (const auto &tensor : graph.initializer())
    initialized.insert(tensor.name());

  OpBuilder builder(context);
  builder.setInsertionPointToEnd(module.getBody());
  SmallVector<Type> inputs, outputs;
  SmallVector<DictionaryAttr> inputAttrs, outputAttrs;
  SmallVector<StringRef> names;
  for (const auto &input : graph.input()) {
    if (initialized.contains(input.name()))
      continue; // a default value: the initializer stands
    Type type = importType(input.type(), fileLoc);
    if (!type)
      return failure();
    inputs.push_back(type);
    inputAttrs.push_back(describe(input));
    names.push_back(input.name());
  }
  auto entry = builder.create<func::FuncOp>(
      fileLoc, "main", builder.getFunctionType(inputs, {}));
  entry.setAllArgAttrs(inputAttrs);
  SmallVector<NamedAttribute> opsets;
  for (const auto &opset : model->opset_import())
    opsets.push_back(builder.getNamedAttr(
        opset.domain().empty() ? "ai.onnx" : StringRef(opset.domain()),
        builder.getI64IntegerAttr(opset.version())));
  entry->setAttr("onnx.opsets", DictionaryAttr::get(context, opsets));

  Block *block = entry.addEntryBlock();
  builder.setInsertionPointToStart(block);
  Scope scope;
  for (auto [name, argument] : llvm::zip(names, block->getArguments()))
    if (failed(define(scope, name, argument, fileLoc)))
      return failure();
  if (failed(importBody(graph, scope, builder, 0)))
    return failure();

  SmallVector<Value> results;
  for (const auto &output : graph.output()) {
    Value value = scope.lookup(output.name());
    if (!value)
      return emitError(fileLoc) << "expected a value for output '"
                                << output.name() << "', but nothing makes it";
    results.push_back(value);
    outputs.push_back(value.getType());
    outputAttrs.push_back(describe(output));
  }
  builder.create<func::ReturnOp>(fileLoc, results);
  entry.setType(builder.getFunctionType(inputs, outputs));
  entry.setAllResultAttrs(outputAttrs);
  return success();
}

LogicalResult GraphImporter::importInitializers(const onnx::GraphProto &graph,
                                                Scope &scope,
                                                OpBuilder &builder) {
  for (const auto &tensor : graph.initializer()) {
    Location loc = NameLoc::get(builder.getStringAttr(tensor.name()), fileLoc);
    ElementsAttr value = tensors.import(tensor, loc);
    if (!value)
      return failure();
    auto op = builder.create<onnx_ir::ConstantOp>(loc, value.getType(), value,
                                                  tensor.name());
    if (failed(define(scope, tensor.name(), op, loc)))
      return failure();
  }
  for (const auto &sparse : graph.sparse_initializer()) {
    Location loc =
        NameLoc::get(builder.getStringAttr(sparse.values().name()), fileLoc);
    auto op = builder.create<onnx_ir::NodeOp>(
        loc, TypeRange{onnx_ir::OpaqueType::get(context, "sparse_tensor")},
        "SparseInitializer", 1, ValueRange{}, DictionaryAttr(), ArrayAttr(), 0);
    if (failed(define(scope, sparse.values().name(), op.getResult(0), loc)))
      return failure();
  }
  return success();
}

LogicalResult GraphImporter::importBody(const onnx::GraphProto &graph,
                                        Scope &scope, OpBuilder &builder,
                                        unsigned depth) {
  if (depth > limits.nesting)
    return emitError(fileLoc)
           << "expected subgraphs at most " << limits.nesting << " deep";
  if (failed(collectTypes(graph)) ||
      failed(importInitializers(graph, scope, builder)))
    return failure();
  std::vector<const onnx::NodeProto *> nodes = sortNodes(graph);
  if (nodes.empty() && graph.node_size())
    return emitError(fileLoc) << "expected an acyclic graph, but got a cycle";
  for (const onnx::NodeProto *node : nodes)
    if (failed(importNode(*node, scope, builder, depth)))
      return failure();
  return success();
}

LogicalResult GraphImporter::importNode(const onnx::NodeProto &node,
                                        Scope &scope, OpBuilder &builder,
                                        unsigned depth) {
  Location loc = locOf(node);
  SmallVector<Value> operands;
  for (const std::string &name : node.input()) {
    Value value =
        name.empty()
            ? builder.create<onnx_ir::AbsentOp>(loc, builder.getNoneType())
                  .getResult()
            : scope.lookup(name);
    if (!value)
      return emitError(loc) << "expected a value for input '" << name
                            << "', but nothing before the node makes it";
    operands.push_back(value);
  }
  SmallVector<Type> results;
  for (const std::string &name : node.output()) {
    Type declared = types.lookup(name);
    results.push_back(declared ? declared : NoneType::get(context));
  }
  SmallVector<NamedAttribute> attributes;
  SmallVector<const onnx::AttributeProto *> graphs;
  llvm::StringSet<> seen;
  for (const auto &attribute : node.attribute()) {
    if (!seen.insert(attribute.name()).second)
      return emitError(loc) << "expected attributes once, but got '"
                            << attribute.name() << "' again";
    if (attribute.has_g()) {
      graphs.push_back(&attribute);
      continue;
    }
    Attribute value = importAttribute(attribute, loc);
    if (!value || attribute.name().empty())
      return failure();
    attributes.push_back(builder.getNamedAttr(attribute.name(), value));
  }
  StringRef domain = node.domain() == "ai.onnx" ? "" : StringRef(node.domain());
  std::string op = (domain.empty() ? "" : domain.str() + ".") + node.op_type();
  SmallVector<StringRef> regions;
  for (const auto *attribute : graphs)
    regions.push_back(attribute->name());
  auto nodeOp = builder.create<onnx_ir::NodeOp>(
      loc, results, op, versionOf(domain), operands,
      attributes.empty() ? DictionaryAttr()
                         : builder.getDictionaryAttr(attributes),
      regions.empty() ? ArrayAttr() : builder.getStrArrayAttr(regions),
      graphs.size());
  for (auto [attribute, region] : llvm::zip(graphs, nodeOp.getSubgraphs()))
    if (failed(importSubgraph(attribute->g(), region, scope, loc, depth + 1)))
      return failure();
  for (auto [name, result] : llvm::zip(node.output(), nodeOp.getResults()))
    if (!name.empty() && failed(define(scope, name, result, loc)))
      return failure();
  return success();
}

LogicalResult GraphImporter::importSubgraph(const onnx::GraphProto &graph,
                                            Region &region, const Scope &outer,
                                            Location loc, unsigned depth) {
  Scope scope;
  for (const auto &entry : outer)
    scope[entry.getKey()] = entry.getValue();
  Block *block = new Block();
  region.push_back(block);
  for (const auto &input : graph.input()) {
    Type type = importType(input.type(), loc);
    if (!type)
      return failure();
    scope[input.name()] = block->addArgument(type, loc);
  }
  OpBuilder builder = OpBuilder::atBlockEnd(block);
  if (failed(importBody(graph, scope, builder, depth)))
    return failure();
  SmallVector<Value> results;
  for (const auto &output : graph.output()) {
    Value value = scope.lookup(output.name());
    if (!value)
      return emitError(loc) << "expected a value for output '" << output.name()
                            << "' of a subgraph, but nothing makes it";
    results.push_back(value);
  }
  builder.create<onnx_ir::YieldOp>(loc, results);
  return success();
}

Attribute GraphImporter::importAttribute(const onnx::AttributeProto &attribute,
                                         Location loc) {
  Builder b(context);
  auto map = [&](const auto &list, auto each) {
    SmallVector<Attribute> values;
    for (const auto &item : list)
      values.push_back(each(item));
    return b.getArrayAttr(values);
  };
  switch (attribute.type()) {
  case onnx::AttributeProto::FLOAT:
    return b.getF32FloatAttr(attribute.f());
  case onnx::AttributeProto::INT:
    return b.getI64IntegerAttr(attribute.i());
  case onnx::AttributeProto::STRING:
    return b.getStringAttr(attribute.s());
  case onnx::AttributeProto::TENSOR:
    return tensors.import(attribute.t(), loc);
  case onnx::AttributeProto::FLOATS:
    return map(attribute.floats(),
               [&](float f) { return b.getF32FloatAttr(f); });
  case onnx::AttributeProto::INTS:
    return map(attribute.ints(),
               [&](int64_t i) { return b.getI64IntegerAttr(i); });
  case onnx::AttributeProto::STRINGS:
    return map(attribute.strings(),
               [&](const std::string &s) { return b.getStringAttr(s); });
  default:
    // Kept as its name, so that the operator's own check can refuse it.
    return b.getStringAttr("unsupported attribute");
  }
}
