"""prose.py and links.py see what they are for, and nothing else."""
import pathlib
import tempfile

import links
import prose

LONG = "word " * 24 + "words"
GOOD = f"""# A heading {LONG}

| a table | {LONG} |
|---|---|

```cpp
{LONG}
```

    {LONG}

- one
  two
- three
  {"four " * 22}
1. five
2. six
3. seven
4. eight

[file](other.md), [heading](other.md#a-heading-of-its-own), [here](#below), [far](https://example.org/x), `[code](none)`

## Below
"""
BAD = {
    LONG: "125 characters, expected at most 120",
    f"- a point\n  {LONG}": "characters, expected at most 120",
    "line\n" * 7: "a paragraph of 7 lines, expected at most 6",
    "- a point\n" + "  line\n" * 6: "a paragraph of 7 lines, expected at most 6",
    "```\ncode\n```\n" + LONG: "characters, expected at most 120",
    "    code\n\n" + LONG: "characters, expected at most 120",
    "[a](none.md)": "none.md: no such file",
    "[a](other.md#nowhere)": "other.md#nowhere: no such heading",
    "[a](#nowhere)": "#nowhere: no such heading",
}

with tempfile.TemporaryDirectory() as folder:
    page = pathlib.Path(folder, "page.md")
    page.with_name("other.md").write_text("# Other\n\n## A heading, of its own\n")

    def complaints(text):
        page.write_text(text)
        return [*prose.complaints(page), *links.complaints(page)]

    assert complaints(GOOD) == [], complaints(GOOD)
    for text, expected in BAD.items():
        found = complaints(text)
        assert len(found) == 1 and found[0].endswith(expected), (text, found)
