"""The four forms (様式) that the portal offers for this municipality, and procedures that the hub does not handle."""

from collections.abc import Mapping
from types import MappingProxyType

from sandbox.forms import Form
from sandbox.forms_hoiku import fill_hoiku
from sandbox.forms_mishiharai import fill_mishiharai
from sandbox.forms_ninshin import fill_ninshin
from sandbox.forms_nintei import fill_nintei

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        form.id: form
        for form in (
            Form("jidoteate-nintei", "児童手当 認定請求書", "PT27001", "F27001", "2024-10", signed=True, fill=fill_nintei),
            Form("jidoteate-mishiharai", "児童手当 未支払請求書", "PT27005", "F27005", "2024-10", signed=True, fill=fill_mishiharai),
            Form("hoiku-riyo", "保育施設等利用申込書", "PT28002", "F28002", "2026-04", signed=False, fill=fill_hoiku),
            Form("ninshin-todokede", "妊娠届出書", "PT19001", "F19001", "2026-04", signed=True, fill=fill_ninshin),
        )
    }
)
"""Procedure → its form."""

OUT_OF_SCOPE = ("PT99001", "PT01003")
"""手続ID of procedures that other systems of the municipality handle: 粗大ごみ, 転出届."""
