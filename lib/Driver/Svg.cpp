//===- Svg.cpp - A small writer of SVG pictures ---------------------------===//
#include "lib/Driver/Svg.h"
#include "lib/Driver/ReportPlots.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace llvm;
using namespace tern;

std::string tern::escapedHtml(StringRef any) {
  std::string escaped;
  for (char c : json::fixUTF8(any)) {
    switch (c) {
    case '<':
      escaped += "&lt;";
      break;
    case '>':
      escaped += "&gt;";
      break;
    case '&':
      escaped += "&amp;";
      break;
    case '"':
      escaped += "&quot;";
      break;
    case '\'':
      escaped += "&#39;";
      break;
    default:
      // Control characters are no HTML.
      bool isControl = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
      escaped += isControl ? '?' : c;
    }
  }
  return escaped;
}

Svg::Svg(raw_ostream &os, double width, double height) : os(os) {
  os << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"";
  number(width) << "\" height=\"";
  number(height) << "\" viewBox=\"0 0 ";
  number(width) << " ";
  number(height) << "\">\n";
}

Svg::~Svg() { os << "</svg>\n"; }

raw_ostream &Svg::number(double value) { return os << format("%.1f", value); }

void Svg::line(double x1, double y1, double x2, double y2, StringRef color,
               double width, StringRef dashes) {
  os << "<line x1=\"";
  number(x1) << "\" y1=\"";
  number(y1) << "\" x2=\"";
  number(x2) << "\" y2=\"";
  number(y2) << "\" stroke=\"" << color << "\" stroke-width=\"";
  number(width) << "\"";
  if (!dashes.empty())
    os << " stroke-dasharray=\"" << dashes << "\"";
  os << "/>\n";
}

static void printTitle(raw_ostream &os, StringRef title, StringRef element) {
  if (title.empty())
    os << "/>\n";
  else
    os << "><title>" << escapedHtml(title) << "</title></" << element << ">\n";
}

void Svg::rect(double x, double y, double width, double height, StringRef color,
               StringRef title) {
  os << "<rect x=\"" << format("%.2f", x) << "\" y=\"";
  number(y) << "\" width=\"" << format("%.2f", width) << "\" height=\"";
  number(height) << "\" fill=\"" << color << "\"";
  printTitle(os, title, "rect");
}

void Svg::circle(double x, double y, double radius, StringRef color,
                 StringRef title) {
  os << "<circle cx=\"";
  number(x) << "\" cy=\"";
  number(y) << "\" r=\"";
  number(radius) << "\" fill=\"" << color
                 << "\" fill-opacity=\"0.55\" stroke=\"#fff\"";
  printTitle(os, title, "circle");
}

void Svg::text(double x, double y, StringRef text, Anchor anchor,
               StringRef color, double degrees) {
  static const char *const anchors[] = {"start", "middle", "end"};
  os << "<text x=\"";
  number(x) << "\" y=\"";
  number(y) << "\" text-anchor=\"" << anchors[static_cast<int>(anchor)]
            << "\" paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"3\"";
  if (!color.empty())
    os << " style=\"fill:" << color << "\"";
  if (degrees != 0) {
    os << " transform=\"rotate(";
    number(degrees) << " ";
    number(x) << " ";
    number(y) << ")\"";
  }
  os << ">" << escapedHtml(text) << "</text>\n";
}
