"""``hub evidence``: bundles (証拠一式) for people outside, and the opening of sealed ones."""

from pathlib import Path

import click

from pipeline.cli.options import chosen_municipality, chosen_root, clock_of_command, municipality_option, root_option

_ACTOR = click.option("--actor", default="", help="Who: id of the municipality file's staff.")
_REASON = click.option("--reason", default="", help="Why, in a sentence; no resident's name or number. It stays in the journal.")
_NEW_FILE = click.Path(dir_okay=False, path_type=Path)
_OLD_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class _ReceiptFirst(click.Group):
    """``hub evidence RECEIPT`` is ``hub evidence make RECEIPT``: the word that people use needs no second one."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The named command; ``make`` for what is none."""
        if args[0] not in self.commands and not args[0].startswith("-"):
            return super().resolve_command(ctx, ["make", *args])
        return super().resolve_command(ctx, args)


@click.group(cls=_ReceiptFirst)
def evidence() -> None:
    """Evidence bundles (証拠一式). Example: hub evidence 20261124-00000001 --out var/bundle.zip --actor kansa-01 --reason 監査のため"""


@evidence.command("make")
@click.argument("receipt")
@click.option("--out", required=True, type=_NEW_FILE, help="The file to write; nothing is written over.")
@click.option("--with-values", is_flag=True, help="With form, records and 審査票, sealed; takes two people.")
@click.option("--purpose", type=click.Choice(["審査請求", "開示請求"]), help="What the values are for.")
@click.option("--for", "people", multiple=True, help="Id of staff who may open the values; exactly two.")
@click.option("--person", default="", help="ROLE or ROLE.ORDINAL of the person concerned (default: who files); all others are masked.")
@_ACTOR
@_REASON
@municipality_option
@root_option
def make(
    *,
    receipt: str,
    out: Path,
    with_values: bool,
    purpose: str | None,
    people: tuple[str, ...],
    person: str,
    actor: str,
    reason: str,
    code: str | None,
    root_folder: Path | None,
) -> None:
    """Write a bundle. Example: hub evidence make 20261124-00000001 --out var/bundle.zip --actor kansa-01 --reason 監査のため"""
    from pipeline.act_cases import case_of
    from pipeline.bundles import Wish, make_bundle, seal_bundle
    from pipeline.hub import open_hub

    if with_values != (purpose is not None) or (not with_values and (people or person)):
        raise click.UsageError("--with-values, --purpose and --for go together; without them no values are written")
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        row = case_of(hub, receipt)
        if purpose is None:
            made = make_bundle(hub, row, out.resolve(), actor=actor, reason=reason)
        else:
            made = seal_bundle(hub, row, out.resolve(), Wish(purpose, people, person), actor=actor, reason=reason)
    if made.digest:
        click.echo(f"{out}: 証拠一式を作りました（行為 {made.act}）。SHA-256 {made.digest}")
    else:
        approvers = "、".join(made.approvers) or "まだ誰もいません"
        click.echo(f"{receipt}: 依頼しました（行為 {made.act}）。承認できる職員（{approvers}）が同じコマンドを実行すると作られます。")


@evidence.command("open")
@click.argument("bundle", type=_OLD_FILE)
@click.option("--key", required=True, type=_OLD_FILE, help="Your key file, as hub evidence key wrote it.")
@click.option("--out", required=True, type=_NEW_FILE, help="Where the values go (JSON); readable for you only.")
@_ACTOR
@_REASON
@municipality_option
@root_option
def open_values(*, bundle: Path, key: Path, out: Path, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Open the values of a bundle. Example: hub evidence open var/bundle.zip --key ~/evidence.key --out var/values.json --actor kansa-01"""
    from pipeline.bundle_openings import open_bundle
    from pipeline.hub import open_hub

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        act = open_bundle(hub, bundle, key, out.resolve(), actor=actor, reason=reason)
    click.echo(f"{out}: 値を書き出しました（行為 {act}）。用が済んだら消してください。")


@evidence.command("key")
@click.argument("file", type=_NEW_FILE)
def key_command(file: Path) -> None:
    """Make your key for sealed values. Example: hub evidence key ~/evidence.key"""
    from pipeline.bundle_openings import make_key

    public = make_key(file.resolve())
    click.echo(f"{file}: あなただけの鍵です。渡さず、写しを安全な所に置いてください。")
    click.echo(f"evidence_key: {public}")
