"""The forms (様式) that the portal offers for this municipality, and procedures that the hub does not handle."""

from collections.abc import Mapping
from types import MappingProxyType

from sandbox.forms import Form
from sandbox.forms_gakukaitei import fill_gakukaitei
from sandbox.forms_genkyo import fill_genkyo
from sandbox.forms_henko import fill_henko
from sandbox.forms_hoiku import fill_hoiku
from sandbox.forms_hoiku_nintei import fill_hoiku_genkyo, fill_hoiku_nintei
from sandbox.forms_jifuyo import fill_jifuyo
from sandbox.forms_mishiharai import fill_mishiharai
from sandbox.forms_moshide import fill_kifu, fill_kifu_henko, fill_kyushokuhi, fill_kyushokuhi_henko
from sandbox.forms_ninshin import fill_ninshin
from sandbox.forms_nintei import fill_nintei
from sandbox.forms_shisetsu import fill_shisetsu
from sandbox.forms_shometsu import fill_shometsu

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        form.id: form
        for form in (
            Form("jidoteate-nintei", "児童手当 認定請求書", "PT27001", "F27001", "2024-10", signed=True, fill=fill_nintei),
            Form(
                "jidoteate-gakukaitei", "児童手当 額改定認定請求書・額改定届", "PT27002", "F27002", "2024-10", signed=True,
                fill=fill_gakukaitei,
            ),
            Form("jidoteate-henko", "児童手当 氏名・住所等変更届", "PT27003", "F27003", "2024-10", signed=True, fill=fill_henko),
            Form("jidoteate-shometsu", "児童手当 受給事由消滅届", "PT27004", "F27004", "2024-10", signed=True, fill=fill_shometsu),
            Form("jidoteate-mishiharai", "児童手当 未支払請求書", "PT27005", "F27005", "2024-10", signed=True, fill=fill_mishiharai),
            Form("jidoteate-kifu", "児童手当 寄附申出書", "PT27006", "F27006", "2024-10", signed=True, fill=fill_kifu),
            Form("jidoteate-kifu-henko", "児童手当 寄附変更等申出書", "PT27007", "F27007", "2024-10", signed=True, fill=fill_kifu_henko),
            Form("jidoteate-kyushokuhi", "学校給食費等の徴収等申出書", "PT27008", "F27008", "2024-10", signed=True, fill=fill_kyushokuhi),
            Form(
                "jidoteate-kyushokuhi-henko", "学校給食費等の徴収等変更等申出書", "PT27009", "F27009", "2024-10", signed=True,
                fill=fill_kyushokuhi_henko,
            ),
            Form("jidoteate-genkyo", "児童手当 現況届", "PT27010", "F27010", "2024-10", signed=True, fill=fill_genkyo),
            Form("jifuyo-genkyo", "児童扶養手当現況届", "PT20001", "F20001", "2026-08", signed=True, fill=fill_jifuyo),
            Form("hoiku-nintei", "教育・保育給付認定申請書", "PT28001", "F28001", "2026-04", signed=False, fill=fill_hoiku_nintei),
            Form("hoiku-genkyo", "教育・保育給付認定 現況届", "PT28003", "F28003", "2026-04", signed=False, fill=fill_hoiku_genkyo),
            Form("shisetsu-nintei", "施設等利用給付認定申請書", "PT28004", "F28004", "2026-04", signed=False, fill=fill_shisetsu),
            Form("hoiku-riyo", "保育施設等利用申込書", "PT28002", "F28002", "2026-04", signed=False, fill=fill_hoiku),
            Form("ninshin-todokede", "妊娠届出書", "PT19001", "F19001", "2026-04", signed=True, fill=fill_ninshin),
        )
    }
)
"""Procedure → its form."""

OUT_OF_SCOPE = ("PT99001", "PT01003")
"""手続ID of procedures that other systems of the municipality handle: 粗大ごみ, 転出届."""
