"""Drawing the cases of a design, and freezing them with a study."""

import pytest
from sqlalchemy import select

from app.db.studies import study_by_slug
from app.db.tables import Case
from app.domain.design.reading import design_from_mapping
from app.domain.design.writing import design_to_json, digest
from app.domain.errors import BadDesign
from app.services.audit_pictures import audit_pictures
from app.services.rehearse_study import rehearse_study
from app.steps.draw_cases import draw_of_design, freeze_cases
from tests.studies import NOW, House, design_values


def test_what_is_frozen_is_what_would_have_been_drawn(house: House) -> None:
    slug = house.draft(practice={"count": 2, "feedback": False})
    design = design_from_mapping(design_values(practice={"count": 2, "feedback": False}))
    with house.database.writing() as session:
        study = study_by_slug(session, slug)
        expected = draw_of_design(session, design)
        frozen = freeze_cases(session, study, design)
        assert frozen.draw == expected
        assert frozen.design_sha256 == study.design_sha256 == digest(design_to_json(design))
        assert frozen.cases_sha256 == study.cases_sha256
        codes = session.scalars(select(Case.code).where(Case.study_id == study.id)).all()
        assert sorted(codes) == sorted(one.case.code for one in expected.cases)


def test_a_size_the_bank_has_not_is_told_whoever_draws(house: House) -> None:
    slug = house.draft(rendition_size=128)
    said = "import them with --size 128"
    with pytest.raises(BadDesign, match=said):
        house.open(slug)
    with pytest.raises(BadDesign, match=said), house.database.writing() as session:
        rehearse_study(session, slug, readers=1, seed=1, now=NOW, actor="test")
    with pytest.raises(BadDesign, match=said), house.database.reading() as session:
        audit_pictures(session, house.store, slug)
