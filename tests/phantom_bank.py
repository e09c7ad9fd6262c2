"""A bank of phantom films with everything that a published protocol asks of a bank."""

from pathlib import Path

from app.bank.header import BankArm, BankHeader
from app.bank.writer import BankWriter
from app.phantom.radiograph import simulate_film
from tests.studies import NOW

PHANTOM_SIZE = 128
PHANTOM_ARMS = (
    BankArm("film", "Phantom film", "real"),
    *(BankArm(f"M{number}", f"Model {number}", "synthetic") for number in range(4)),
)


def write_phantom_bank(folder: Path) -> None:
    """Phantom films of five arms, 4 of each condition, with findings, a text and a matching key."""
    with BankWriter(folder, BankHeader("Phantom bank", NOW, PHANTOM_ARMS)) as writer:
        for place, arm in enumerate(PHANTOM_ARMS):
            for condition in ("normal", "abnormal"):
                for number in range(4):
                    film = simulate_film(
                        seed=100 * place + number, condition=condition, size=PHANTOM_SIZE
                    )
                    writer.add(
                        film.pixels,
                        file=f"images/{arm.id}/{condition}-{number}.png",
                        arm=arm.id,
                        condition=condition,
                        provenance={
                            "findings": ["Effusion", "Nodule"]
                            if condition == "abnormal"
                            else "none",
                            "prompt": f"{condition} chest film",
                            "match": f"{condition}-{number}",
                        },
                    )
