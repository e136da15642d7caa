"""The options for the training settings, generated from their descriptions in config.py."""

import functools
import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from mnist_sum_tui.cli.common import ModelFile, absolute_folder, completion
from mnist_sum_tui.config import MAY_CHANGE, Setting, TrainConfig, kinds, option_name, settings, value_words
from mnist_sum_tui.errors import UsageError
from mnist_sum_tui.own_network import OPTION, file_of, is_own
from mnist_sum_tui.runs import find
from mnist_sum_tui.runs.run import Run

FLAGS = {"all_data": "--all-data/--hold-out"}
"""the options of settings that are true or false"""


def _absolute_folders(folders: str | None) -> str | None:
    """As `absolute_folder`, for several folders with commas between them."""
    return None if folders is None else ",".join(absolute_folder(each.strip()) or "" for each in folders.split(","))


CALLBACKS = {"data_dir": (absolute_folder, _absolute_folders)}
"""for an option that takes one value, and for one that takes several"""

PANEL = "Settings (the recipe decides those that are not given)"

Name = Annotated[str, typer.Option(help="A word to add to the run's name, such as large-batch.")]
Settings = dict[str, Any]
"""the settings given on the command line, by name"""


def with_settings(command: Callable[..., None], *, as_text: bool = False) -> Callable[..., None]:
    """Decorate a command with one option per setting; its parameter `settings` receives those that were given.

    `--model-file` comes with them: the network that it names is a value of the setting `model`. With `as_text` every
    option takes text, in which commas may separate several values.
    """
    own = [item for item in inspect.signature(command).parameters.values() if item.name != "settings"]
    named = inspect.Parameter.KEYWORD_ONLY
    made = [
        inspect.Parameter(name, named, default=None, annotation=_option(name, about, as_text))
        for name, about in settings().items()
    ]
    made.append(inspect.Parameter("model_file", named, default=None, annotation=ModelFile))

    @functools.wraps(command)
    def run(**arguments: Any) -> None:
        every = {name: arguments.pop(name) for name in settings()}
        given = {name: value for name, value in every.items() if value is not None}
        command(settings=_with_own_network(given, arguments.pop("model_file"), as_text), **arguments)

    parameters = [*made, *(item.replace(kind=named) for item in own)]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {item.name: item.annotation for item in parameters}
    return run


with_settings_as_text = functools.partial(with_settings, as_text=True)


def _with_own_network(given: Settings, model_file: str | None, as_text: bool) -> Settings:
    """The settings given, with the network of --model-file, if there is one; in a sweep beside those of --model.

    Raises:
        UsageError: --model is given too, and only one network is wanted.
    """
    if model_file is None:
        return given
    if "model" in given and not as_text:
        raise UsageError(f"{OPTION} brings a network of its own: leave out --model or {OPTION}")
    return {**given, "model": f"{given['model']},{model_file}" if "model" in given else model_file}


def _option(name: str, about: Setting, as_text: bool) -> Any:
    """The annotation from which Typer makes the option; the value is None if it was not given."""
    declared = kinds()[name]
    kind = str if as_text else (get_args(declared) or (declared,))[0]
    accepted = ("yes", "no") if as_text and declared is bool else about.choices
    choices = f" One of {', '.join(accepted)}." if accepted else ""
    known = accepted if isinstance(accepted, Mapping) else dict.fromkeys(accepted, "")
    described = {name: getattr(value, "summary", value) for name, value in known.items()}
    option = typer.Option(
        f"--{option_name(name)}" if as_text else FLAGS.get(name, f"--{option_name(name)}"),
        help=about.help + choices,
        show_default=about.usual or False,
        rich_help_panel=PANEL,
        autocompletion=completion(described) if accepted else None,
        callback=CALLBACKS[name][as_text] if name in CALLBACKS else None,
    )
    return Annotated[kind | None, option]


def typed_option(name: str, value: object) -> str:
    """The option that gives a setting this value, as the user has typed it: `--hold-out` if `all_data` is false."""
    if is_own(value):
        return OPTION
    return FLAGS[name].split("/")[not value] if name in FLAGS else f"--{option_name(name)}"


def run_to_resume(resume: str | None, name: str, folder: Path) -> Run | None:
    """The run that --resume names; None without --resume.

    Raises:
        UsageError: there is no such run, or --name is given too.
    """
    if resume is None:
        return None
    if name:
        raise UsageError("--name is for a new run: leave out --name or --resume")
    return find.by_name(resume, folder)


def check_gain(config: TrainConfig) -> None:
    """Refuse a --min-gain that nothing asks for.

    Raises:
        UsageError: there is one, and no --patience.
    """
    if config.min_gain and not config.patience:
        raise UsageError("--min-gain says what counts as better for --patience: add --patience, or leave it out")


def build_config(resumed: Run | None, given: Mapping[str, Any]) -> TrainConfig:
    """The settings of a new run, or those of the resumed run with the given changes.

    Raises:
        UsageError: a value is out of range, or cannot be changed when a run is resumed.
    """
    if resumed is None:
        return TrainConfig.of(**{"recipe": "standard", **given})
    own = resumed.read_config().to_dict()
    if is_own(own["model"]):
        file_of(own["model"])  # raises if its file was not given, or is another
    for name, value in given.items():
        if name not in MAY_CHANGE and own[name] != value:
            raise UsageError(
                f"run {resumed.id} was trained with {option_name(name)} {value_words(name, own[name])}, "
                f"which cannot be changed when it is resumed: leave out {typed_option(name, value)}"
            )
    for name in ("patience", "target"):
        if given.get(name) and own["all_data"]:  # --hold-out, which a new run is advised, would be refused
            raise UsageError(f"--{name} needs validation images, and run {resumed.id} has none: leave out --{name}")
    return TrainConfig.from_dict({**own, **given})
