"""Settings as a user writes them: a line each in the file."""

import json
import tomllib

from mnist_sum_tui import settings


def keep(name: str, value: settings.Value) -> None:
    """Set one in this test's file, which is made if there is none."""
    file = settings.path()
    file.parent.mkdir(parents=True, exist_ok=True)
    table = {**(tomllib.loads(file.read_text()) if file.exists() else {}), name: value}
    file.write_text("".join(f"{each} = {json.dumps(given)}\n" for each, given in table.items()))
