"""What the tests of the pages share."""

import pytest


@pytest.fixture
def terminal_size() -> tuple[int, int]:
    return 120, 36
