"""What the tests of the dashboard in a browser share."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.tui.web.visitors import serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """The demo, served to all visitors of a module, without a word about any; its port and process."""
    with serving(tmp_path_factory.mktemp("served"), shows="the demo") as found:
        yield found
