"""The version, in one place: what the package, its metadata and a run's environment.json say."""

__version__ = "0.2.0"
