"""Where a form may lead to."""


def inside(target: str) -> str:
    """Only an address on this server may follow a form that names one."""
    is_local = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if is_local and target.isprintable() and "\\" not in target else "/studies"
