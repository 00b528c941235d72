//===- NamesTest.cpp - What a model calls things, in source ---------------===//
#include "lib/Backend/Common/Names.h"
#include <gtest/gtest.h>

using namespace tern::backend;

namespace {

TEST(NamesTest, IdentifiersAreOfC) {
  EXPECT_EQ(identifierOf("conv1", "x"), "conv1");
  EXPECT_EQ(identifierOf("model/conv.1:0", "x"), "model_conv_1_0");
  EXPECT_EQ(identifierOf("", "layer"), "layer");
  for (const char *bad : {"1st", "for", "int", "restrict", "\xc3\xa9t\xc3\xa9",
                          "*/ #include", "\n", "__"}) {
    std::string name = identifierOf(bad, "x");
    ASSERT_FALSE(name.empty()) << bad;
    EXPECT_FALSE(isdigit(static_cast<unsigned char>(name[0]))) << bad;
    EXPECT_NE(name, bad);
    for (unsigned char c : name)
      EXPECT_TRUE(isalnum(c) || c == '_') << bad;
  }
  EXPECT_LE(identifierOf(std::string(500, 'a'), "x").size(), 48u);
}

TEST(NamesTest, FilesStayInTheirFolder) {
  for (const char *bad :
       {"../../etc/passwd", "/root", "..", ".hidden", "a\\b", "a/b"}) {
    std::string name = fileNameOf(bad);
    ASSERT_FALSE(name.empty()) << bad;
    EXPECT_NE(name[0], '.') << bad;
    EXPECT_EQ(name.find_first_of("/\\"), std::string::npos) << bad;
  }
}

TEST(NamesTest, CommentsDoNotEnd) {
  EXPECT_EQ(commentOf("a */ b").find("*/"), std::string::npos);
  EXPECT_EQ(commentOf("a\nb").find('\n'), std::string::npos);
  // Nor does taking one thing out put another together.
  EXPECT_EQ(commentOf("**//").find("*/"), std::string::npos);
}

TEST(NamesTest, StringsHoldAnyBytes) {
  EXPECT_EQ(stringOf("a\"b\\c"), "\"a\\042b\\134c\"");
  std::string text = stringOf(llvm::StringRef("\0\n\x7f", 3));
  for (unsigned char c : text)
    EXPECT_TRUE(c >= 0x20 && c < 0x7f);
  // A digit behind an escape is not part of it; "??/" is no trigraph.
  EXPECT_EQ(stringOf(llvm::StringRef("\x01"
                                     "7",
                                     2))
                .find("\\x017"),
            std::string::npos);
  EXPECT_EQ(stringOf("?"
                     "?/")
                .find("?"
                      "?/"),
            std::string::npos);
}

TEST(NamesTest, NamesDiffer) {
  Names names;
  names.reserve("taken");
  llvm::StringSet<> seen;
  for (const char *hint : {"a", "a", "taken", "a_1", "A", "", ""})
    EXPECT_TRUE(seen.insert(names.make(hint)).second) << hint;
  EXPECT_FALSE(seen.contains("taken"));
  Names inner(names, 0);
  EXPECT_FALSE(seen.contains(inner.make("a")));
}

} // namespace
