#!/usr/bin/env python3
"""Checks an exported log of the hub (証跡の検証): one file, Python's standard library only, no project, no database.

    python3 log_verifier.py LOG [--checkpoint FILE] [--show N] [--json]

A log is a text of JSON lines, each in canonical form (sorted keys, no spaces, UTF-8):

    {"format":"hub-log/1","municipality":…,"public_key":hex}      first line; municipality may be absent
    {"data":string,"hash":hex,"leaf":n}                            leaf n, counted from 1; hash = SHA-256(00 ‖ data)
    {"checkpoint":{"key","root","signature","size","time"}}        directly after leaf number ``size``

``root`` is the RFC 6962 root of the first ``size`` leaves, ``signature`` the Ed25519 signature of ``checkpoint_message``.
A log that was cut, or rewritten by somebody who holds the key, is found by checkpoints kept elsewhere (--checkpoint, one a line).
Exit 0: everything holds. 1: something is wrong; the first wrong place is named. 2: wrong use.
"""

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import reduce
from itertools import takewhile
from pathlib import Path
from typing import Any, cast

FORMAT = "hub-log/1"


@dataclass(frozen=True)
class Verdict:
    """What an exported log proves.

    good: nothing is wrong. code: "good" or what is wrong. sentence: the same for people, in Japanese.
    line: line of the file, from 1; leaf … until: the leaves, from 1, among which the wrong one is; None where nothing is wrong.
    leaves: leaves read; anchored: how many of them a checkpoint covers; checkpoints: how many hold; public_key: hex, as used.
    """

    good: bool
    code: str
    sentence: str
    line: int | None
    leaf: int | None
    until: int | None
    leaves: int
    anchored: int
    checkpoints: int
    public_key: str


class _Wrong(Exception):  # noqa: N818  it carries a verdict
    def __init__(self, code: str, sentence: str, leaf: int | None = None, until: int | None = None) -> None:
        super().__init__(code)
        self.code, self.sentence, self.leaf, self.until = code, sentence, leaf, until


def checkpoint_message(municipality: str, point: Mapping[str, object]) -> bytes:
    """The bytes that a checkpoint's signature covers: six lines of UTF-8, the format's name first."""
    return "".join(f"{part}\n" for part in (FORMAT, municipality, *(point[name] for name in ("size", "root", "time", "key")))).encode()


@dataclass
class _Reading:
    """The state of one pass over the file: the tree so far (roots of perfect subtrees, largest first) and what was checked."""

    witnesses: list[dict[str, Any]]
    public_key: str = ""
    municipality: str = ""
    line: int = 0
    leaves: int = 0
    anchored: int = 0
    roots: list[bytes] = field(default_factory=list)
    last: dict[str, Any] | None = None
    checkpoints: int = 0
    confirmed: int = 0

    def take(self, record: object) -> None:
        """Check one record after the ones before it. Raises _Wrong."""
        match record:
            case dict() if self.line == 1:
                self._take_header(record)
            case {"data": str(data), "hash": stated, "leaf": number, **rest} if not rest and type(number) is int:
                self._take_leaf(number, data, stated)
            case {"checkpoint": point, **rest} if not rest and is_checkpoint(point):
                self._take_checkpoint(point)
            case _:
                raise _Wrong("record_form", "記録の形が決められたものと違います。", self.leaves + 1)

    def finish(self) -> None:
        """Check what only the end of the file can tell. Raises _Wrong."""
        self._expect_no_witness()
        if not self.last:
            raise _Wrong("no_checkpoint", "検査点が一つもなく、何も証明できません。", 1)

    def _take_header(self, header: dict[str, Any]) -> None:
        key, municipality = header.get("public_key"), header.get("municipality", "")
        known = header.keys() <= {"format", "municipality", "public_key"} and header.get("format") == FORMAT
        if not (known and _is_hex(key, 32) and isinstance(municipality, str)):
            raise _Wrong("header", f"先頭行が {FORMAT} の見出しではありません。")
        self.public_key, self.municipality = str(key), municipality

    def _take_leaf(self, number: int, data: str, stated: object) -> None:
        due = self.leaves + 1
        if number != due:
            code, what = ("gap", "抜けて") if number > due else ("repeated", "重複し、または順序が入れ替わって")
            raise _Wrong(code, f"記録番号{due}が来るべき所に{number}があります。記録が{what}います。", due)
        reached = hashlib.sha256(b"\x00" + data.encode()).digest()
        if stated != reached.hex():
            raise _Wrong("leaf_changed", f"記録番号{due}の内容がハッシュ値と合いません。", due)
        if self.witnesses and self.witnesses[0]["size"] <= self.leaves:
            self._expect_no_witness()
        self._grow(reached)
        if any(point["root"] != self._root() for point in takewhile(lambda point: point["size"] == due, self.witnesses)):
            raise _Wrong("witness_differs", "別に保管した検査点と記録が合いません。後から書き換えられています。", self.confirmed + 1, due)

    def _take_checkpoint(self, checked: dict[str, Any]) -> None:
        if checked["size"] != self.leaves:
            first = min(checked["size"], self.leaves) + 1
            raise _Wrong("checkpoint_size", f"検査点は{checked['size']}件ですが、ここまでの記録は{self.leaves}件です。", first)
        if checked["root"] != self._root():
            first = min(self.anchored + 1, self.leaves)
            raise _Wrong("checkpoint_root", "検査点と記録が合いません。どちらかが書き換えられています。", first, self.leaves)
        key, signature = bytes.fromhex(self.public_key), bytes.fromhex(checked["signature"])
        if not verify_ed25519(key, message=checkpoint_message(self.municipality, checked), signature=signature):
            raise _Wrong("checkpoint_signature", "検査点の署名が、見出しの自治体と公開鍵では正しくありません。", self.leaves)
        if self.last and self.last["size"] == self.leaves and _instant(checked) <= _instant(self.last):
            raise _Wrong("checkpoint_repeated", "検査点が重複し、または順序が入れ替わっています。", self.leaves)
        if self.witnesses and self.witnesses[0] == checked:
            self.confirmed = self.witnesses.pop(0)["size"]
        self.last, self.anchored, self.checkpoints = checked, self.leaves, self.checkpoints + 1

    def _expect_no_witness(self) -> None:
        if self.witnesses:
            size = self.witnesses[0]["size"]
            if size > self.leaves:
                raise _Wrong("log_cut", f"末尾が切り取られ、別に保管した検査点の{size}件に足りません。", self.leaves + 1, size)
            raise _Wrong("checkpoint_missing", f"別に保管した{size}件目の検査点が、証跡にそのままの形で見当たりません。", size)

    def _grow(self, root: bytes) -> None:
        rest, self.leaves = self.leaves, self.leaves + 1
        while rest & 1:
            root, rest = _join(root, self.roots.pop()), rest >> 1
        self.roots.append(root)

    def _root(self) -> str:
        return reduce(_join, reversed(self.roots)).hex() if self.roots else hashlib.sha256(b"").hexdigest()


def _join(right: bytes, left: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def verify_export(path: Path, witness: Path | None = None) -> Verdict:
    """Check the log in ``path`` from its first line on and stop at the first wrong place.

    witness: file of checkpoints kept elsewhere, as they stand in a log, one a line; each must be in this log, key and signature too.
    Raises OSError for a file that cannot be read, ValueError for a witness file of another form.
    """
    reading = _Reading(read_witnesses(witness) if witness else [])
    try:
        with path.open("rb") as file:
            for reading.line, raw in enumerate(file, start=1):
                reading.take(_parse(raw, reading.leaves + 1))
        reading.finish()
    except _Wrong as wrong:
        return _conclude(reading, wrong)
    return _conclude(reading, None)


def _conclude(reading: _Reading, wrong: _Wrong | None) -> Verdict:
    anchored, figures = reading.anchored, (reading.leaves, reading.anchored, reading.checkpoints, reading.public_key)
    if wrong:
        until = wrong.until or wrong.leaf
        places = f"（記録番号{wrong.leaf}〜{until}のいずれか）" if until != wrong.leaf else ""
        return Verdict(False, wrong.code, f"{reading.line}行目: {wrong.sentence}{places}", reading.line, wrong.leaf, until, *figures)
    sentence = f"記録{anchored}件と検査点{reading.checkpoints}個に改変はありません。"
    if reading.leaves > anchored:
        sentence += f"最後の検査点より後の{reading.leaves - anchored}件（記録番号{anchored + 1}以降）はまだ証明されていません。"
    if not reading.confirmed:
        sentence += f"公開鍵{reading.public_key}は証跡自身によるものです。別に保管した控えと見比べてください。"
    return Verdict(True, "good", sentence, None, None, None, *figures)


def _parse(raw: bytes, leaf: int) -> object:
    if not raw.endswith(b"\n"):
        raise _Wrong("line_cut", "行が途中で切れています。", leaf)
    try:
        record: object = json.loads(raw.decode())
        again = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise _Wrong("line_form", "行が JSON として読めません。", leaf) from None
    if again + b"\n" != raw:
        raise _Wrong("line_form", "行が決められた書き方（正規形）ではありません。", leaf)
    return record


def read_witnesses(path: Path) -> list[dict[str, Any]]:
    """Checkpoints kept elsewhere, the smallest first. Raises ValueError for another form."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    whole = [isinstance(record, dict) and record.keys() == {"checkpoint"} and is_checkpoint(record["checkpoint"]) for record in records]
    if not records or not all(whole):
        raise ValueError(f"{path} must hold checkpoints, one a line")
    return sorted((record["checkpoint"] for record in records), key=lambda point: (point["size"], _instant(point)))


def is_checkpoint(point: object) -> bool:
    """Whether it has the form of a checkpoint."""
    if not isinstance(point, dict) or point.keys() != {"key", "root", "signature", "size", "time"}:
        return False
    hexes = _is_hex(point["key"], 8) and _is_hex(point["root"], 32) and _is_hex(point["signature"], 64)
    try:
        return hexes and type(point["size"]) is int and point["size"] >= 0 and _instant(point).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _instant(point: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(point["time"])


def _is_hex(value: object, size: int) -> bool:
    return isinstance(value, str) and re.fullmatch(f"[0-9a-f]{{{2 * size}}}", value) is not None


# Ed25519 as RFC 8032 section 5.1 defines it; points in extended coordinates (X, Y, Z, T). Only public values pass, so time may vary.
_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_Point = tuple[int, int, int, int]


def verify_ed25519(key: bytes, *, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` (64 bytes) over ``message`` is that of the public ``key`` (32 bytes)."""
    holder, nonce, scalar = _decompress(key), _decompress(signature[:32]), int.from_bytes(signature[32:], "little")
    if holder is None or nonce is None or scalar >= _L or len(signature) != 64:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % _L
    left, right = _multiply(scalar, _BASE), _add(nonce, _multiply(challenge, holder))
    return all((left[axis] * right[2] - right[axis] * left[2]) % _P == 0 for axis in (0, 1))


def _decompress(data: bytes) -> _Point | None:
    odd, y = divmod(int.from_bytes(data, "little"), 1 << 255)
    if y >= _P or len(data) != 32:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if (x * x - square) % _P or (x == 0 and odd):
        return None
    x = x if x & 1 == odd else _P - x
    return x, y, 1, x * y % _P


def _add(one: _Point, two: _Point) -> _Point:
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % _P, (one[1] + one[0]) * (two[1] + two[0]) % _P
    c, d = 2 * one[3] * two[3] * _D % _P, 2 * one[2] * two[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _multiply(scalar: int, point: _Point) -> _Point:
    total: _Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _add(total, point)
        point, scalar = _add(point, point), scalar >> 1
    return total


_BASE = cast("_Point", _decompress(bytes([0x58] + [0x66] * 31)))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; gives the exit code."""
    parser = argparse.ArgumentParser(description="Check an exported log of the hub (証跡の検証).")
    parser.add_argument("log", type=Path, metavar="LOG")
    parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="checkpoints kept elsewhere, one a line")
    parser.add_argument("--show", type=int, metavar="N", help="print leaf N too")
    parser.add_argument("--json", action="store_true", help="print the verdict as one JSON line")
    options = parser.parse_args(arguments)
    try:
        verdict = verify_export(options.log, options.checkpoint)
        lines = options.log.read_bytes().splitlines(keepends=True) if options.show is not None else []
    except (OSError, ValueError) as error:
        parser.error(str(error))
    shown = [line.decode(errors="replace") for line in lines if line.endswith(b',"leaf":%d}\n' % options.show)]
    if lines and not shown:
        parser.error(f"{options.log} holds no leaf {options.show}")
    sys.stdout.write(f"{''.join(shown)}{json.dumps(asdict(verdict), ensure_ascii=False) if options.json else verdict.sentence}\n")
    return 0 if verdict.good else 1


if __name__ == "__main__":
    sys.exit(main())
