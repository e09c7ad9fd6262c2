"""Bringing images in: from a bank with its manifest, or from a folder with a table.

Both stream: a batch of records is looked up, what is not there is decoded and rendered by as many
decoder processes as there are cores, and the batch is committed. Memory does not grow with the
bank, a cut import is continued by running it again, and importing again adds nothing
(docs/decisions/0012).
"""

from app.services.import_bank.job import ImportOptions
from app.services.import_bank.sources import import_bank, import_images
from app.services.import_bank.summary import ImportSummary

__all__ = ["ImportOptions", "ImportSummary", "import_bank", "import_images"]
