"""How many examples the generated tests try; THOROUGH=40 tries forty times as many."""

import os


def examples(usual: int) -> int:
    """So many in `make test`, which must stay quick."""
    return usual * int(os.environ.get("THOROUGH", "1"))
