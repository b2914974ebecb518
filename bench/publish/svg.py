"""Pictures as text: a card of its own, so that it can be read on any page, light or dark."""
from xml.sax.saxutils import escape

STYLE = """
    .card { fill: #ffffff; stroke: #d0d7de }
    text { fill: #1f2328; font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif }
    .title { font-size: 15px; font-weight: 600 }
    .strong { font-weight: 600 }
    .muted { fill: #59636e }
    .inside { fill: #ffffff }
    .grid { stroke: #d8dee4 }
    .rest { fill: #d0d7de }
    @media (prefers-color-scheme: dark) {
        .card { fill: #0d1117; stroke: #3d444d }
        text { fill: #f0f6fc }
        .muted { fill: #9198a1 }
        .grid { stroke: #2f353d }
        .rest { fill: #3d444d }
    }"""
BLUE, ORANGE, VIOLET, TEAL, RED, OLIVE, GREY = "#1f6feb", "#d9730d", "#8957e5", "#12908a", "#cf3f4f", "#7d8a1c", "#7d8590"


class Picture:
    def __init__(self, width, height, title, subtitle):
        self.width, self.height = width, height
        self.title = title
        self.parts = []
        self.text(20, 30, title, "title")
        self.text(20, 49, subtitle, "muted")

    def text(self, x, y, words, look="", anchor="start"):
        anchored = "" if anchor == "start" else f' text-anchor="{anchor}"'
        classed = f' class="{look}"' if look else ""
        self.parts.append(f'<text x="{x:g}" y="{y:g}"{classed}{anchored}>{escape(words)}</text>')

    def bar(self, x, y, width, height, colour):
        """`colour` is one of the style's looks or a colour."""
        paint = f'fill="{colour}"' if colour.startswith("#") else f'class="{colour}"'
        self.parts.append(f'<rect x="{x:g}" y="{y:g}" width="{max(width, 0):.4g}" height="{height:g}" {paint}/>')

    def line(self, points, colour=None, dashed=False, width=1):
        path = " ".join(f"{x:.4g},{y:.4g}" for x, y in points)
        paint = f'stroke="{colour}"' if colour else 'class="grid"'
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        self.parts.append(f'<polyline points="{path}" fill="none" {paint} stroke-width="{width:g}"{dash}/>')

    def dot(self, x, y, colour):
        self.parts.append(f'<circle cx="{x:.4g}" cy="{y:.4g}" r="3" fill="{colour}"/>')

    def legend(self, x, y, entries, widths):
        """A row of squares with their names."""
        for (name, colour), width in zip(entries, widths):
            self.bar(x, y - 9, 10, 10, colour)
            self.text(x + 15, y, name, "muted")
            x += width

    def __str__(self):
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}" '
            f'height="{self.height}" role="img">',
            f"<title>{escape(self.title)}</title>",
            f"<style>{STYLE}\n</style>",
            f'<rect x="0.5" y="0.5" width="{self.width - 1}" height="{self.height - 1}" rx="8" class="card"/>',
            *self.parts, "</svg>", ""])
