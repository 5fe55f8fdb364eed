"""``hub slots``: open slots of an interview (面談枠), list who holds them, give and free seats, note that somebody was called."""

from pathlib import Path

import click

from pipeline.cli.options import ROW_NUMBER, chosen_municipality, chosen_root, clock_of_command, municipality_option, root_option

_ACTOR = click.option("--actor", required=True, help="Id of the desk that acts, as declared under staff.")
_REASON = click.option("--reason", required=True, help="Why, in a sentence; it stays in journal and log. No 個人番号.")


@click.group()
def slots() -> None:
    """Slots of an interview (面談枠). Example: hub slots open 枠.csv --actor boshi-01 --reason 12月分"""


@slots.command("open")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", default="ninshin-mendan", show_default=True, help="Kind of notice that offers them.")
@_ACTOR
@_REASON
@municipality_option
@root_option
def open_file(*, file: Path, kind: str, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Open the slots of a CSV (日,時刻,場所,席数), all of it or nothing. Example: hub slots open 枠.csv --actor boshi-01 --reason 12月分"""
    from pipeline.campaigns.slot_lists import write_slot_list
    from pipeline.campaigns.slots import open_slots
    from pipeline.hub import open_hub

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        new = open_slots(hub, kind, file, actor=actor, reason=reason)
        write_slot_list(hub, kind)
    click.echo(f"{file.name}: 面談枠を {new:,} 開きました。")


@slots.command("list")
@municipality_option
@root_option
def show(*, code: str | None, root_folder: Path | None) -> None:
    """Write the lists anew and show their figures, without people. Example: hub slots list"""
    from pipeline.campaigns.slot_lists import calls_of, seats_of, write_slot_list, write_slot_lists
    from pipeline.hub import open_hub

    lines = []
    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        for kind in write_slot_lists(hub):
            seats, calls = seats_of(hub, kind), calls_of(hub, kind)
            booked = sum(row.atena is not None for row in seats)
            lines.append(f"{kind}　席 {len(seats):,}　予約 {booked:,}　連絡が要る {len(calls):,}　{write_slot_list(hub, kind)}")
    for line in lines or ["面談枠はまだありません。"]:
        click.echo(line)


@slots.command("book")
@click.argument("answer", type=ROW_NUMBER)
@click.argument("slot", type=ROW_NUMBER)
@_ACTOR
@_REASON
@municipality_option
@root_option
def book(*, answer: int, slot: int, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Give a seat of SLOT to whom an ANSWER is of, after a call. Example: hub slots book 3 2 --actor boshi-01 --reason 電話で決めた"""
    from pipeline.campaigns.desk_seats import give_seat
    from pipeline.campaigns.slot_lists import write_slot_lists
    from pipeline.hub import open_hub

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        give_seat(hub, answer, slot, actor=actor, reason=reason)
        write_slot_lists(hub)
    click.echo(f"回答 {answer} の人に枠 {slot} の席を割り当てました。")


@slots.command("cancel")
@click.argument("slot", type=ROW_NUMBER)
@click.argument("seat", type=ROW_NUMBER)
@_ACTOR
@_REASON
@municipality_option
@root_option
def cancel(*, slot: int, seat: int, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Free a SEAT of SLOT whose holder cannot come. Example: hub slots cancel 2 1 --actor boshi-01 --reason 本人の申出"""
    from pipeline.campaigns.desk_seats import take_seat_back
    from pipeline.campaigns.slot_lists import write_slot_lists
    from pipeline.hub import open_hub

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        take_seat_back(hub, slot, seat, actor=actor, reason=reason)
        write_slot_lists(hub)
    click.echo(f"枠 {slot} の席 {seat} を空けました。")


@slots.command("settle")
@click.argument("answer", type=ROW_NUMBER)
@_ACTOR
@_REASON
@municipality_option
@root_option
def settle(*, answer: int, actor: str, reason: str, code: str | None, root_folder: Path | None) -> None:
    """Note that the section called about an answer. Example: hub slots settle 3 --actor boshi-01 --reason 電話で日時を決めた"""
    from pipeline.campaigns.slot_lists import settle as settle_answer
    from pipeline.campaigns.slot_lists import write_slot_lists
    from pipeline.hub import open_hub

    with open_hub(chosen_root(root_folder), chosen_municipality(code), clock_of_command()) as hub:
        settle_answer(hub, answer, actor=actor, reason=reason)
        write_slot_lists(hub)
    click.echo(f"回答 {answer} を連絡済みにしました。")
