//===- Svg.h - A small writer of SVG pictures -----------------------------===//
#pragma once
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

namespace tern {

/// Writes one picture: opened by the constructor, closed by the destructor.
/// Texts are escaped here.
class Svg {
public:
  enum class Anchor { Start, Middle, End };

  Svg(llvm::raw_ostream &os, double width, double height);
  ~Svg();

  void line(double x1, double y1, double x2, double y2, llvm::StringRef color,
            double width = 1, llvm::StringRef dashes = "");
  /// Shapes with a `title` show it when the mouse is over them.
  void rect(double x, double y, double width, double height,
            llvm::StringRef color, llvm::StringRef title = "");
  void circle(double x, double y, double radius, llvm::StringRef color,
              llvm::StringRef title = "");
  /// With a halo of white, so that it reads on top of lines.
  void text(double x, double y, llvm::StringRef text,
            Anchor anchor = Anchor::Start, llvm::StringRef color = "",
            double degrees = 0);

private:
  llvm::raw_ostream &number(double value);
  llvm::raw_ostream &os;
};

} // namespace tern
