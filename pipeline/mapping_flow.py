"""The drawn way of a procedure (流れの図): the stations from the portal to the notice, with what this procedure asks at each."""

from collections.abc import Sequence

from mappings.procedure import Procedure
from pipeline.pages.mapping_page import Stop
from pipeline.pages.mapping_words import SIGNATURES

_LINE = 13


def flow_of(procedure: Procedure, *, formats: Sequence[str]) -> tuple[Stop, ...]:
    """The stations in their order. formats: titles of the formats that carry its records."""
    roles = [f"{role.title}{'（複数）' if role.repeated else ''}" for role in procedure.roles]
    groups = sorted({record.group for mapping in procedure.mappings for record in mapping.records})
    holds = sum(rule.status == "hold" for rule in procedure.rules)
    stops = (
        ("様式", ["・".join(dict.fromkeys(version.form for version in procedure.versions)), procedure.form_id]),
        ("署名", [SIGNATURES[procedure.signature.policy].split("（")[0], procedure.role(procedure.signature.signer).title]),
        ("本人特定", roles),
        ("対応付け", [f"{len(groups)}種類のレコード"]),
        ("検査", [f"規則 {len(procedure.rules)}件", f"うち適用中 {holds}件"]),
        ("出力", [f"{len(formats)}様式"]),
        ("結果", [outcome.title for outcome in procedure.outcomes]),
    )
    return tuple(Stop(title, _shortened(lines)) for title, lines in stops)


def _shortened(lines: Sequence[str]) -> tuple[str, ...]:
    """At most three lines that fit below a station; what is left out is in the tables."""
    shown = [line if len(line) <= _LINE else f"{line[: _LINE - 1]}…" for line in lines]
    return tuple(shown) if len(shown) <= 3 else (*shown[:2], f"ほか{len(shown) - 2}")
