"""The search for cycles rests while a batch is worked on (循環参照の探索の停止), and nothing else about it changes."""

import gc

import pytest

from mappings.collector import collector_paused


def test_the_search_rests_inside_and_goes_on_afterwards_even_after_an_error() -> None:
    with collector_paused():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="spoiled"), collector_paused():
        raise ValueError("spoiled")
    assert gc.isenabled()


def test_whoever_switched_it_off_or_froze_objects_finds_it_so_again() -> None:
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        with collector_paused():
            pass
        assert 0 < gc.get_freeze_count() <= frozen
    finally:
        gc.unfreeze()


def test_a_cycle_made_meanwhile_is_found_later() -> None:
    class Link:
        other: "Link"

    with collector_paused():
        one, two = Link(), Link()
        one.other, two.other = two, one
        del one, two
    gc.collect()
    assert not [found for found in gc.get_objects() if type(found).__name__ == "Link"]
