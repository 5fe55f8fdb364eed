"""Valid rows of the digital letter-boxes."""

from typing import Any

CONSENT: dict[str, Any] = {
    "id": 1,
    "municipality": "472018",
    "service": "letterbox",
    "consent": "C0a1b2c3d4e5f",
    "atena": "000000000000019",
    "kinds": "all",
    "given_at": "2026-11-20T10:00:00+09:00",
    "withdrawn_at": None,
    "source": "service",
    "act": None,
}
OPENING: dict[str, Any] = {"notice": 1, "opened_at": "2026-11-24T12:00:00+09:00", "known_at": "2026-11-24T13:00:00+09:00"}
FEED: dict[str, Any] = {"municipality": "472018", "feed": "consents", "last": 3}
FORBIDDEN: dict[str, dict[str, Any]] = {
    "ck_consents_source": {"source": "rumour"},
    "ck_consents_clerk_has_act": {"source": "clerk"},
    "ck_letterbox_feeds_feed": {"feed": "gossip"},
    "ck_letterbox_feeds_last_is_counted": {"last": 0},
}
