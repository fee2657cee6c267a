"""`assay explain`."""

from __future__ import annotations

import click

from harness.cli.common import console, emit_json, json_option


@click.command()
@click.argument("code", required=False)
@json_option
def command(code: str | None, as_json: bool) -> None:
    """What a CODE means and what to do; without a code, all of them."""
    from harness.codes import codes
    from harness.errors import AssayError

    known = codes()
    if code is not None and code.upper() not in known:
        raise AssayError("E100", f"There is no code '{code}'.", "", "assay explain")
    chosen = known if code is None else {code.upper(): known[code.upper()]}
    if as_json:
        emit_json(chosen)
        return
    out = console()
    for key, page in chosen.items():
        out.print(f"{key}  {page['title']}", style="bold", markup=False)
        if code is not None:
            out.print(page["meaning"], markup=False)
            out.print(f"Do: {page['do']}", markup=False)
