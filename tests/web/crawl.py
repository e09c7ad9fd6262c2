"""Everything that a reader's browser receives, page after page, of a study that has every page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from httpx2 import Response
from sqlalchemy import select

from app.db.tables import Arm, Case, CaseSet, Image, Presentation, Reader, Rendition, Study
from app.domain.design.reading import design_from_json
from tests.studies import PROFILE, Clock, House
from tests.web.reader_browser import ReaderBrowser

# Keys of the bank's records, whose values no reader may see.
MATCHED_BY, STRATIFY_BY = "film", "projection"


def every_page(reference: str = "", **changes: Any) -> dict[str, Any]:
    """Three phases: single films without a purpose, matched pairs after a washout, timed films.

    With the SHA-256 of an image as `reference`, that image stands beside every pair.
    """
    compared_with = {"reference": reference} if reference else {}
    return {
        "format": 2,
        "title": "Trial study",
        "arms": [
            {"arm": arm, "cases": {"zz-upright": 2, "zz-supine": 2}} for arm in ("real", "M0", "M1")
        ],
        "stratify_by": STRATIFY_BY,
        "matched_by": MATCHED_BY,
        "questions": [
            {
                "key": "quality",
                "measure": "quality",
                "translations": {
                    "pt-BR": {"prompt": "zz-prompt", "labels": ["zz-worst", "zz-best"]}
                },
            },
            {"key": "noticed", "measure": "noticed", "kind": "text"},
            {
                "key": "which",
                "measure": "find_the_real",
                "translations": {"es": {"prompt": "zz-which"}},
            },
            {"key": "realism", "measure": "realism"},
        ],
        "phases": [
            {
                "key": "blinded",
                "questions": ["quality"],
                "end_questions": ["noticed"],
                "purpose_blinded": True,
                "presentation": {"pictures": 1, "beside": "indication"},
            },
            {
                "key": "pairs",
                "title": "Pairs",
                "introduction": "One of two is a radiograph of a patient.",
                "questions": ["which"],
                "cases": "same",
                "of": "blinded",
                "washout_days": 1,
                "presentation": {"pictures": 2, "layout": "side_by_side"} | compared_with,
            },
            {
                "key": "glimpses",
                "questions": ["realism"],
                "cases": "same",
                "of": "blinded",
                "presentation": {"pictures": 1, "exposures_ms": [300]},
            },
        ],
        "registration": {"contact": "Dr Weiss", "ethics": "EK 12/2026"},
        "break_every": 3,
        "rendition_size": 64,
        # Long, so that no random token holds it by chance.
        "seed": 712_904_331_877,
    } | changes


def label_bank(house: House) -> None:
    """Give every record the keys that sets and strata are made by, and a text to stand beside."""
    with house.database.writing() as session:
        for image in session.scalars(select(Image)):
            number = image.provenance["seed"]
            image.provenance = {
                **image.provenance,
                MATCHED_BY: f"matched-film-{number}",
                STRATIFY_BY: "zz-upright" if image.condition == "normal" else "zz-supine",
                "indication": "Cough.",
            }


def reference_of_bank(house: House) -> str:
    """An image of a synthetic arm whose film is in no pair: no case is left without its match."""
    with house.database.writing() as session:
        image = session.scalars(
            select(Image).join(Arm, Arm.id == Image.arm_id).where(Arm.key == "M1").limit(1)
        ).one()
        image.provenance = {**image.provenance, MATCHED_BY: "", STRATIFY_BY: ""}
        return image.sha256


@dataclass
class Crawl:
    """A reader who tries everything on the way; `received` holds every answer of the server."""

    house: House
    browser: ReaderBrowser
    clock: Clock

    def read(self) -> list[Response]:
        """From a link that is wrong to the page of a closed study."""
        label_bank(self.house)
        reference = reference_of_bank(self.house)
        slug, token = self.house.open_study_with_reader(**every_page(reference))
        late = self.house.invite(slug)[0].token
        received: list[Response] = []
        self.browser.client.event_hooks["response"].append(received.append)
        self.browser.open_link("no-such-link")
        self._admit(token)
        for _ in range(80):
            action = self.browser.form.action
            if action == "/read/rate":
                self._case()
            elif action == "/read/continue":
                self.browser.submit()
            elif "The next part begins on" in self.browser.html:
                self.clock.now += timedelta(days=2)
                self.browser.visit()
            else:
                break
        assert "Thank you" in self.browser.html
        self.browser.visit("/read/back")
        for path in (
            "/read/nothing-here",
            "/read/image/nothing-here",
            "/read/reference/2",
            "/read/practice",
        ):
            self.browser.visit(path)
        self.house.close(slug)
        self.browser.open_link(late)
        assert "closed" in self.browser.html
        return received

    def _admit(self, token: str) -> None:
        self.browser.open_link(token)
        self.browser.submit()
        self.browser.submit({"consent": "yes"})
        self.browser.submit()
        self.browser.submit(PROFILE)
        self.browser.submit()

    def _case(self) -> None:
        """An empty form, a wrong one, pictures twice, an answer, the same again, a look back."""
        form, html = self.browser.form, self.browser.html
        post = self.browser.client.post
        post(form.action, data=form.hidden)
        addresses = sorted(set(re.findall(r"/read/(?:image|reference)/[\w/-]+", html)))
        for address in (*addresses, *addresses):
            self.browser.client.get(address)
        post(form.action, data={**form.hidden, "quality": "99"}, headers={"HX-Request": "true"})
        answers = {"quality": "4", "noticed": "No.", "which": "1", "realism": "2"}
        self.browser.submit(answers)
        sent = {**form.hidden, **answers}
        others = {"quality": "1", "noticed": "Yes.", "which": "2", "realism": "5"}
        for again in (sent, {**sent, **others}, {**sent, "submission": "1"}):
            post(form.action, data=again, headers={"HX-Request": "true"}, follow_redirects=False)
            post(form.action, data=again, follow_redirects=False)
        post(form.action, data={**sent, "csrf_token": "0" * 64})
        post(form.action, data={**sent, "quality": ["1", "2"]})
        self.browser.client.get("/read/back")


def secrets_of(house: House) -> set[str]:
    """Every text in the database that a reader must not see."""
    with house.database.reading() as session:
        secrets = {"real.png", "synthetic.png", "purpose_blinded", "one_real", "zz-upright"}
        secrets |= {"zz-prompt", "zz-worst", "zz-best", "zz-which"}
        secrets |= {"zz-supine", "abnormal", "matched", "stratum", "stratif", "spread-1"}
        for arm in session.scalars(select(Arm)):
            secrets |= {arm.label, arm.bank_name, f">{arm.key}<", f'"{arm.key}"', f"'{arm.key}'"}
        for image in session.scalars(select(Image)):
            secrets |= {image.sha256, image.source_file, str(image.provenance["prompt"])}
        secrets |= set(session.scalars(select(Rendition.sha256)))
        secrets |= set(session.scalars(select(Case.code)))
        secrets |= set(session.scalars(select(CaseSet.code)))
        secrets |= {reader.order_seed or "" for reader in session.scalars(select(Reader))}
        for study in session.scalars(select(Study)):
            secrets |= {study.design_sha256 or "", study.cases_sha256 or ""}
            secrets.add(str(design_from_json(study.design).seed) if study.design else "")
    # The verdict's own choice is on every page, whatever the case; one figure is on most.
    return {one for one in secrets if len(one) > 2} - {'"real"'}


def texts_of(received: list[Response]) -> Iterator[tuple[str, str]]:
    """Of every answer its address, and as one text its address, headers and body."""
    for response in received:
        headers = " ".join(f"{name}: {value}" for name, value in response.headers.items())
        text = f"{response.request.url} {headers} "
        if not response.headers.get("content-type", "").startswith("image/"):
            text += response.text
        yield str(response.request.url), text


def slots_and_arms(house: House) -> list[tuple[str, int, int, bool]]:
    """Token, position, slot and whether it is real, of every picture of every showing."""
    from app.db.tables import ShownCase

    with house.database.reading() as session:
        rows = session.execute(
            select(Presentation.token, Presentation.position, ShownCase.slot, Arm.kind)
            .join(ShownCase, ShownCase.presentation_id == Presentation.id)
            .join(Case, Case.id == ShownCase.case_id)
            .join(Image, Image.id == Case.image_id)
            .join(Arm, Arm.id == Image.arm_id)
            .order_by(Presentation.id, ShownCase.slot)
        )
        return [(token, position, slot, kind == "real") for token, position, slot, kind in rows]
