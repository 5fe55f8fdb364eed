from types import SimpleNamespace
from typing import cast

import pytest

from mappings.catalogue import load_catalogue
from pipeline.finding_places import place_in_japanese
from pipeline.hub import Hub


@pytest.fixture(scope="module")
def hub() -> Hub:
    """As much of a hub as names things."""
    municipality = SimpleNamespace(destinations={"hoiku": SimpleNamespace(name="子ども・子育て支援システム")})
    named = SimpleNamespace(catalogue=load_catalogue(), municipality=municipality)
    named.destination = lambda name: municipality.destinations[name]
    return cast(Hub, named)


@pytest.mark.parametrize(
    ("place", "title"),
    [
        ("claimant1", "請求者"),
        ("claimant", "請求者"),
        ("child2", "児童2"),
        ("jidoteate-host: ninteiseikyu_jido[2].shimei", "児童2の氏名"),
        ("shinseinengappi", "申請年月日"),
        ("passbook", "請求者名義の通帳などの写し"),
        ("content", "申請内容"),
        ("manifest.xml: 様式版", "目録の様式版"),
        ("attachments/03.pdf", "添付ファイル03"),
        ("member 6", "申請データの6番目のファイル"),
        ("児童/生年月日 line 14", "児童/生年月日（14行目）"),
        ("receipt 20261122-00000167", "受付番号 20261122-00000167"),
        ("CN=Signature CA 02,O=JPKI,C=JP", "失効情報"),
        ("hoiku", "子ども・子育て支援システム"),
        ("verify", "署名検証"),
        ("something else", "something else"),
    ],
)
def test_a_place_reads_as_a_clerk_knows_it(hub: Hub, place: str, title: str) -> None:
    assert place_in_japanese(hub, hub.catalogue.procedures["jidoteate-nintei"], place) == title


@pytest.mark.parametrize(
    ("place", "title"),
    [
        ("attachments/01.xlsx: shuroshomeisho.gyoshu", "添付ファイル01の就労証明書の業種"),
        ("attachments/01.xlsx: shuroshomeisho_jisseki.shuronengetsu", "添付ファイル01の就労証明書の就労年月"),
        ("attachments/02.xlsx: B12", "添付ファイル02のB12"),
    ],
)
def test_a_place_in_an_attached_document_names_the_file_and_the_item_or_cell(hub: Hub, place: str, title: str) -> None:
    assert place_in_japanese(hub, hub.catalogue.procedures["hoiku-riyo"], place) == title
