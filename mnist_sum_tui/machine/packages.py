"""The libraries: which versions fit, and which are installed. None is imported to find out."""

import contextlib
import re
from importlib.metadata import PackageNotFoundError, version

from mnist_sum_tui.printable import printable

NEEDED = {
    "torch": ">=2.11",
    "torchvision": ">=0.26",
    "numpy": ">=1.26",
    "safetensors": ">=0.5",
    "filelock": ">=4.2.1",
    "pillow": ">=10.4",
    "textual": ">=8.2.6,<9",
    "rich": ">=14.3",
    "typer": ">=0.26.1,<0.29",
}
"""the versions that fit, as in pyproject.toml; a clone that is updated, and not installed again, may meet others"""


def installed(name: str) -> str | None:
    """The version of a library; None if it is not installed, or not known, as after an installation that broke off."""
    with contextlib.suppress(PackageNotFoundError, KeyError):  # a later Python raises KeyError where version is None
        return printable(version(name) or "") or None
    return None


def misfit(name: str) -> str | None:
    """That a library's version does not fit, and what to do; None if it fits, or is not installed."""
    number = installed(name)
    if number is None or all(_fits(number, *bound) for bound in re.findall(r"(>=|<)([\d.]+)", NEEDED[name])):
        return None
    return f"{name} {number} does not fit mnist-sum: pip install '{name}{NEEDED[name]}'"


def _fits(number: str, sign: str, bound: str) -> bool:
    return (_parts(number) >= _parts(bound)) == (sign == ">=")


def _parts(number: str) -> list[int]:
    """The numbers in a version, without what marks a build, such as `+cpu`, or a preview, such as `.dev3`."""
    return [int(part) for part in re.findall(r"(?:^|\.)(\d+)", number.partition("+")[0])]
