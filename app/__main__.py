"""python -m app"""

import os

# Before numpy is imported: on many small matrices its threads cost more than they bring, and a
# server's workers would fight over the cores.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from app.cli import program


def main() -> None:
    """Run the command line."""
    program(prog_name="python -m app")


if __name__ == "__main__":
    main()
