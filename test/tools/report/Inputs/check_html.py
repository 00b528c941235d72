"""Checks that an HTML page is well formed and loads nothing: tags balance,
attributes are known, there is no script and no address but SVG's namespace."""
import html.parser
import sys

VOID = {"meta", "line"}


class Checker(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.count = [], {}

    def handle_starttag(self, tag, attributes):
        self.count[tag] = self.count.get(tag, 0) + 1
        for name, value in attributes:
            if name.startswith("on") or name in ("src", "href"):
                sys.exit(f"<{tag}> has {name}")
            if "://" in (value or "") and name != "xmlns":
                sys.exit(f"<{tag}> names an address: {value}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            sys.exit(f"unexpected </{tag}> at {self.getpos()}")


checker = Checker()
checker.feed(open(sys.argv[1], encoding="utf-8").read())
checker.close()
if checker.open:
    sys.exit(f"left open: {checker.open}")
if set(checker.count) & {"script", "link", "img", "iframe", "b"}:
    sys.exit("something that a report has no use for")
print("well formed:", checker.count["svg"], "plots,", checker.count["tr"], "rows")
