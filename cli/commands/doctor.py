"""``doctor``: is this machine fit, and if not, what to do."""

from __future__ import annotations

import click

from .. import console, options


@click.command("doctor")
@options.output_format
@options.common
def command(output_format: str) -> None:
    """この環境で使えるかを調べる / Check this machine and say what to do."""
    from meguro_opendata.onboarding import doctor

    from ..texts.doctor import doctor_lines

    lang = options.settings().lang
    checks = doctor.examine(options.settings().workspace, lang)
    if output_format == "json":
        console.result_json(doctor.to_dict(checks))
    else:
        console.result_lines(doctor_lines(checks, lang))
    raise SystemExit(doctor.exit_code(checks))
