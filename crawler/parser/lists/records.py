"""Lists that Hanweb sites keep as CDATA records inside the page or in the answer of their data proxy."""

from __future__ import annotations

_OPEN, _CLOSE = "<![CDATA[", "]]>"


def unwrap_records(text: str) -> str:
    """The page with the rows of its ``<recordset>`` turned into ordinary HTML, or the text as it is.

    Read by searching, not as XML: the records are not always well-formed (family: ``/module/web/jpage/dataproxy.jsp``).
    """
    start = text.find("<recordset")
    if start < 0:
        return text
    rows: list[str] = []
    at = start
    while (begin := text.find(_OPEN, at)) >= 0 and (end := text.find(_CLOSE, begin)) >= 0:
        rows.append(text[begin + len(_OPEN) : end])
        at = end
    if not rows:
        return text
    closing = text.find("</script>", at)
    before, after = (text[: text.rfind("<script", 0, start)], text[closing:]) if closing >= 0 else ("", "")
    return before + "<div>" + "".join(f"<div>{row}</div>" for row in rows) + "</div>" + after
