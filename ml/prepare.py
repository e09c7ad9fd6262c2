"""Turn radiographs as distributed into prepared data: ``python -m ml.prepare SOURCE ...``.

SOURCE is ``montgomery``, ``shenzhen``, ``folder``, ``imagefolder`` or ``dicom``. The output is a
Hugging Face imagefolder: grey PNGs and ``metadata.jsonl``, split into train and held out.
"""
