"""format=flowed (RFC 3676): joins the lines that a mail program has broken. Pure."""

from __future__ import annotations


def unflow(text: str, *, delsp: bool) -> str:
    """Return `text` with its soft line breaks undone; `delsp` drops the space before each (section 4.1)."""
    done: list[str] = []
    paragraph: list[str] = []
    depth_before = 0
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")  # space-stuffing, section 4.4
        # The signature line ends with a space but is never flowed (section 4.3); depths are not joined (4.5).
        if paragraph and (depth != depth_before or content == "-- "):
            done.append(_quoted(depth_before, paragraph))
            paragraph = []
        depth_before = depth
        # Outlook Express puts a space behind "-----Original Message-----" too.
        is_soft = content.endswith(" ") and content != "-- " and not content.endswith("--- ")
        paragraph.append(content[:-1] if is_soft and delsp else content)
        if not is_soft:
            done.append(_quoted(depth, paragraph))
            paragraph = []
    if paragraph:
        done.append(_quoted(depth_before, paragraph))
    return "\n".join(done)


def _quoted(depth: int, pieces: list[str]) -> str:
    mark = ">" * depth + " " if depth else ""
    return mark + "".join(pieces)
