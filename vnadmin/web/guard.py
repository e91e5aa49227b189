"""What stands between the network and the pages: each request is checked, each answer sealed.

docs/security.md lists what is refused and the tests that try it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vnadmin.web.settings import Settings

VISIT, FORM = "vnadmin_visit", "vnadmin_form"
"""Cookies: that the token was given; what a form's token belongs to."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SEALS = (
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
)
_CLIENTS = 10_000  # addresses whose requests are counted
_IN_A_ROW = 4  # seconds' worth of requests that may come at once
_LOGINS = 5  # wrong tokens in a row, then one in _LOGIN_PAUSE seconds
_LOGIN_PAUSE = 10.0
_SLOWEST_BODY = 10.0  # seconds


class Guard:
    """ASGI middleware that lets through what is allowed."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._rate = Buckets(settings.rate, settings.rate * _IN_A_ROW)
        self._logins = Buckets(1 / _LOGIN_PAUSE, _LOGINS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse a request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        headers = _headers(scope)
        cookies = _cookies(headers)
        fresh = None if FORM in cookies else secrets.token_urlsafe(16)
        scope["form_token"] = form_token(self._settings, cookies.get(FORM) or fresh or "")
        cookie = f"{FORM}={fresh}; Path=/; HttpOnly; SameSite=Lax" if fresh else None

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _sealed(message["headers"], cookie, scope["path"])
            await send(message)

        refused = self._refuse(scope, headers, cookies)
        body = b""
        if refused is None and scope["method"] == "POST":
            refused, body = await self._read(headers, receive)
            refused = refused or self._forged(scope, headers, cookies, body)
            if refused is None and scope["path"] == "/login":
                refused = self._login(scope, body)
        if refused is not None:
            await _answer(sealed, *refused)
            return
        await self._app(scope, _replayed(body, receive), sealed)

    def _refuse(
        self, scope: Scope, headers: Mapping[str, str], cookies: Mapping[str, str]
    ) -> tuple[int, str] | None:
        settings = self._settings
        if not settings.allows(headers.get("host", "")):
            return 421, "this site isn't called so; name it with --allow-name"
        if not self._rate.take(_client(scope)):
            return 429, "too many requests; wait a second"
        if len(scope["raw_path"]) + len(scope["query_string"]) > settings.address:
            return 414, "the address is too long"
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return 405, "only GET, HEAD and POST"
        is_login = scope["path"] == "/login"
        if scope["method"] == "POST" and settings.read_only and not is_login:
            return 403, "this site is read-only"
        if is_login or scope["path"].startswith("/static/") or self._known(headers, cookies):
            return None
        if scope["method"] == "POST" or "text/html" not in headers.get("accept", ""):
            return 401, "give the token as: Authorization: Bearer TOKEN"
        asked = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        return 303, "/login?next=" + quote(asked, safe="")

    def _known(self, headers: Mapping[str, str], cookies: Mapping[str, str]) -> bool:
        """Whether the request carries the token, or was made after it was given."""
        if self._settings.token is None:
            return True
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return _same(given.strip(), self._settings.token)
        return _same(cookies.get(VISIT, ""), visit(self._settings))

    async def _read(
        self, headers: Mapping[str, str], receive: Receive
    ) -> tuple[tuple[int, str] | None, bytes]:
        """The body; not more of it than is allowed."""
        limit = self._settings.body
        too_large = (413, f"more than {limit} bytes"), b""
        length = headers.get("content-length", "0")
        if not length.isdigit():
            return (400, "no such length"), b""
        if int(length) > limit:
            return too_large
        body = bytearray()
        try:
            async with asyncio.timeout(_SLOWEST_BODY):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return (400, "broken off"), b""
                    body += message.get("body", b"")
                    if len(body) > limit:
                        return too_large
                    if not message.get("more_body", False):
                        return None, bytes(body)
        except TimeoutError:
            return (408, "too slow"), b""

    def _forged(
        self, scope: Scope, headers: Mapping[str, str], cookies: Mapping[str, str], body: bytes
    ) -> tuple[int, str] | None:
        """Refuse what a page of another site could have sent (CSRF)."""
        if headers.get("authorization", "").lower().startswith("bearer "):
            return None  # no browser adds that by itself
        wrong = 403, "not sent by a page of this site; load the page again"
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return wrong
        origin = headers.get("origin")
        if origin is not None and origin != f"{scope['scheme']}://{headers.get('host')}":
            return wrong
        given = headers.get("x-csrf-token")
        if given is None:
            given = _fields(headers, body).get("form_token", "")
        cookie = cookies.get(FORM, "")
        return None if cookie and _same(given, form_token(self._settings, cookie)) else wrong

    def _login(self, scope: Scope, body: bytes) -> tuple[int, str] | None:
        given = _fields({"content-type": _FORM_TYPE}, body).get("token", "")
        token = self._settings.token
        right = token is not None and _same(given, token)
        if not right and not self._logins.take(_client(scope)):
            return 429, f"too many wrong tokens; wait {_LOGIN_PAUSE:.0f} seconds"
        scope["token_given"] = right
        return None


class Buckets:
    """So many a second for each client, and some more in a row."""

    def __init__(self, rate: float, most: float) -> None:
        self._rate, self._most = rate, most
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> bool:
        """Whether the client may have one more now."""
        now = time.monotonic()
        left, then = self._left.pop(client, (self._most, now))
        left = min(self._most, left + (now - then) * self._rate)
        self._left[client] = (max(left - 1, 0) if left >= 1 else left, now)
        if len(self._left) > _CLIENTS:
            self._left.popitem(last=False)
        return left >= 1


def form_token(settings: Settings, cookie: str) -> str:
    """What forms carry that are sent with that cookie."""
    return _keyed(settings, "form " + cookie)


def visit(settings: Settings) -> str:
    """The cookie of those who gave the token."""
    return _keyed(settings, f"visit {settings.token}")


def _keyed(settings: Settings, text: str) -> str:
    return hmac.new(settings.secret, text.encode(), hashlib.sha256).hexdigest()


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode("utf-8", "replace"))


_FORM_TYPE = "application/x-www-form-urlencoded"


def _fields(headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    if headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM_TYPE:
        return {}
    try:
        read = parse_qs(body.decode("utf-8", "replace"), max_num_fields=100)
    except ValueError:
        return {}
    return {name: values[0] for name, values in read.items()}


def _headers(scope: Scope) -> dict[str, str]:
    """The headers; of one that stands twice nothing, save cookies: which of them counts differs."""
    found: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1").lower()
        text = value.decode("latin-1")
        if name == "cookie" and name in found:
            text = f"{found[name]}; {text}"
        elif name in found:
            text = ""
        found[name] = text
    return found


def _cookies(headers: Mapping[str, str]) -> dict[str, str]:
    try:
        return {
            name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie", "")).items()
        }
    except CookieError:
        return {}


def _client(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _sealed(
    headers: list[tuple[bytes, bytes]], cookie: str | None, path: str
) -> list[tuple[bytes, bytes]]:
    has = {name.lower() for name, _ in headers}
    added = [(name.encode(), value.encode()) for name, value in _SEALS if name.encode() not in has]
    if not path.startswith("/static/"):
        added.append((b"cache-control", b"no-store"))
        if cookie:
            added.append((b"set-cookie", cookie.encode()))
    return [*headers, *added]


async def _answer(send: Send, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    if status == 303:
        headers, text = [(b"location", text.encode())], ""
    elif status == 429:
        headers.append((b"retry-after", b"1"))
    elif status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    elif status == 405:
        headers.append((b"allow", b"GET, HEAD, POST"))
    body = (text + "\n").encode() if text else b""
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body that was read already, then whatever comes after it."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
