"""Which images a run was trained and tested on, and whether those of two runs are the same."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Images:
    """The images of a run."""

    place: str | None
    """the setting data_dir; None: the package's"""
    sha256: tuple[str, ...] = ()
    """of the training images and of the test images, labels included; empty if not known, as in an older run"""

    def same_as(self, other: "Images") -> bool:
        """Whether they are the same images; where the content of one is not known, whether they have the same place."""
        is_known = bool(self.sha256 and other.sha256)
        return self.sha256 == other.sha256 if is_known else self.place == other.place
