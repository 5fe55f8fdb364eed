"""Words for specs (定義の言葉): what a transform does, how a person is found, what a rule's severity means, as an official reads it."""

from types import MappingProxyType
from typing import Final

TRANSFORMS: Final = MappingProxyType(
    {
        "trim": "前後の空白を除く",
        "one_line": "改行を全角空白にする",
        "full_width": "半角を全角にする",
        "holder_kana": "口座名義の半角カナにする",
        "date": "和暦・西暦の日付をYYYY-MM-DDにする",
        "birth": "生年月日をYYYY-MM-DDにする（不詳の部分は00）",
        "date_unknown_text": "不詳のとき、書かれたとおりの表記を残す",
        "postal": "郵便番号7けたにする（記号とハイフンを除く）",
        "phone": "電話番号の数字だけにする",
        "month": "年月YYYY-MMにする",
        "number": "先頭の0を除いた整数にする",
        "flag": "1 有→1、2 無→0にする",
        "code": "コード表にある値だけを通す",
        "zero_fill": "左に0を補う",
    }
)
IDENTIFIED: Final = MappingProxyType(
    {"serial": "電子証明書のシリアル番号", "number": "個人番号", "household": "世帯内の氏名カナと生年月日"}
)
SIGNATURES: Final = MappingProxyType(
    {"required": "電子署名が必要", "portal-verified": "ポータルの検証結果を使う", "none": "電子署名は求めない（あれば検証する）"}
)
STATUS_NAMES: Final = MappingProxyType(
    {
        "RECEIVED": "受領済",
        "EXAMINING": "審査中",
        "CORRECTION": "補正依頼中",
        "WITHDRAWN": "取下げ",
        "REJECTED": "却下",
        "COMPLETED": "完了",
    }
)
HEADERS: Final = MappingProxyType(
    {
        "uketsukebango": "ポータルの受付番号",
        "shujubango": "収受番号",
        "shujunengappi": "収受日",
        "shinseinengappi": "請求日（法令の定める日）",
        "todatsunengappi": "ポータル到達日",
        "shikuchosonkodo": "市区町村コード",
        "tetsuzukiid": "手続ID",
        "choseikai": "利用調整の回（自治体の設定から）",
        "sakino_uketsukebango": "先に渡した同じ児童の申込の受付番号",
    }
)
BASES: Final = MappingProxyType({"GK": "一般知識", "NV": "未確認"})
LEGAL_DAYS: Final = MappingProxyType(
    {"portal-arrival": "ポータルに到達した日", "department-arrival": "担当課に届いた日", "submitted": "申請者が送信した日"}
)
STARTS: Final = MappingProxyType(
    {
        "month-after-filing": "申請した月の翌月分から",
        "month-after-event": "事由の日の翌月分から（申請の日によらない）",
        "wished-day": "希望した日から",
        "none": "",
    }
)
ADDITIONAL: Final = MappingProxyType({"alert": "要確認として申請とともに進む", "hold": "保留する"})


def transform_words(step: str) -> str:
    """What a step does; its argument in brackets."""
    name, _, argument = step.partition(":")
    words = TRANSFORMS.get(name, name)
    return f"{words}（{argument}）" if argument else words
