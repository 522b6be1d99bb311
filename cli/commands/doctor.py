"""``doctor``: is this machine fit, and if not, what to do."""

from __future__ import annotations

import click

from .. import console, options


@click.command("doctor")
@options.output_format
@options.common
def command(output_format: str) -> None:
    """この環境で使えるかを調べる / Check this machine and say what to do."""
    from meguro_opendata.messages import word
    from meguro_opendata.onboarding import doctor

    lang = options.settings().lang
    checks = doctor.examine(options.settings().workspace, lang)
    if output_format == "json":
        console.result_json(doctor.to_dict(checks))
    else:
        for check in checks:
            mark = word("ok" if check.ok else "fault", lang)
            console.result(f"[{mark}] {word('doctor-' + check.area, lang)}: {check.found}")
            if check.advice:
                console.result(f"  {check.advice}")
    raise SystemExit(doctor.exit_code(checks))
