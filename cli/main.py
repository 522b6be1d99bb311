"""``meguro-opendata``: the group of commands, loaded one by one; here errors become exit codes."""

from __future__ import annotations

import errno
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from . import console, gate, options

if TYPE_CHECKING:
    from meguro_opendata.errors import ExitCode, MeguroOpendataError

__all__ = ["cli", "run"]

_COMMANDS = (
    *("build", "catalog", "convert", "demo", "doctor", "geo", "harvest", "init", "inspect", "kpi", "ledger", "map"),
    *("new", "plan", "portal", "publish", "standards", "status", "validate"),
)


_NAME = "meguro-opendata"
# Errors of the system rather than of the program: permissions, full or failing disks, limits, broken connections.
_REFUSALS = {
    getattr(errno, name)
    for name in (
        *("EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EFBIG", "EIO", "EBUSY", "ETXTBSY", "EMFILE", "ENFILE"),
        *("ENAMETOOLONG", "ELOOP", "ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "ETIMEDOUT", "ENETUNREACH"),
        *("EHOSTUNREACH", "EADDRINUSE", "ESTALE"),
    )
    if hasattr(errno, name)
}


@click.group(
    cls=options.LazyGroup,
    package=f"{__package__}.commands",
    names=_COMMANDS,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="meguro-opendata")
@options.common
def cli() -> None:
    """役所の表を、国の標準に沿ったオープンデータにして公開する。

    Turn a Japanese city's office spreadsheets into published, national-standard open data.
    """


def run() -> None:
    """Run a command: an expected error ends with a message and its exit code, any other with code 5."""
    code: object = 5  # ExitCode.PROGRAM_FAULT, whose module may be what cannot be loaded.
    try:
        gate.open_gate()
        signal.signal(signal.SIGTERM, _interrupt)
        code = _outcome(sys.argv[1:])
    except KeyboardInterrupt:
        code = _codes().INTERRUPTED
    finally:
        gate.close_lost_talk()
        sys.exit(code)  # type: ignore[arg-type]


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def _outcome(arguments: list[str]) -> object:
    try:
        return _foreseen(arguments)
    except SystemExit as end:
        return end.code
    except gate.OutputLostError as error:
        return _output_lost(error, _language(arguments))
    except BaseException as error:  # noqa: BLE001 (the only handler of faults; polars' panics are no ``Exception``)
        return _fault(error, arguments)


def _foreseen(arguments: list[str]) -> int:
    """Run a command; errors that the library and click foresee become messages and codes."""
    try:
        returned = cli.main(args=arguments, prog_name=_NAME, standalone_mode=False)
    except click.ClickException as error:
        console.say(_usage_text(error))
        return _codes().WRONG_USE
    except _library_errors() as error:
        if "--debug" in arguments:
            _show_traceback()
        console.say(error.text(_language(arguments)))
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        console.say(_message("interrupted", _language(arguments)))
        return _codes().INTERRUPTED
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
        if "--debug" in arguments:
            _show_traceback()
        console.say(_message("system-refused", _language(arguments), reason=error.strerror, file=error.filename))
        return _codes().NO_ACCESS
    return returned if isinstance(returned, int) else 0


def _output_lost(error: gate.OutputLostError, lang: str) -> int:
    """Return the program that reads our output has gone, or the output cannot be written."""
    gate.close_output()
    reason = error.__cause__
    if isinstance(reason, BrokenPipeError):
        return 0
    with suppress(gate.OutputLostError):
        console.say(_message("output-lost", lang, reason=reason.strerror if isinstance(reason, OSError) else ""))
    return _codes().NO_ACCESS


def _fault(error: BaseException, arguments: list[str]) -> int:
    """Report a fault of the program itself and return its exit code."""
    from .faults import report_fault

    with suppress(gate.OutputLostError):
        if "--debug" in arguments:
            _show_traceback()
        report_fault(error, _command_name(arguments), _language(arguments))
    return _codes().PROGRAM_FAULT


def _command_name(arguments: list[str]) -> str:
    """Return the names of the command and its subcommand, without options and values."""
    names: list[str] = []
    known: Sequence[str] = _COMMANDS
    for argument in arguments:
        if argument in known:
            names.append(argument)
            loaded = sys.modules.get(f"{__package__}.commands.{argument}") if len(names) == 1 else None
            group = getattr(loaded, "command", None)
            known = group.list_commands(click.Context(group)) if isinstance(group, click.Group) else ()
    return " ".join(names)


def _library_errors() -> type[MeguroOpendataError]:
    """Return the root of the library's errors, imported only when something was raised."""
    from meguro_opendata.errors import MeguroOpendataError

    return MeguroOpendataError


def _codes() -> type[ExitCode]:
    """Return the exit codes, which lie beside the sentences and are imported only with one of them."""
    from meguro_opendata.errors import ExitCode

    return ExitCode


def _show_traceback() -> None:
    import traceback

    traceback.print_exc()


def _language(arguments: list[str]) -> str:
    """Return the language of a run that ended before or in the middle of its command."""
    for flag, value in pairwise(arguments):
        if flag == "--lang" and value in options.LANGUAGES:
            return value
    equal = [argument.partition("=")[2] for argument in arguments if argument.startswith("--lang=")]
    return equal[-1] if equal and equal[-1] in options.LANGUAGES else options.settings().lang


def _message(code: str, lang: str, **params: object) -> str:
    from meguro_opendata import messages

    return messages.message(code, lang, **params)


def _usage_text(error: click.ClickException) -> str:
    """Return the sentence about a wrong call, by the class of click's error; the help if there were no arguments."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and error.ctx:
        return error.ctx.get_help()
    lang = _language(sys.argv[1:])
    context = getattr(error, "ctx", None)
    path = context.command_path if context else _NAME
    code, params = _usage_code(error)
    return f"{_message(code, lang, **params)}\n{_message('usage-help', lang, command=path)}"


def _usage_code(error: click.ClickException) -> tuple[str, dict[str, object]]:
    if isinstance(error, options.UnknownCommandError):
        # Twenty names after "did you mean" would be no hint, so the whole list has a sentence of its own.
        key = "usage-no-command-near" if error.near else "usage-no-command"
        return key, {"name": error.name, "near": ", ".join(error.near), "known": ", ".join(error.known)}
    if isinstance(error, click.NoSuchOption):
        near = ", ".join(error.possibilities or ())
        return "usage-no-option-near" if near else "usage-no-option", {"name": error.option_name, "near": near}
    if isinstance(error, click.MissingParameter):
        return "usage-missing", {"name": _name_of(error)}
    if isinstance(error, click.BadParameter):
        return _bad_value(error)
    if isinstance(error, click.BadOptionUsage):
        return _bad_option_code(error), {"name": error.option_name}
    return "usage-other", {}


def _bad_value(error: click.BadParameter) -> tuple[str, dict[str, object]]:
    """Return the code and parameters for a wrong value, with the choices of its option or argument, if any."""
    choices = getattr(error.param.type, "choices", ()) if error.param else ()
    key = "usage-bad-choice" if choices else "usage-bad-value"
    return key, {"name": _name_of(error), "choices": ", ".join(choices)}


def _bad_option_code(error: click.BadOptionUsage) -> str:
    """Return the code for a flag with a value, a missing standard, or another missing value."""
    # Click's parser raises one error without a context for both faults. Only an option without a value can fail after
    # `--name=`, since what follows the sign would be the value of any other option.
    if any(argument.startswith(f"{error.option_name}=") for argument in sys.argv[1:]):
        return "usage-flag-with-value"
    return "usage-standard-without-id" if error.option_name == "--standard" else "usage-bad-option"


def _name_of(error: click.BadParameter) -> str:
    parameter = error.param
    if parameter is None:
        return ""
    return parameter.opts[0] if parameter.param_type_name == "option" else parameter.make_metavar(error.ctx)  # type: ignore[arg-type]
