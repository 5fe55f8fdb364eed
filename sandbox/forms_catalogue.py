"""The forms (様式) that the portal offers for this municipality, and procedures that the hub does not handle."""

from collections.abc import Mapping
from types import MappingProxyType

from sandbox.forms import Form
from sandbox.forms_hoiku import fill_hoiku
from sandbox.forms_jifuyo import fill_jifuyo
from sandbox.forms_mishiharai import fill_mishiharai
from sandbox.forms_moshide import fill_kifu, fill_kifu_henko, fill_kyushokuhi, fill_kyushokuhi_henko
from sandbox.forms_ninshin import fill_ninshin
from sandbox.forms_nintei import fill_nintei

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        form.id: form
        for form in (
            Form("jidoteate-nintei", "児童手当 認定請求書", "PT27001", "F27001", "2024-10", signed=True, fill=fill_nintei),
            Form("jidoteate-mishiharai", "児童手当 未支払請求書", "PT27005", "F27005", "2024-10", signed=True, fill=fill_mishiharai),
            Form("jidoteate-kifu", "児童手当 寄附申出書", "PT27006", "F27006", "2024-10", signed=True, fill=fill_kifu),
            Form("jidoteate-kifu-henko", "児童手当 寄附変更等申出書", "PT27007", "F27007", "2024-10", signed=True, fill=fill_kifu_henko),
            Form("jidoteate-kyushokuhi", "学校給食費等の徴収等申出書", "PT27008", "F27008", "2024-10", signed=True, fill=fill_kyushokuhi),
            Form(
                "jidoteate-kyushokuhi-henko", "学校給食費等の徴収等変更等申出書", "PT27009", "F27009", "2024-10", signed=True,
                fill=fill_kyushokuhi_henko,
            ),
            Form("jifuyo-genkyo", "児童扶養手当現況届", "PT20001", "F20001", "2026-08", signed=True, fill=fill_jifuyo),
            Form("hoiku-riyo", "保育施設等利用申込書", "PT28002", "F28002", "2026-04", signed=False, fill=fill_hoiku),
            Form("ninshin-todokede", "妊娠届出書", "PT19001", "F19001", "2026-04", signed=True, fill=fill_ninshin),
        )
    }
)
"""Procedure → its form."""

OUT_OF_SCOPE = ("PT99001", "PT01003")
"""手続ID of procedures that other systems of the municipality handle: 粗大ごみ, 転出届."""
