"""``hub setup``: a working root made usable."""

from pathlib import Path

import click

from pipeline.cli.options import clock_of_command, root_option, writable_root


@click.command()
@root_option
def setup(root_folder: Path | None) -> None:
    """Make a working root usable (初期設定): folders, keys, journal. Safe to repeat. Example: hub setup --root var/hub"""
    from pipeline.hub import set_up
    from pipeline.keyring import KeyRing

    root = writable_root(root_folder)
    set_up(root, clock_of_command())
    keys = KeyRing.open(root.folder)
    click.echo(f"{root.folder}: 使える状態です（鍵 {keys.key_id}）。")
    click.echo(f"次に {root.connections} に接続ファイルを置き、hub check --connections --root {root.folder} で確かめてください。")
