"""What the tests of the dashboard in a browser share."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.web.visitors import serving


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """The demo, served; its port and process."""
    with serving(tmp_path, shows="the demo") as found:
        yield found
