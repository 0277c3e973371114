"""A request with a multipart body, written out."""

from __future__ import annotations

from devsession.recording.exchange import Exchange


def multipart(boundary: str, *parts: tuple[bytes, bytes], kind: str = "form-data") -> Exchange:
    """parts: headers and content of each."""
    sections = [b"--%s\r\n%s\r\n\r\n%s\r\n" % (boundary.encode(), *part) for part in parts]
    return Exchange(
        "POST",
        "http://app.example/x",
        {"Content-Type": [f"multipart/{kind}; boundary={boundary}"]},
        b"".join(sections) + b"--%s--\r\n" % boundary.encode(),
    )
