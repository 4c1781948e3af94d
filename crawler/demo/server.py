"""Serves the sample sites over real HTTP on loopback, one port a site, and counts what a page hash would say."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from jinja2 import Environment, PackageLoader, select_autoescape

from crawler.demo.world import Post, World

#: site -> (path of its listing, template of the listing, path of a post, template of a post, encoding of a post)
SHAPES = {
    "blog": ("/feeds/posts/default", "blog_feed.xml.j2", "/{}.html", "blog_post.html.j2", "utf-8"),
    "wechat": ("/feed.xml", "wechat_feed.xml.j2", "/s/{}", "wechat_article.html.j2", "utf-8"),
    "district": ("/xwzx/index.html", "district_list.html.j2", "/{}.html", "district_article.html.j2", "utf-8"),
    "ministry": ("/press/rss.rdf", "ministry_feed.xml.j2", "/{}.html", "ministry_press.html.j2", "cp932"),
    "agency": ("/news.rss", "agency_feed.xml.j2", "/{}", "agency_news.html.j2", "utf-8"),
}

Answer = tuple[int, str, bytes]


class PageHashes:
    """What a watcher that hashes whole article pages would have cried: one alarm for each answer unlike the last."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}
        self._lock = threading.Lock()
        self.alarms = 0

    def see(self, url: str, status: int, body: bytes) -> None:
        """Notes one answer."""
        seen = hashlib.sha256(str(status).encode() + body).hexdigest()
        with self._lock:
            self.alarms += url in self._last and self._last[url] != seen
            self._last[url] = seen


class SampleSite:
    """Answers the requests of one site from the world as it is."""

    def __init__(self, site_id: str, world: World, hashes: PageHashes, lock: threading.Lock) -> None:
        self._id = site_id
        self._world = world
        self._hashes = hashes
        self._lock = lock
        self._templates = Environment(
            loader=PackageLoader("crawler.demo", "pages"),
            autoescape=select_autoescape(default_for_string=True, default=True),
        )

    def answer(self, target: str) -> Answer:
        """Status, media type and body for a path."""
        path = target.partition("?")[0]
        with self._lock:
            status, media_type, body = self._respond(path)
            is_post = self._find_post(path) is not None
        if is_post:
            self._hashes.see(f"{self._id}{path}", status, body)
        return status, media_type, body

    def _find_post(self, path: str) -> Post | None:
        """The post whose page this is, withdrawn or not."""
        form = SHAPES[self._id][2]
        return next((post for post in self._world.sites[self._id].posts if path == form.format(post.slug)), None)

    def _respond(self, path: str) -> Answer:
        if path == "/robots.txt":
            return 200, "text/plain", b"User-agent: *\nAllow: /\n"
        trouble = self._world.trouble.get(self._id)
        if trouble == "challenge":
            return 412, "text/html; charset=utf-8", self._render("challenge.html.j2", None).encode()
        if trouble == "outage":
            return 503, "text/html", b"<html><body><h1>503 Service Unavailable</h1></body></html>"
        return self._content(path)

    def _content(self, path: str) -> Answer:
        listing, listing_page, _, post_page, encoding = SHAPES[self._id]
        if path == listing:
            media_type = "application/xml" if listing_page.endswith(".xml.j2") else "text/html"
            return 200, f"{media_type}; charset=utf-8", self._render(listing_page, None).encode()
        post = self._find_post(path)
        if post is not None and post.slug not in self._world.withdrawn:
            return 200, "text/html", self._render(post_page, post).encode(encoding, "xmlcharrefreplace")
        for each in self._world.sites[self._id].posts:
            if each.attachment and each.slug not in self._world.withdrawn and path.endswith(f"/{each.attachment}"):
                return 200, "application/pdf", sample_pdf(self._world.pdf_version)
        return 404, "text/html", b"<html><head><title>404</title></head><body><h1>Not Found</h1></body></html>"

    def _render(self, template: str, post: Post | None) -> str:
        return self._templates.get_template(template).render(post=post, **self._world.surroundings(self._id))


def sample_pdf(version: int) -> bytes:
    """A small but whole PDF whose one line of text depends on ``version``."""
    fee = {1: "120", 2: "150"}[version]
    text = f"BT /F1 18 Tf 72 720 Td (Standard fee per case: {fee} yuan) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end


@contextmanager
def serve_sites(world: World) -> Iterator[PageHashes]:
    """Serves every site while the block runs, and tells the world where."""
    hashes, lock = PageHashes(), threading.Lock()
    with ExitStack() as stack:
        for site_id in SHAPES:
            site = SampleSite(site_id, world, hashes, lock)
            world.bases[site_id] = stack.enter_context(serve(site.answer))
        yield hashes


@contextmanager
def serve(answer: Callable[[str], Answer]) -> Iterator[str]:
    """Serves GET requests by ``answer`` on a free port of loopback; yields the base address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            status, media_type, body = answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Says nothing: the story is told elsewhere."""

    with listening(Handler) as address:
        yield address


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Runs an HTTP server in a thread of its own; yields its base address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
