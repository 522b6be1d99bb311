"""Calls of CKAN's actions with time-outs, repeated where that is safe; only this module uses ckanapi and requests.

Every failure becomes an error of this program. The token comes from the environment and is sent in a header to the
portal's own address only. No message contains it: texts of other libraries' errors are never passed on.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, TypedDict
from urllib.parse import urljoin, urlsplit

import ckanapi
import requests
import stamina
from ckanapi.errors import CKANAPIError, ServerIncompatibleError
from requests_toolbelt import MultipartEncoder

from meguro_opendata.catalog.package import Json
from meguro_opendata.errors import MeguroOpendataError, PortalError, RefusedError, StaleError, UncertainError
from meguro_opendata.files.jsontext import HalfSignError, may_hold_half_signs, parsed_json
from meguro_opendata.messages.harmless import mask_tokens, mask_tokens_within
from meguro_opendata.packaged import packaged_toml

__all__ = ["CkanClient", "CkanRules", "UploadedFile", "ckan_rules", "token_variable"]

# A file's path, the name under which it is sent, and its media type.
UploadedFile = tuple[Path, str, str]
# Requests for one download: a portal can redirect to its file storage, and a loop of redirects has to end.
_HOPS = 3
_TOKEN = re.compile("[!-~]+")  # visible ASCII: the letters that an HTTP header can carry (RFC 9110, 5.5)
# Without a handler, Python's logging of last resort would print stamina's reports of repeats on stderr.
logging.getLogger("stamina").addHandler(logging.NullHandler())


class _HttpRules(TypedDict):
    connect_seconds: float
    read_seconds: float
    user_agent: str
    page_rows: int
    names_asked: int


class _RetryRules(TypedDict):
    attempts: int
    wait_initial: float
    wait_max: float
    wait_asked_max: float


class _StatusRules(TypedDict):
    busy: list[int]
    uncertain: list[int]
    too_large: list[int]
    redirect: list[int]


class CkanRules(TypedDict):
    """The content of ``ckan.toml``."""

    http: _HttpRules
    retry: _RetryRules
    status: _StatusRules
    fields: dict[str, list[str]]


@cache
def ckan_rules() -> CkanRules:
    """Return the rules of ``ckan.toml``: times, statuses and names of fields."""
    loaded = packaged_toml(__package__, "ckan.toml")
    return {
        "http": loaded["http"],
        "retry": loaded["retry"],
        "status": loaded["status"],
        "fields": loaded["fields"],
    }


def token_variable(portal: str) -> str:
    """Return the name of the environment variable that has a portal's token.

    >>> token_variable("ward-test")
    'MEGURO_OPENDATA_TOKEN_WARD_TEST'
    """
    return "MEGURO_OPENDATA_TOKEN_" + re.sub(r"\W", "_", portal).upper()


class CkanClient:
    """A connection to one CKAN as one user."""

    def __init__(self, name: str, url: str, *, insecure_http: bool = False) -> None:
        """Prepare the connection; nothing is sent yet.

        Args:
            name: The portal's name in the workspace, from which the variable of the token gets its name.
            url: The portal's address.
            insecure_http: Allow plain http to another machine.

        Raises:
            MeguroOpendataError: If the address is plain http to another machine and that is not allowed, or the token
                in the environment has letters that no token has.
        """
        parts = urlsplit(url)
        # Plain http shows the token to every computer on the way.
        if parts.scheme == "http" and not _is_loopback(parts.hostname or "") and not insecure_http:
            raise MeguroOpendataError("portal-insecure", name=name, host=parts.hostname)
        self.name = name
        self.url = url.rstrip("/")
        self._token = os.environ.get(token_variable(name), "").strip() or None
        if self._token is not None and not _TOKEN.fullmatch(self._token):
            raise MeguroOpendataError("portal-token-odd", name=name, variable=token_variable(name))
        self._session = _Session(name)
        agent = ckan_rules()["http"]["user_agent"]
        self._remote = ckanapi.RemoteCKAN(self.url, apikey=self._token, user_agent=agent, session=self._session)

    @property
    def has_token(self) -> bool:
        """Return whether the environment has a token for this portal."""
        return self._token is not None

    def read(self, action: str, data: Mapping[str, Json]) -> Json:
        """Return the answer of an action that changes nothing; the call is repeated when the portal is in trouble.

        Raises:
            PortalError: If the portal cannot be reached, does not answer, or refuses.
        """
        for attempt in _attempts():
            with attempt:
                return self._call(action, data, {})
        raise AssertionError  # stamina ends by returning or raising

    def write(
        self,
        action: str,
        data: Mapping[str, Json],
        files: Mapping[str, UploadedFile],
        settled: Callable[[], bool],
    ) -> Json:
        """Call an action that changes the portal, once, and return its answer; ``None`` if the answer was lost.

        If the answer is lost, ``settled`` asks the portal whether it acted, and the call is repeated only if it did
        not. The same question follows a refusal: the refused thing can be there already, from a killed run whose last
        request the server still carried out.

        Args:
            action: CKAN's action.
            data: The action's parameters.
            files: Files by the name of their form field; they are streamed.
            settled: A function that returns whether the portal has the wanted state by now, and raises if it has
                neither the wanted nor the earlier state.

        Raises:
            PortalError: If the portal cannot be reached, does not answer, or refuses.
            StaleError: If the thing to change is no longer in the expected state.
        """
        if self._token is None:
            raise PortalError("portal-token-missing", name=self.name, variable=token_variable(self.name))
        for attempt in _attempts():
            with attempt:
                try:
                    return self._call(action, data, files)
                except (UncertainError, StaleError, RefusedError):
                    if not settled():
                        raise
        return None

    def download(self, path: str) -> bytes:
        """Return the bytes of a file of the portal, empty if it is missing; the token never goes to another host.

        Raises:
            PortalError: If the portal does not give the file.
        """
        for attempt in _attempts():
            with attempt:
                return self._fetched(urljoin(self.url + "/", path.lstrip("/")))
        raise AssertionError  # stamina ends by returning or raising

    def _fetched(self, url: str) -> bytes:
        for _ in range(_HOPS):
            token = {"Authorization": self._token} if self._token and _origin(url) == _origin(self.url) else {}
            answer = self._session.get(url, headers=token)
            if answer.status_code not in ckan_rules()["status"]["redirect"]:
                break
            url = urljoin(url, answer.headers.get("Location", ""))
        if answer.status_code == requests.codes.not_found:
            return b""
        if answer.status_code != requests.codes.ok:
            shown = mask_tokens(url, self._token or "")
            raise PortalError("portal-no-file", name=self.name, status=answer.status_code, url=shown)
        return answer.content

    def _call(self, action: str, data: Mapping[str, Json], files: Mapping[str, UploadedFile]) -> Json:
        try:
            with _opened(files) as opened:
                answer: Json = self._remote.call_action(action, dict(data), files=opened or None)
                # A portal can repeat the token that was sent to it; from here on it would be kept in files.
                return mask_tokens_within(answer, self._token or "")  # type: ignore[no-any-return]
        except ckanapi.NotFound:
            raise RefusedError("portal-not-found", ("id",), name=self.name, action=action) from None
        except ckanapi.NotAuthorized:
            code = "portal-forbidden" if self._token else "portal-token-missing"
            raise PortalError(code, name=self.name, action=action, variable=token_variable(self.name)) from None
        except ckanapi.ValidationError as error:
            raise self._refusal(error.error_dict) from None
        # CKAN answers a write with an error 500 and rolls it back when its search (Solr) is down: safe to repeat.
        except (ckanapi.SearchIndexError, ckanapi.SearchError):
            raise UncertainError("portal-search-down", name=self.name) from None
        except (CKANAPIError, ServerIncompatibleError, KeyError, RecursionError):
            raise UncertainError("portal-no-answer", name=self.name) from None

    def _refusal(self, complaint: Mapping[str, Json]) -> Exception:
        masked = mask_tokens_within(complaint, self._token or "")
        # By field names, never by texts: CKAN translates its messages into the language of the portal.
        fields = {name: text for name, text in masked.items() if name != "__type"}
        if "match" in fields:
            return StaleError("plan-stale")
        shown = [f"{name}: {_flat(text)}" for name, text in fields.items()]
        return RefusedError("portal-refused", fields, name=self.name, reasons=shown)


class _Session(requests.Session):
    """A session with time-outs that follows no redirects, streams files, and turns statuses into errors.

    ckanapi sets no time-out, so a silent server would hold the program for ever. A followed redirect of a POST becomes
    a GET in requests, and would take the token to another host.
    """

    def __init__(self, portal: str) -> None:
        super().__init__()
        self._portal = portal
        self._rules = ckan_rules()
        self.auth = _no_other_login

    def request(self, method: str, url: str, *args: Any, **options: Any) -> requests.Response:  # type: ignore[override]
        """Send a request with the limits of ``ckan.toml`` and return the answer.

        Raises:
            PortalError: If the portal cannot be reached, redirects, or is in trouble.
        """
        limits = self._rules["http"]
        options |= {"timeout": (limits["connect_seconds"], limits["read_seconds"]), "allow_redirects": False}
        if options.get("files"):
            options = _streamed(options)
        try:
            answer = super().request(method, url, *args, **options)
        except (requests.exceptions.SSLError, requests.exceptions.InvalidURL) as error:
            raise PortalError("portal-unreachable", name=self._portal, reason=type(error).__name__) from None
        except requests.RequestException as error:
            raise UncertainError("portal-unreachable", name=self._portal, reason=type(error).__name__) from None
        if method.upper() == "POST":
            self._raise_trouble(answer)
            self._raise_half_sign(answer)
        return answer

    def _raise_trouble(self, answer: requests.Response) -> None:
        kinds = self._rules["status"]
        status = answer.status_code
        if status in kinds["redirect"]:
            raise PortalError("portal-moved", name=self._portal, url=mask_tokens(answer.headers.get("Location", "")))
        if status in kinds["too_large"]:
            raise PortalError("portal-too-large", name=self._portal)
        if status in kinds["busy"] or (status in kinds["uncertain"] and not _is_json(answer)):
            error = UncertainError("portal-trouble", name=self._portal, status=status)
            error.wait = _asked_wait(answer)
            raise error

    def _raise_half_sign(self, answer: requests.Response) -> None:
        """Refuse an answer with a half surrogate, which no file can store; ckanapi checks that it is JSON at all."""
        if not may_hold_half_signs(answer.content.decode("ascii", "ignore")):
            return
        try:
            parsed_json(answer.content)
        except HalfSignError as half:
            raise PortalError("half-sign", place=f"{self._portal}: {half.place}", sign=half.sign) from None
        except (ValueError, RecursionError):
            return


def _attempts() -> Iterable[stamina.Attempt]:
    rules = ckan_rules()["retry"]
    return stamina.retry_context(
        on=_may_repeat,
        attempts=rules["attempts"],
        timeout=None,
        wait_initial=rules["wait_initial"],
        wait_max=rules["wait_max"],
        wait_jitter=rules["wait_initial"],
    )


def _may_repeat(error: Exception) -> bool | float:
    """Return whether to try again, or the number of seconds to wait before that."""
    if not isinstance(error, UncertainError):
        return False
    if error.wait is None:
        return True
    return error.wait if error.wait <= ckan_rules()["retry"]["wait_asked_max"] else False


def _asked_wait(answer: requests.Response) -> float | None:
    asked = answer.headers.get("Retry-After", "")
    return float(asked) if asked.isascii() and asked.isdigit() else None


def _is_json(answer: requests.Response) -> bool:
    return "json" in answer.headers.get("Content-Type", "")


def _streamed(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of the same request with its files read while they are sent, not into memory before."""
    fields = {_text(name): _text(value) for name, value in options["data"].items()}
    encoder = MultipartEncoder({**fields, **options["files"]})
    headers = {**options["headers"], "Content-Type": encoder.content_type}
    return {**options, "data": encoder, "files": None, "headers": headers}


def _text(value: str | bytes) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else value


@contextmanager
def _opened(files: Mapping[str, UploadedFile]) -> Iterator[dict[str, tuple[str, BinaryIO, str]]]:
    with ExitStack() as stack:
        yield {field: (name, stack.enter_context(path.open("rb")), kind) for field, (path, name, kind) in files.items()}


def _no_other_login(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Return the request unchanged, so that requests does not replace the token by a login of ``.netrc``."""
    return request


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _flat(complaint: object) -> str:
    """Return a complaint of CKAN (a text, a list, or lists by field) in one line."""
    if isinstance(complaint, Mapping):
        return ", ".join(f"{name}: {_flat(part)}" for name, part in complaint.items())
    if isinstance(complaint, list):
        return ", ".join(_flat(part) for part in complaint if part)
    return " ".join(str(complaint).split())
