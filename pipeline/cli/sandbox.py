"""``hub sandbox``: only the stand-ins of the outside world."""

from pathlib import Path

import click

from pipeline.cli.options import root_option, writable_root
from pipeline.demo.world import DEMO_DAY, SEED, prepare_world, start_world, stop_world
from pipeline.places import root_from_environment


@click.command()
@click.option("--applications", default=300, show_default=True, type=click.IntRange(min=6), help="Applications that the portal lists.")
@click.option("--seed", default=SEED, show_default=True, help="Another seed is another town.")
@click.option("--stop", is_flag=True, help="Stop the stand-ins of this root.")
@root_option
def sandbox(*, applications: int, seed: int, stop: bool, root_folder: Path | None) -> None:
    """Start the stand-ins (portal, intermediate server, receiving systems, register). Example: hub sandbox --root var/try"""
    if stop:
        click.echo("stopped" if stop_world(root_from_environment(root_folder)) else "no stand-ins run for this root")
        return
    root = writable_root(root_folder)
    prepare_world(root, seed=seed, applications=applications)
    running = start_world(root)
    click.echo(f"stand-ins run as process {running.pid} for {root.folder} (business day {DEMO_DAY})")
    click.echo(f"residents' pages: https://127.0.0.1:{running.ports.portal}/resident/ (certificate: {root.folder}/sandbox/tls/ca.pem)")
    click.echo(f"stop them with: hub sandbox --stop --root {root.folder}")
