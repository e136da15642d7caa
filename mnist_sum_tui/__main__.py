"""The program's start: `python -m mnist_sum_tui` is the same as `mnist-sum`."""

import atexit
import os
import signal
import sys


def main() -> None:
    """Load the program and run it; Ctrl-C ends it in one line even while it is loaded, which takes 0.2 s."""
    try:
        from mnist_sum_tui.cli.main import main as run

        run()
    except SystemExit:
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            # else torch's cleanup shows a traceback; and only at the exit, because IPython goes on after a SystemExit
            atexit.register(signal.signal, signal.SIGINT, lambda *_: os._exit(130))
        raise
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr, flush=True)
        os._exit(130)  # after sys.exit, Python dies by the signal if it came inside `exec`, as in @dataclass
    except EOFError as error:
        if (path := _incomplete(error)) is None:
            raise
        sys.exit(f"error: {path}: is incomplete, as a full disk leaves it: delete it")


def _incomplete(error: EOFError) -> object:
    """The compiled file at whose end an import failed, and would fail at each start; None if there is none."""
    place = error.__traceback__
    while place is not None:
        if path := place.tb_frame.f_locals.get("bytecode_path"):  # in importlib
            return path
        place = place.tb_next
    return None


if __name__ == "__main__":
    main()
