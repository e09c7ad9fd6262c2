"""What every page needs of the application, and which tells nothing: templates and cookies."""

from dataclasses import dataclass
from typing import cast

from fastapi import Request, Response

from app.web.cookies import READER_COOKIE, READER_DAYS, CookieSigner, set_cookie
from app.web.pages import Pages


@dataclass(frozen=True)
class Front:
    """The joined parts that all pages share; `base_url` has no slash at its end."""

    pages: Pages
    signer: CookieSigner
    base_url: str

    @property
    def cookies_need_https(self) -> bool:
        """Whether cookies are marked Secure."""
        return self.base_url.startswith("https://")


def front(request: Request) -> Front:
    """The shared parts of the application that answers this request."""
    return cast(Front, request.app.state.front)


def set_reader_cookie(shared: Front, response: Response, reader_id: int, fingerprint: str) -> None:
    """Let a browser be known as that reader's, at their pages and nowhere else."""
    set_cookie(
        response,
        READER_COOKIE,
        shared.signer.reader_cookie(reader_id, fingerprint),
        path="/read",
        max_age=READER_DAYS * 24 * 3600,
        secure=shared.cookies_need_https,
    )


def csrf_token(request: Request, cookie_name: str) -> str:
    """The token for forms served to the investigator who holds this cookie."""
    return front(request).signer.csrf_token(request.cookies.get(cookie_name, ""))
