"""What every page needs of the application, and which tells nothing: templates and cookies."""

from dataclasses import dataclass
from typing import cast

from fastapi import Request

from app.web.cookies import CookieSigner
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


def csrf_token(request: Request, cookie_name: str) -> str:
    """The token for forms served to the investigator who holds this cookie."""
    return front(request).signer.csrf_token(request.cookies.get(cookie_name, ""))
