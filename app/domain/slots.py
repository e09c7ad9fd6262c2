"""Where the pictures of a set stand: at random, and every arm equally often in every slot."""

import random
from collections import defaultdict
from collections.abc import Sequence


def slots_of(sets: Sequence[Sequence[str]], rng: random.Random) -> list[tuple[int, ...]]:
    """For each set the order of its members, first slot first, as indexes into the set.

    `sets` names the arms of each set's members; all sets have the same number m of members, each
    of another arm. Over all sets an arm stands in each slot equally often, within one.

    Sets and arms are the two sides of a graph with a picture as edge, and slots are colours. An arm
    is split into nodes of m edges each; a bipartite graph of greatest degree m has a proper
    colouring with m colours (Koenig 1916), found by exchanging two colours along a path.
    """
    if not sets:
        return []
    size = len(sets[0])
    edges = [(place, member) for place, arms in enumerate(sets) for member in range(len(arms))]
    rng.shuffle(edges)
    seen: dict[str, int] = defaultdict(int)
    parts: dict[tuple[int, int], str] = {}
    for place, member in edges:
        arm = sets[place][member]
        parts[place, member] = f"{arm}/{seen[arm] // size}"
        seen[arm] += 1
    slot_of = _colour([(str(place), parts[place, member]) for place, member in edges], size, rng)
    # Which slot a colour stands for is drawn too.
    names = list(range(size))
    rng.shuffle(names)
    order = [[0] * size for _ in sets]
    for (place, member), slot in zip(edges, slot_of, strict=True):
        order[place][names[slot]] = member
    return [tuple(one) for one in order]


def _colour(edges: Sequence[tuple[str, str]], colours: int, rng: random.Random) -> list[int]:
    """A proper colouring of the edges of a bipartite graph of greatest degree `colours`."""
    # node -> colour -> edge; left and right nodes are told apart by a letter before their names.
    at: dict[str, dict[int, int]] = defaultdict(dict)
    ends = [(f"l{left}", f"r{right}") for left, right in edges]
    colour_of = [-1] * len(edges)
    for edge, (left, right) in enumerate(ends):
        free = [[one for one in range(colours) if one not in at[node]] for node in (left, right)]
        shared = [one for one in free[0] if one in free[1]]
        if shared:
            colour = rng.choice(shared)
        else:
            colour, other = rng.choice(free[0]), rng.choice(free[1])
            _exchange(right, colour, other, at, ends, colour_of)
        colour_of[edge] = colour
        at[left][colour] = at[right][colour] = edge
    return colour_of


def _exchange(
    start: str,
    colour: int,
    other: int,
    at: dict[str, dict[int, int]],
    ends: Sequence[tuple[str, str]],
    colour_of: list[int],
) -> None:
    """Swap the two colours along the path from `start` that begins with `colour`."""
    path: list[int] = []
    node, wanted = start, colour
    while wanted in at[node]:
        edge = at[node][wanted]
        path.append(edge)
        node = ends[edge][1] if ends[edge][0] == node else ends[edge][0]
        wanted = other if wanted == colour else colour
    for edge in path:
        for end in ends[edge]:
            del at[end][colour_of[edge]]
    for edge in path:
        colour_of[edge] = other if colour_of[edge] == colour else colour
        for end in ends[edge]:
            at[end][colour_of[edge]] = edge
