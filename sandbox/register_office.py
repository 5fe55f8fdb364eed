"""The register office (住民記録係): writes link files (番号紐付情報) and resident extracts, full and delta, each with its ``.end`` file."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path

from sandbox.town_people import Card, Resident

LINK_COLUMNS = ("利用者証明用シリアル番号", "宛名番号", "有効開始日", "有効終了日", "更新区分")
RESIDENT_COLUMNS = (
    "宛名番号", "世帯番号", "個人番号", "氏名", "氏名カナ", "生年月日", "生年月日不詳フラグ", "生年月日不詳表記", "性別", "続柄",
    "郵便番号", "住所", "方書", "住民区分", "支援措置区分", "異動日", "更新区分",
)  # fmt: skip
NEW = "1"


def publish_register(folder: Path, residents: Iterable[Resident], *, full_day: date, delta_day: date) -> None:
    """Write both full extracts of ``full_day`` and both deltas of ``delta_day``, 06:00, into ``folder``."""
    people = tuple(residents)
    folder.mkdir(parents=True, exist_ok=True)
    stamps = {"full": f"{full_day:%Y%m%d}", "delta": f"{delta_day:%Y%m%d}0600"}
    for feed, stamp in stamps.items():
        _write(folder / f"links_{feed}_{stamp}.csv", LINK_COLUMNS, _links(people, feed))
        _write(folder / f"residents_{feed}_{stamp}.csv", RESIDENT_COLUMNS, (_row(one) for one in people if one.feed == feed))


def _links(residents: Sequence[Resident], feed: str) -> Iterator[Sequence[str]]:
    return (_link(card, resident) for resident in residents for card in resident.cards if card.feed == feed)


def _link(card: Card, resident: Resident) -> Sequence[str]:
    return (card.serial, resident.atena, card.valid_from.isoformat(), card.valid_until.isoformat(), card.change)


def _row(one: Resident) -> Sequence[str]:
    birth = f"{one.birth.year:04}-00-00" if one.birth_unknown else one.birth.isoformat()
    return (
        one.atena, one.household, one.number, one.name, one.kana, birth, "1" if one.birth_unknown else "0", one.birth_unknown, one.sex,
        one.relation, one.home.postal, one.home.address, one.home.room, one.kind, "1" if one.protected else "0", one.moved.isoformat(), NEW,
    )  # fmt: skip


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """The file first, then the ``.end`` that says that it is whole."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    listed = list(rows)
    writer.writerows(listed)
    data = text.getvalue().encode("utf-8")
    path.write_bytes(data)
    end = {"rows": len(listed), "sha256": sha256(data).hexdigest()}
    path.with_name(f"{path.name}.end").write_text(json.dumps(end) + "\n", encoding="utf-8")
