"""Saved web pages: the article and its metadata by trafilatura, which is never allowed to fetch anything.

The text is what trafilatura takes for the article, a paragraph a line with a blank line between, the headline first.
It turns no-break spaces into plain ones; this is the one format whose text is not kept character by character.
"""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from corpus.readers.base import (
    Reader,
    ReadOptions,
    Row,
    RowError,
    encoding_error,
    row_error,
    split_error,
    with_defaults,
)
from corpus.readers.documents import LANGUAGE
from corpus.readers.txt import tidy_title
from corpus.text.encoding import MARKS, EncodingError, decode_bytes
from corpus.text.normalise import TextError, normalise_text

MAX_FILE_BYTES = 10_000_000
HEAD_BYTES = 4096
META_CHARSET = re.compile(rb"<meta[^>]*?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9_.-]+)")
INTERNAL_DTD = re.compile(r"<!DOCTYPE[^>\[]*\[|<!ENTITY", re.IGNORECASE)
# What browsers take these names for (WHATWG Encoding, "Names and labels").
LABELS = {
    "iso-8859-1": "windows-1252",
    "latin1": "windows-1252",
    "us-ascii": "windows-1252",
    "ascii": "windows-1252",
    "iso-8859-9": "windows-1254",
    "latin5": "windows-1254",
    "gb2312": "gbk",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    # A page whose bytes could be searched for this name is not in UTF-16.
    "utf-16": "utf-8",
    "utf-16le": "utf-8",
    "utf-16be": "utf-8",
}


class PageError(ValueError):
    """A page without a usable article; carries the row's error."""

    def __init__(self, error: RowError) -> None:
        super().__init__(str(error))
        self.error = error


def read_html(stream: BinaryIO, options: ReadOptions) -> Iterator[Row]:
    """Yield the one row of a page."""
    try:
        yield Row(number=1, file=options.file, values=_values(stream, options))
    except EncodingError as error:
        yield Row(number=1, file=options.file, error=encoding_error(error))
    except TextError as error:
        yield Row(number=1, file=options.file, error=split_error(error, field="text"))
    except PageError as error:
        yield Row(number=1, file=options.file, error=error.error)


def _values(stream: BinaryIO, options: ReadOptions) -> dict[str, object]:
    """Decode, extract, and name the fields."""
    data = stream.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise PageError(row_error(options.file, f"the page has more than {MAX_FILE_BYTES} bytes", "save less of it"))
    page = _decode(data, options.encoding)
    if INTERNAL_DTD.search(page):
        rule = "the page declares entities of its own, which are never resolved"
        raise PageError(row_error(options.file, rule, "remove the declarations from the DOCTYPE"))
    tree, article = _extract(normalise_text(page), options.file)
    headline = _headline(tree, article)
    values: dict[str, object] = {
        "title": tidy_title(headline),
        "text": normalise_text(_with_headline(headline, _paragraphs(article.text or ""))),
        "source": tidy_title(_meta(tree, "og:site_name") or article.sitename or article.hostname or ""),
        "url": article.url or "",
        "published_on": article.date,
        "language": _language(tree),
    }
    return with_defaults(values, options)


def _decode(data: bytes, declared: str | None) -> str:
    """Decode by byte-order mark, the given encoding, the page's own declaration, or recognition."""
    if not any(data.startswith(mark) for mark, _ in MARKS):
        declared = declared or _declared_charset(data[:HEAD_BYTES])
    return decode_bytes(data, declared=declared)[0]


def _declared_charset(head: bytes) -> str | None:
    """Answer the encoding the page names, as browsers understand the name."""
    found = META_CHARSET.search(head) or XML_ENCODING.search(head)
    if found is None:
        return None
    name = found[1].decode("ascii").lower()
    return LABELS.get(name, name)


def _extract(page: str, file: str) -> tuple[Any, Any]:
    """Answer the parsed page and trafilatura's document."""
    # Imported here: it takes half a second, which only those who import pages should pay.
    from trafilatura import bare_extraction, load_html

    try:
        tree = load_html(page)
        article: Any = (
            None
            if tree is None
            else bare_extraction(
                tree,
                with_metadata=True,
                include_comments=False,
                # The extensive search takes any year on the page for the date of publication.
                date_extraction_params={"original_date": True, "extensive_search": False},
            )
        )
    except Exception as error:
        # Any page may be hostile, and three libraries parse it: it costs one row, not the run.
        rule = f"the page cannot be parsed ({type(error).__name__})"
        raise PageError(row_error(file, rule, "save it again or import its text")) from error
    if article is None or not (article.text or "").strip():
        raise PageError(row_error(file, "no article was found in the page", "import its text as a txt file"))
    return tree, article


def _paragraphs(text: str) -> list[str]:
    """Cut trafilatura's text, a paragraph a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _with_headline(headline: str, paragraphs: list[str]) -> str:
    """Put the headline first, once: the page may repeat it above the article, below a kicker or in capitals."""
    opening = [line for line in paragraphs[:3] if _same(line) != _same(headline)]
    lines = [headline, *opening, *paragraphs[3:]]
    return "\n\n".join(line for line in lines if line)


def _same(line: str) -> str:
    """Reduce a line to its letters and digits."""
    return "".join(char for char in line.casefold() if char.isalnum())


def _headline(tree: Any, article: Any) -> str:
    """Prefer the page's own h1 to the title in its head, which often names the site or is written for search."""
    title = " ".join((article.title or "").split())
    site = _same(_meta(tree, "og:site_name") or article.sitename or "")
    headings = [" ".join(heading.text_content().split()) for heading in tree.iterfind(".//h1")]
    headings = [heading for heading in headings if _same(heading) not in ("", site)]
    for heading in headings:
        if _same(heading) in _same(title) or _same(title) in _same(heading):
            return heading
    inside = [" ".join(h.text_content().split()) for h in tree.xpath("//article//h1 | //main//h1")]
    return next((heading for heading in inside if heading in headings), title)


def _meta(tree: Any, name: str) -> str:
    """Answer the content of a meta element, "" if there is none."""
    for element in tree.iterfind(".//meta"):
        if name in (element.get("property"), element.get("name")):
            return " ".join((element.get("content") or "").split())
    return ""


def _language(tree: Any) -> str:
    """Answer the language of the page as a tag, "" if it names none that looks like one."""
    root = tree.getroottree().getroot()
    named = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or _meta(tree, "og:locale")
    tag = named.strip().replace("_", "-")
    return tag if LANGUAGE.fullmatch(tag) else ""


READER = Reader(
    name="html",
    extensions=(".html", ".htm", ".xhtml"),
    description="Saved web pages; the article, its date, outlet and address are found automatically.",
    read=read_html,
)
