"""One valid row for each table of campaigns, the stop list and slots."""

from typing import Any

from pipeline.journal import campaign_tables
from tests.journal.clerk_rows import DAY, MOMENT

CAMPAIGN: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "kind": "nyuyoji-kenshin",
    "section": "boshi",
    "day": DAY,
    "rule_digest": "a" * 64,
    "data_as_of": MOMENT,
    "state": "planned",
    "planned": 1,
    "approved": None,
    "decision_number": None,
    "first_wave": 5,
    "pause_hours": 24,
    "first_wave_at": None,
    "stopped": None,
    "ended_at": None,
}
PERSON: dict[str, Any] = {
    "campaign": 1,
    "place": 1,
    "person": "000000000000017",
    "addressee": "000000000000025",
    "subject_key": "campaign/once/" + "f" * 40,
    "facts": b"sealed",
    "state": "chosen",
    "code": None,
    "notice": None,
}
STOP: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "person": "f" * 64,
    "entry": "e" * 64,
    "sealed": b"sealed",
    "day": DAY,
    "act": 1,
    "ended_on": None,
    "end_act": None,
}
SLOT: dict[str, Any] = {"id": 1, "municipality": "472018", "kind": "ninshin-mendan", "day": DAY, "time": "10:00", "place": "A", "act": 1}
ANSWER: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "answer_id": "A1",
    "sequence": 1,
    "notice": None,
    "holder": None,
    "choice": "1",
    "answered_at": MOMENT,
    "state": "unknown",
    "told": None,
    "settled": None,
    "at": MOMENT,
}
SEAT: dict[str, Any] = {"slot": 1, "seat": 1, "holder": None, "answer": None}

VALID = [
    (campaign_tables.campaigns, CAMPAIGN),
    (campaign_tables.campaign_people, PERSON),
    (campaign_tables.stop_list, STOP),
    (campaign_tables.slots, SLOT),
    (campaign_tables.notice_answers, ANSWER),
    (campaign_tables.slot_seats, SEAT),
]

FORBIDDEN: dict[str, dict[str, Any]] = {
    "ck_campaigns_state": {"state": "perhaps"},
    "ck_campaigns_approved_has_number": {"approved": 1},
    "ck_campaigns_runs_when_approved": {"state": "approved"},
    "ck_campaigns_stopped_by_act": {"state": "stopped"},
    "ck_campaigns_ended_has_time": {"ended_at": MOMENT},
    "ck_campaigns_wave_is_possible": {"first_wave": 0},
    "ck_campaign_people_state": {"state": "perhaps"},
    "ck_campaign_people_left_out_has_code": {"state": "left_out"},
    "ck_campaign_people_owed_has_notice": {"state": "owed"},
    "ck_stop_list_ended_by_act": {"ended_on": DAY},
    "ck_notice_answers_state": {"state": "perhaps", "notice": 1, "holder": "f" * 64},
    "ck_notice_answers_unknown_has_no_notice": {"state": "booked"},
    "ck_notice_answers_holder_of_notice": {"holder": "f" * 64},
    "ck_slot_seats_seat_is_counted": {"seat": 0},
    "ck_slot_seats_held_by_answer": {"holder": "f" * 64},
}
