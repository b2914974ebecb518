"""Holds the documents to short lines and short paragraphs: prose.py PAGE.md ... ends with 1 and names what is too long.

Lines have at most 120 characters outside of fences, indented code, tables and what publish.py writes; paragraphs and points
of a list at most six lines. The repository's README is read at once: at most 130 lines.
"""
import pathlib
import re
import sys

LINE, PARAGRAPH = 120, 6
README, README_LINES = pathlib.Path(__file__).resolve().parents[2] / "README.md", 130
POINT = re.compile(r"\s*([-*]|\d+\.) ")


def prose(text):
    """Number and text of every line of prose, blank ones for whatever stands between paragraphs."""
    fenced = False
    blank_before = True
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
            yield number, ""
        elif fenced or line.startswith(("|", "#", "<!--")) or (blank_before and re.match(r"    +(?![-*] )", line)):
            yield number, ""
            continue  # code goes on behind code
        else:
            yield number, line
        blank_before = not line.strip()


def complaints(page):
    text = page.read_text()
    if page.resolve() == README and len(text.splitlines()) > README_LINES:
        yield f"{page}: {len(text.splitlines())} lines, expected at most {README_LINES}"
    lines, first = 0, 0
    for number, line in [*prose(text), (0, "")]:
        if len(line) > LINE:
            yield f"{page}:{number}: {len(line)} characters, expected at most {LINE}"
        starts = POINT.match(line) is not None
        if (not line.strip() or starts) and lines > PARAGRAPH:
            yield f"{page}:{first}: a paragraph of {lines} lines, expected at most {PARAGRAPH}"
        if not line.strip():
            lines = 0
        else:
            lines, first = (1, number) if starts or lines == 0 else (lines + 1, first)


def main(pages):
    found = [complaint for page in pages for complaint in complaints(pathlib.Path(page))]
    print("\n".join(found) or f"{len(pages)} pages")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
