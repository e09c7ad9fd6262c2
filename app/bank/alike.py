"""Pictures that are nearly the same, found by their fingerprints."""

from collections.abc import Iterator, Sequence

from app.films.likeness import NEAR_BITS, distances, prints_of


def near_pairs(known: Sequence[tuple[int, str]], *, newer_than: int) -> Iterator[tuple[int, int]]:
    """Pairs (image, the first image before it that is nearly the same), by id.

    `known` is (id, fingerprint) in the order of the ids; only images with an id above
    `newer_than` are looked at as the first of a pair. Takes time in proportion to new images
    times different fingerprints, and 40 bytes an image.
    """
    ids = [image for image, _ in known]
    first_of: dict[str, int] = {}
    different: list[str] = []
    places: list[int] = []
    for place, (_, fingerprint) in enumerate(known):
        if fingerprint not in first_of:
            first_of[fingerprint] = place
            different.append(fingerprint)
            places.append(place)
    prints = prints_of(different)
    rows = {fingerprint: row for row, fingerprint in enumerate(different)}
    for place, (image, fingerprint) in enumerate(known):
        if image <= newer_than:
            continue
        row = rows[fingerprint]
        if places[row] < place:
            yield image, ids[places[row]]
            continue
        near = distances(prints[row], prints[:row]) <= NEAR_BITS
        if near.any():
            yield image, ids[places[int(near.argmax())]]
