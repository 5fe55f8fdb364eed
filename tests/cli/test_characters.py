"""``hub characters candidates``: what an official must see to approve a substitution."""

import pytest

from tests.cli.messages import Hub


@pytest.mark.parametrize("text", ["葛\U000e0102", "U+845B U+E0102", "u+845b u+e0102"])
def test_a_character_is_shown_with_its_candidates_and_the_formats_that_take_them(hub: Hub, text: str) -> None:
    done = hub("characters", "candidates", text)
    assert done.exit_code == 0
    head, carried, refused, candidate = done.stdout.splitlines()
    assert "U+845B U+E0102" in head
    assert "MJ022335" in head
    assert "standard-csv" in carried
    assert "legacy-fixed" in refused
    assert candidate.strip().startswith("候補 葛")
    assert "legacy-fixed" in candidate


def test_several_candidates_are_all_shown_and_none_is_chosen(hub: Hub) -> None:
    said = hub("characters", "candidates", "㐀").stdout
    assert "候補 丘" in said
    assert "候補 坵" in said


def test_a_character_that_every_format_takes_has_nothing_to_approve(hub: Hub) -> None:
    assert "出力できない様式: なし" in hub("characters", "candidates", "那").stdout


@pytest.mark.parametrize("text", ["U+D800", "U+110000", "U+", "U+845B-E0102"])
def test_a_wrong_code_point_is_refused_with_the_notation(hub: Hub, text: str) -> None:
    done = hub("characters", "candidates", text)
    assert done.exit_code == 2
    assert "U+845B U+E0102" in done.stderr
