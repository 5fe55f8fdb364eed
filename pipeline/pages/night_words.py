"""What the pages of the night say to auditors (夜間の報告の言葉): sorts and causes of differences, kinds of anomalies, ages, sources."""

from typing import Final

from pipeline.pages.words import Saying

AGES: Final = {"today": "当日", "week": "7日以内", "month": "31日以内", "longer": "それより前"}
SORTS: Final = {
    "missing_here": "正本に無い",
    "missing_there": "中間サーバーに無い",
    "value": "値が違う",
    "older": "古い",
}
CAUSES: Final = {
    "": "原因不明",
    "failed": "登録に失敗",
    "waiting": "再送待ち",
    "sent": "結果待ち",
    "withheld": "フラグ待ち（支援措置）",
    "switch": "新しい版へ移行中",
    "drift": "差分の上限で停止中",
}
SOURCES: Final = {
    "gateway": "団体内統合宛名機能（提供の記録）",
    "business-log": "業務システムの照会ログ",
    "terminal-book": "接続端末の照会簿",
}
ANOMALIES: Final = {
    "only_there": Saying("提供した記録が、自団体側の記録にありません。", "団体内統合宛名機能の記録を確かめてください。"),
    "only_here": Saying("自団体側の記録が、情報提供等記録にありません。", "照会が届いたかを、業務システムで確かめてください。"),
    "facts_differ": Saying("両方にある記録の内容が違います。", "どちらが正しいかを、元の申請や照会の決裁で確かめてください。"),
    "late": Saying("取得を終えた日の記録が、後から現れました。", "中間サーバーの障害の知らせと照らし合わせてください。"),
    "unrequested": Saying("自団体の名で、照会した覚えのない記録があります。", "接続端末と業務システムの利用者を、すぐに確かめてください。"),
    "foreign_duty": Saying("自団体が扱わない事務での照会です。", "事務の権限と、照会した職員を確かめてください。"),
    "odd_hour": Saying("ふだん照会しない時間の照会です。", "勤務の記録と照らし合わせてください。"),
    "volume": Saying("一つの事務の一日の照会が、目安を超えています。", "一括処理の予定があったかを確かめてください。"),
}
PURPOSE: Final = (
    "情報提供等記録は、番号法第23条により保存し、その目的以外には使えません。"
    "このページの件数は、照会と提供が適正だったかを確かめるためだけのもので、ほかの統計や名寄せには使いません。"
    "保存期間は7年です（番号法施行令第30条）。"
)
