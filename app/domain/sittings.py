"""Where one sitting of a reader ends and the next begins."""

from datetime import timedelta

# A pause of exactly this still belongs to the sitting.
LONGEST_PAUSE = timedelta(minutes=30)
