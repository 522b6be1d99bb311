"""Changes to XML by splicing: the parser locates elements, and every byte that is not replaced stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.parsers.expat import XMLParserType

__all__ = [
    "Edit",
    "Element",
    "PatchError",
    "elements",
    "end_of_tag",
    "legal_xml",
    "parse",
    "set_attribute",
    "small_number",
    "splice",
    "tag_name",
    "xml_text",
]

Edit = tuple[int, int, bytes]

_TAG = re.compile(rb"""<[^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*>""")
_NAME = re.compile(rb"</?([^\s/>]+)")
_ATTRIBUTE = re.compile(rb"""\s+([^\s=]+)\s*=\s*("[^"]*"|'[^']*')""")
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Excel reads ``_x000D_`` in a text as an escaped character (ECMA-376, ST_Xstring), so its underscore is escaped itself.
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
# Digits: every row, column and format number of a workbook fits.
_LONGEST_NUMBER = 9
# Parts read as trees (workbook, styles, comments) are small; a hostile one has millions of elements.
_MOST_ELEMENTS = 500_000
_ENCODINGS = (None, "utf-8", "utf8", "us-ascii", "ascii")


class PatchError(Exception):
    """A part of a workbook that cannot be changed safely; ``part`` is its name."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


@dataclass(slots=True)
class Element:
    """An element and its position in the data.

    Attributes:
        name: Without its prefix.
        prefix: As written, with the colon, or empty.
        attributes: By name; those with a namespace as ``"namespace name"``.
        start: Where its start tag begins.
        inner: Where its content begins.
        inner_end: Where its content ends.
        end: Where it ends.
    """

    name: str
    space: str
    prefix: str
    attributes: Mapping[str, str]
    start: int
    inner: int
    inner_end: int = -1
    end: int = -1
    children: list[Element] = field(default_factory=list)

    @property
    def is_empty_tag(self) -> bool:
        """Return whether the element is written as one tag (``<a/>``)."""
        return self.end == self.inner

    def child(self, name: str) -> Element | None:
        """Return the first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> list[Element]:
        """Return all children of that name."""
        return [child for child in self.children if child.name == name]

    def reference(self) -> str | None:
        """Return its ``r:id``."""
        return next((value for name, value in self.attributes.items() if name.endswith("/relationships id")), None)


def parse(data: bytes, part: str, prepare: Callable[[XMLParserType], None]) -> None:
    """Read a part through the handlers that ``prepare`` sets.

    Raises:
        PatchError: If it is no well-formed XML in UTF-8, or declares a document type or entities.
    """
    parser = expat.ParserCreate(namespace_separator=" ")

    def refuse(*_: object) -> None:
        """Refuse a document type, whose entities can expand without limit."""
        raise PatchError(part)

    def declared(_: str, encoding: str | None, __: int) -> None:
        """Refuse an encoding other than UTF-8, since the splices are bytes of UTF-8."""
        if (encoding.lower() if encoding else None) not in _ENCODINGS:
            raise PatchError(part)

    parser.StartDoctypeDeclHandler = refuse
    parser.XmlDeclHandler = declared
    prepare(parser)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise PatchError(part)
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        raise PatchError(part) from None


def elements(data: bytes, part: str) -> Element:
    """Return the root element of a part with its descendants.

    Raises as :func:`parse` does, and for a part with too many elements.

    >>> root = elements(b'<x:a xmlns:x="s"><x:b r="1"/></x:a>', "a.xml")
    >>> root.name, root.prefix, root.children[0].attributes, root.children[0].is_empty_tag
    ('a', 'x:', {'r': '1'}, True)
    """
    open_ones: list[Element] = []
    roots: list[Element] = []
    room = iter(range(_MOST_ELEMENTS))

    def prepare(parser: XMLParserType) -> None:
        """Collect the elements while they are parsed."""

        def start(name: str, attributes: dict[str, str]) -> None:
            """Add an element to the innermost open one."""
            if next(room, None) is None:
                raise PatchError(part)
            made = _element(data, parser.CurrentByteIndex, name, attributes)
            (open_ones[-1].children if open_ones else roots).append(made)
            open_ones.append(made)

        def end(_: str) -> None:
            """Close the innermost element."""
            closed = open_ones.pop()
            if data[closed.inner - 2 : closed.inner] == b"/>":
                closed.inner_end = closed.end = closed.inner
            else:
                closed.inner_end = parser.CurrentByteIndex
                closed.end = end_of_tag(data, closed.inner_end)

        parser.StartElementHandler = start
        parser.EndElementHandler = end

    parse(data, part, prepare)
    return roots[0]


def _element(data: bytes, start: int, name: str, attributes: Mapping[str, str]) -> Element:
    space, _, local = name.rpartition(" ")
    prefix = tag_name(data, start).rpartition(":")
    return Element(local, space, prefix[0] + prefix[1], attributes, start, end_of_tag(data, start))


def end_of_tag(data: bytes, start: int) -> int:
    """Return the end of the tag that begins at ``start``.

    >>> end_of_tag(b'<a b=">"/><c/>', 0)
    10
    """
    found = _TAG.match(data, start)
    return found.end() if found else len(data)


def tag_name(data: bytes, start: int) -> str:
    """Return the name of the tag that begins at ``start``, with its prefix.

    >>> tag_name(b"<x:row/>", 0)
    'x:row'
    """
    found = _NAME.match(data, start)
    return found[1].decode("utf-8") if found else ""


def set_attribute(tag: bytes, name: str, value: str | None) -> bytes:
    """Return a tag with an attribute set or added; ``None`` removes the attribute.

    >>> set_attribute(b'<c r="A1" s="3">', "s", "7"), set_attribute(b"<c/>", "s", "7")
    (b'<c r="A1" s="7">', b'<c s="7"/>')
    """
    wanted = name.encode()
    new = b"" if value is None else b' %s="%s"' % (wanted, value.encode())
    # The tag is not written anew: other attributes keep their order, quotes and prefixes byte for byte.
    for found in _ATTRIBUTE.finditer(tag):
        if found[1] == wanted:
            return tag[: found.start()] + new + tag[found.end() :]
    at = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:at].rstrip() + new + tag[at:]


def small_number(text: str) -> int | None:
    """Return the number in an attribute; ``None`` if it is not a number or out of a workbook's range.

    >>> small_number("12"), small_number("-1"), small_number("9" * 5000)
    (12, None, None)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None


def splice(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return the data with each part from start to end replaced; edits at one place keep their order.

    >>> splice(b"abcd", [(3, 3, b"x"), (1, 2, b"")])
    b'acxd'
    """
    pieces, at = [], 0
    for start, end, new in sorted(edits, key=lambda edit: edit[0]):
        pieces += [data[at:start], new]
        at = end
    return b"".join([*pieces, data[at:]])


def legal_xml(text: str) -> str:
    """Return text without the characters that XML forbids.

    >>> legal_xml("a" + chr(11) + "b")
    'ab'
    """
    return _ILLEGAL.sub("", text)


def xml_text(text: str) -> str:
    """Return text escaped for XML, without characters that XML forbids or Excel would misread.

    >>> xml_text('<a & "b">_x000D_')
    '&lt;a &amp; &quot;b&quot;&gt;_x005F_x000D_'
    """
    legal = _ESCAPED.sub("_x005F_", legal_xml(text))
    for sign, name in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot")):
        legal = legal.replace(sign, f"&{name};")
    return legal
