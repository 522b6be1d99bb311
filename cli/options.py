"""Options that several commands share, and what they come to."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from meguro_opendata.japan.municipalities import Municipality
    from meguro_opendata.workspace.city import Workspace

__all__ = [
    "Group",
    "LazyGroup",
    "Settings",
    "UnknownCommandError",
    "catalog_source",
    "common",
    "day",
    "gis_words",
    "insecure_http",
    "municipality",
    "named_municipality",
    "near_municipality",
    "output_file",
    "output_format",
    "portal",
    "recorder",
    "recorder_name",
    "refuse_over_source",
    "remote",
    "settings",
    "standard",
    "table_place",
]

Command = TypeVar("Command", bound=Callable[..., Any])
LANGUAGES = ("ja", "en")


@dataclass(frozen=True)
class Settings:
    """The values of ``--workspace``, ``--lang`` and ``--debug``, given before or after the command."""

    workspace: Path | None = None
    lang: str = "ja"
    debug: bool = False

    def open_workspace(self) -> Workspace:
        """Return the named workspace, or the nearest one."""
        from meguro_opendata.workspace.city import find_workspace, open_workspace

        return open_workspace(self.workspace) if self.workspace else find_workspace()

    def nearest_workspace(self) -> Workspace | None:
        """Return the named workspace, or the nearest one, or none; one that is there and has faults is an error."""
        from meguro_opendata.errors import ConfigurationError

        try:
            return self.open_workspace()
        except ConfigurationError as error:
            if self.workspace is None and any(fault.code == "no-workspace" for fault in error.faults):
                return None
            raise


class UnknownCommandError(click.UsageError):
    """A command that does not exist."""

    def __init__(self, name: str, known: list[str], ctx: click.Context) -> None:
        super().__init__(name, ctx)
        self.name = name
        self.known = known
        self.near = difflib.get_close_matches(name, known, n=2)


class Group(click.Group):
    """A group that reports an unknown command together with the nearest known ones."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a command as click does, and raise our own error for an unknown name."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            raise UnknownCommandError(args[0], sorted(self.list_commands(ctx)), ctx)
        return super().resolve_command(ctx, args)


class LazyGroup(Group):
    """A group that imports a command's module when that command is asked for.

    Args:
        package: Where the modules lie; each is named like its command, ``_`` for ``-``, and holds ``command``.
        names: The commands, in the order of the help.
        settings: As of any group of click.
    """

    def __init__(self, *, package: str, names: Sequence[str], **settings: Any) -> None:
        super().__init__(**settings)
        self._package = package
        self._names = tuple(names)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in their order."""
        return list(self._names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, ``None`` if there is none."""
        if cmd_name not in self._names:
            return None
        command: click.Command = import_module(f"{self._package}.{cmd_name.replace('-', '_')}").command
        return command


def settings() -> Settings:
    """Return the settings of the command that runs; outside one, those of the environment."""
    context = click.get_current_context(silent=True)
    found = context.find_object(Settings) if context else None
    return found or Settings(lang=_language(None))


def near_municipality() -> Municipality | None:
    """Return the municipality of the nearest workspace; ``None`` if there is none, or it has faults."""
    from meguro_opendata.errors import ConfigurationError
    from meguro_opendata.japan.municipalities import home_of

    try:
        return home_of(settings().open_workspace().city.code)
    except ConfigurationError:
        return None


def named_municipality(code: str | None) -> Municipality | None:
    """Return the municipality of ``--municipality``.

    Raises:
        UnknownMunicipalityError: If there is none of this code.
    """
    from meguro_opendata.japan.municipalities import municipality

    return municipality(code) if code else None


def municipality(command: Command) -> Command:
    """Add ``--municipality CODE``, for commands that look where points lie."""
    return click.option("--municipality", metavar="CODE", help="座標が入るはずの自治体 / Where its points should lie.")(
        command
    )


def _language(chosen: str | None) -> str:
    named = chosen or os.environ.get("MEGURO_OPENDATA_LANG", "")
    return named if named in LANGUAGES else "ja"


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Enter one option into the settings; a later one (after the command) wins."""
    before = context.find_object(Settings) or Settings(lang=_language(None))
    if value not in (None, False):
        context.obj = replace(before, **{str(parameter.name): value})
    elif context.obj is None:
        context.obj = before
    return value


def common(command: Command) -> Command:
    """Add ``--workspace``, ``--lang`` and ``--debug``."""
    for option in (
        click.option(
            "--debug", is_flag=True, expose_value=False, callback=_keep, help="不具合の詳細を表示 / Show tracebacks."
        ),
        click.option(
            "--lang",
            type=click.Choice(LANGUAGES),
            expose_value=False,
            callback=_keep,
            help="表示の言語 / Language (ja).",
        ),
        click.option(
            "--workspace",
            type=click.Path(path_type=Path),
            expose_value=False,
            callback=_keep,
            help="ワークスペースのフォルダー / Workspace folder.",
        ),
    ):
        command = option(command)
    return command


class InputFile(click.Path):
    """A file to read; pipes and devices are refused before anything opens them."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path."""
        from meguro_opendata.files.regular import refuse_irregular

        path = Path(str(super().convert(value, param, ctx)))
        refuse_irregular(path)
        return path


def gis_words(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--layer``, ``--from`` and ``--encoding`` of a GIS file, passed as the parameter ``words``."""

    @wraps(command)
    def with_words(*, layer: str | None, source_crs: str | None, encoding: str | None, **others: Any) -> Any:
        from meguro_opendata.geo.gis.words import LayerWords

        return command(words=LayerWords(layer, source_crs, encoding), **others)

    for option in (
        click.option(
            "--encoding",
            type=click.Choice(("utf-8", "cp932", "utf-16")),
            help="GISのファイルの文字コード / Encoding of a GIS file.",
        ),
        click.option(
            "--from", "source_crs", metavar="CRS", help="元の座標系（例: EPSG:6677）/ System of the file (EPSG:6677)."
        ),
        click.option("--layer", metavar="NAME", help="GISのファイルのレイヤー / The layer of a GIS file."),
    ):
        with_words = option(with_words)
    return with_words


def output_format(command: Command) -> Command:
    """Add ``--format text|json``."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(("text", "json")),
        default="text",
        show_default=True,
        help="結果の形 / Form of the result.",
    )(command)


def standard(command: Command) -> Command:
    """Add ``--standard ID[@VERSION]``."""
    return click.option(
        "--standard", metavar="ID[@VERSION]", help="照らす標準 / The national standard to check against."
    )(command)


def table_place(command: Command) -> Command:
    """Add ``--sheet NAME`` and ``--header-row N``: where a file's table is."""
    sheet = click.option("--sheet", metavar="NAME", help="読むシート / The sheet to read.")
    row = click.option(
        "--header-row",
        type=click.IntRange(min=1),
        metavar="N",
        help="見出しの（一番下の）行番号 / The number of the header's lowest line.",
    )
    return sheet(row(command))


def portal(command: Command) -> Command:
    """Add ``--portal NAME``."""
    return click.option(
        "--portal", metavar="NAME", help="公開先（1つだけなら省略可）/ Portal (the only one by default)."
    )(command)


def output_file(command: Command) -> Command:
    """Add ``-o FILE``."""
    return click.option(
        "-o",
        "--out",
        required=True,
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="書き出すファイル / The file to write.",
    )(command)


def catalog_source(command: Command) -> Command:
    """Add ``--from URL|FILE``."""
    return click.option(
        "--from",
        "origin",
        metavar="URL|FILE",
        help="CKANのアドレスか保存したファイル（既定はこのワークスペース）/ A CKAN, or a saved file.",
    )(command)


def remote(command: Command) -> Command:
    """Return the limits that the user allows for reading another site."""
    for option in (
        click.option("--ignore-robots", is_flag=True, help="robots.txt に従わない / Do not heed robots.txt."),
        click.option("--allow-private", is_flag=True, help="庁内のアドレスも読む / Read private addresses, too."),
        click.option("--organization", metavar="NAME", help="CKANの組織で絞る / One organisation of the CKAN."),
    ):
        command = option(command)
    return command


def refuse_over_source(source: str | None, out: Path) -> None:
    """Refuse to write over the file that is read."""
    from meguro_opendata.errors import MeguroOpendataError

    if source is not None and out.exists() and Path(source).exists() and out.samefile(source):
        raise MeguroOpendataError("catalog-over-source", file=out)


def day(text: str | None) -> date:
    """Return a day as the user writes it; without one, today in Japan."""
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.japan.calendar import today
    from meguro_opendata.japan.days import written_day

    if not text:
        return today()
    found = written_day(text)
    if found is None:
        raise MeguroOpendataError("bad-date", value=text)
    return found


def recorder(command: Command) -> Command:
    """Add ``--recorder NAME``."""
    return click.option("--recorder", metavar="NAME", help="記録する人・係（既定は利用者名）/ Who records it.")(command)


def recorder_name(given: str | None) -> str:
    """Return the recorder's name: the given one, else the user name on this machine.

    Raises:
        MeguroOpendataError: If it is not given and the machine tells no name.
    """
    import getpass

    from meguro_opendata.errors import MeguroOpendataError

    try:
        return given or getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise MeguroOpendataError("recorder-unknown") from None


def insecure_http(command: Command) -> Command:
    """Add ``--insecure-http``."""
    return click.option(
        "--insecure-http",
        is_flag=True,
        help="暗号化されないhttpのポータルを使う / Use a portal by plain http.",
    )(command)
