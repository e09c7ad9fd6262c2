"""python -m app"""

import os
import sys
from pathlib import Path

# Before numpy is imported: on many small matrices its threads cost more than they bring, and a
# server's workers would fight over the cores.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from app.cli import program


def main() -> None:
    """Run the command line, by the name under which it was called."""
    name = Path(sys.argv[0]).name
    program(prog_name=name if name == "negatoscope" else "python -m app")


if __name__ == "__main__":
    main()
