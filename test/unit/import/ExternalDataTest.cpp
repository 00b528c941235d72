//===- ExternalDataTest.cpp - External data stays in the model's folder ---===//
#include "lib/Driver/Register.h"
#include "lib/Import/Import.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

using namespace mlir;

namespace {

class ExternalDataTest : public testing::Test {
protected:
  ExternalDataTest() : context(MLIRContext::Threading::DISABLED) {
    DialectRegistry registry;
    tern::registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    llvm::SmallString<128> made;
    EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("tern-external", made));
    root = made.str().str();
    llvm::sys::fs::create_directory(root + "/model");
    write("model/data.bin", std::string(16, '\1'));
    write("secret.bin", std::string(16, '\2'));
  }
  ~ExternalDataTest() override { llvm::sys::fs::remove_directories(root); }

  void write(const std::string &name, const std::string &bytes) {
    std::error_code code;
    llvm::raw_fd_ostream(root + "/" + name, code) << bytes;
    ASSERT_FALSE(code);
  }

  /// What the importer says of a model whose one initializer, four floats, lies
  /// there; empty when it takes it.
  std::string import(const std::string &location,
                     const std::string &offset = "0",
                     const std::string &length = "16") {
    onnx::ModelProto model;
    model.set_ir_version(7);
    model.add_opset_import()->set_version(13);
    onnx::GraphProto &graph = *model.mutable_graph();
    graph.set_name("g");
    onnx::TensorProto &tensor = *graph.add_initializer();
    tensor.set_name("w");
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    tensor.add_dims(4);
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    for (auto [key, value] : {std::pair{"location", location},
                              {"offset", offset},
                              {"length", length}}) {
      auto *entry = tensor.add_external_data();
      entry->set_key(key);
      entry->set_value(value);
    }
    onnx::NodeProto &node = *graph.add_node();
    node.set_op_type("Relu");
    node.add_input("w");
    node.add_output("y");
    auto *output = graph.add_output();
    output->set_name("y");
    output->mutable_type()->mutable_tensor_type()->set_elem_type(1);
    write("model/model.onnx", model.SerializeAsString());
    std::string said;
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      llvm::raw_string_ostream(said) << diagnostic;
      return success();
    });
    bool taken = bool(tern::importOnnx(root + "/model/model.onnx", &context));
    EXPECT_EQ(taken, said.empty());
    return said;
  }
  void expectRefusal(const std::string &said, const std::string &wanted) {
    EXPECT_NE(said.find(wanted), std::string::npos) << said;
  }

  MLIRContext context;
  std::string root;
};

TEST_F(ExternalDataTest, FilesBesideTheModelAreMapped) {
  EXPECT_EQ(import("data.bin"), "");
  EXPECT_EQ(import("./data.bin"), "");
}

TEST_F(ExternalDataTest, PathsThatLeadOutAreRefused) {
  const char *wanted = "expected a file inside the model's folder";
  expectRefusal(import(root + "/secret.bin"), wanted);
  expectRefusal(import("/etc/passwd"), wanted);
  expectRefusal(import("../secret.bin"), wanted);
  expectRefusal(import("sub/../../secret.bin"), wanted);
  expectRefusal(import(""), wanted);
  expectRefusal(import(std::string("data.bin\0x", 10)), wanted);
}

TEST_F(ExternalDataTest, LinksThatLeadOutAreRefused) {
  ASSERT_FALSE(llvm::sys::fs::create_link(root + "/secret.bin",
                                          root + "/model/link.bin"));
  expectRefusal(import("link.bin"),
                "expected a file inside the model's folder");
  ASSERT_FALSE(llvm::sys::fs::create_link(root + "/model/data.bin",
                                          root + "/model/inside.bin"));
  EXPECT_EQ(import("inside.bin"), "");
}

TEST_F(ExternalDataTest, PiecesBeyondTheFileAreRefused) {
  const char *wanted = "but the file has 16";
  expectRefusal(import("data.bin", "1"), wanted);
  expectRefusal(import("data.bin", "17"), wanted);
  expectRefusal(import("data.bin", "18446744073709551600"), wanted);
  expectRefusal(import("data.bin", "-4"),
                "expected 16 bytes at a non-negative");
  expectRefusal(import("data.bin", "0", "12"), "expected 16 bytes");
  expectRefusal(import("none.bin"), "cannot read 'none.bin'");
}

} // namespace
