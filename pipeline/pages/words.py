"""What pages say to people (画面の言葉): dates, times, figures, stages, and the sentences of reasons and alarms."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from vocabulary.clock import JST
from vocabulary.dates import to_wareki
from vocabulary.reasons import reasons

WEEKDAYS: Final = "月火水木金土日"
STAGES: Final = {
    "pull": "取得",
    "open": "開封",
    "verify": "署名検証",
    "identify": "本人特定",
    "map": "変換",
    "check": "検査",
    "release": "出力",
    "deliver": "配信",
}
"""The steps between 収受 and 配信 as clerks know them, in their order."""

CHECKS: Final = {
    "CHECK_REQUIRED": "必須",
    "CHECK_TYPE": "文字種・形",
    "CHECK_LENGTH": "桁数",
    "CHECK_CODE": "コード表",
    "CHECK_DATE": "日付",
}
DECISIONS: Final = {"first": "決定", "change": "変更", "revoke": "取消"}
SEVERITIES: Final = {"error": "エラー（保留）", "alert": "アラート（要確認）", "info": "参考"}
STATUSES: Final = {"shadow": "試行（記録のみ）", "warn": "注意表示のみ", "hold": "適用中"}


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence and what to do about it."""

    sentence: str
    remedy: str


ALARMS: Final = {
    "ELSEWHERE_REFUSED": Saying(
        "窓口受付簿または業務システムの案件の抽出が取り決めた形ではないため、取り込んでいません。",
        "対象の欄のファイルと理由を作った側に知らせ、出し直してもらってください。重複の突合には前回の内容を使っています。",
    ),
    "RULE_BROKEN": Saying(
        "検査が途中で止まりました。対象の申請は待っており、何も出力していません。",
        "情報政策課が実行の記録で原因を確かめてください。待っている申請は、次の実行で自動で検査し直します。",
    ),
    "PROTECTED_FLAG_MISSING": Saying(
        "支援措置の方に、中間サーバーの不開示または自動応答不可のフラグが設定できていない方がいます。",
        "支援措置の担当者が「支援措置フラグ」の一覧で対象の方を確かめ、接続端末から今すぐ設定してください。"
        "設定を確認できるまで、その方の副本は登録しません。",
    ),
    "PROTECTED_FLAG_SET": Saying(
        "支援措置の方に、中間サーバーのフラグが外れている方がいました。夜間に設定しました。",
        "支援措置の担当者が、いつから外れていたか、その間に照会や閲覧がなかったかを情報提供等記録で確かめてください。",
    ),
    "PROTECTION_ENDED": Saying(
        "支援措置が終わり、中間サーバーのフラグが残っている方がいます。",
        "フラグは自動では外しません。支援措置の担当者が「支援措置フラグ」の一覧を見て、外すかどうかを決めてください。",
    ),
    "COPY_LAYOUT_DIFFERS": Saying(
        "副本のレイアウト版が、中間サーバーで有効な版と違います。",
        "情報政策課へ連絡してください。版が合うまで、その種類の副本は送りません。",
    ),
    "COPY_DRIFT": Saying(
        "変わる件数が差分の上限を超えたため、副本の更新を止めました。",
        "担当課と抽出の内容を確かめ、正しければ情報政策課が承認してください。次の実行で送ります。",
    ),
    "COPY_RECORDS_FAILED": Saying(
        "中間サーバーが受け付けない副本があります。", "担当課が理由を見て台帳を直してください。直した値は次の夜に自動で送ります。"
    ),
    "COPY_RESULT_HELD": Saying(
        "副本の結果が要求と合わないため、取り込んでいません。",
        "次の実行でもう一度取得します。続くときは中間サーバーの運用者に確認してください。",
    ),
    "COPY_REQUEST_REFUSED": Saying(
        "中間サーバーが副本の要求ファイルを受け付けません。", "情報政策課へ連絡してください。直すまで、その種類の副本は送りません。"
    ),
    "COPIES_DIFFER": Saying(
        "全件突合で、原因の分からない差分が見つかりました。", "担当課が差分を確かめ、台帳か副本を直すか、理由を登録してください。"
    ),
    "EXCHANGE_FILE_REFUSED": Saying(
        "情報提供等記録のファイルが決められた形ではないため、取り込んでいません。",
        "中間サーバーの運用者に確認してください。その日の記録は次の夜にもう一度取得します。",
    ),
    "EXCHANGE_NOT_READ": Saying("情報提供等記録を受け取れませんでした。", "次の実行でもう一度取得します。"),
    "EXCHANGE_CONFLICT": Saying(
        "同じ処理通番の情報提供等記録が、違う内容で届きました。",
        "先に届いた記録を残し、後のものは別に保管しています。中間サーバーの運用者に確認してください。",
    ),
    "EXCHANGE_READ_REFUSED": Saying(
        "情報提供等記録を見る権限のない職員が、記録を開こうとしました。", "本人に理由を確かめてください。記録は表示していません。"
    ),
    "OWN_FILE_REFUSED": Saying(
        "自団体側の記録のファイルが決められた形ではないため、取り込んでいません。",
        "記録を出したシステムの担当に、出し直しを依頼してください。",
    ),
    "OWN_SOURCE_UNREACHABLE": Saying(
        "自団体側の記録の置き場所を読めません。", "置き場所と回線を確かめてください。次の実行でもう一度読みます。"
    ),
    "SETTLEMENT_REFUSED": Saying(
        "調定、収納データ、入金データのどれかのファイルを受け付けませんでした。",
        "会計課がファイルを出した側に知らせ、別の名前で出し直してもらってください。そのファイルからは一行も取り込んでいません。",
    ),
    "SETTLEMENT_RENEWED": Saying(
        "取り込んだ収納・入金のファイルと同じ名前で、内容の違うファイルが届きました。",
        "会計課がどちらが正しいかを出した側に確かめてください。先のものを使っています。",
    ),
    "CAMPAIGN_CHANGED": Saying(
        "一斉のお知らせの文面または対象の条件が、承認の後で変わりました。残りの人には送っていません。",
        "担当課が、承認した内容に戻すか、hub campaign stop で停止して計画し直してください。",
    ),
    "STOP_SHEET_REFUSED": Saying(
        "送付停止の一覧表を受け付けませんでした。誰も停止されていません。",
        "示した行を直して保存し直すよう、担当課へすぐに伝えてください。",
    ),
    "EXPECTED_REFUSED": Saying(
        "現況届の提出対象者の抽出を受け付けませんでした。",
        "業務システムの担当に抽出のやり直しを依頼してください。前回の対象者がそのまま使われています。",
    ),
    "DESTINATION_UNREACHABLE": Saying(
        "配信先に接続できません。", "配信先のシステムと回線を確かめてください。つながり次第、自動で配信します。"
    ),
    "DESTINATION_STOPPED": Saying(
        "配信先の設定または相手の鍵が合わず、配信を止めました。",
        "ホスト鍵と接続ファイルを配信先の担当者に確かめ、直してから再実行してください。",
    ),
    "LETTER_STOPPED": Saying(
        "郵送できないお知らせがあります。",
        "hub letters list で理由を確かめ、担当課から伝えてください。伝えたら hub alarms end で終えます。",
    ),
    "ANSWER_UNREADABLE": Saying(
        "受け取る側が置いたファイルを読めません。", "次の実行でもう一度読みます。続くときは受け取る側に出し直しを依頼してください。"
    ),
    "FETCH_REFUSED": Saying(
        "ポータルから取得できない申請があります。",
        "情報政策課へ連絡してください。ほかの申請には影響ありません。次の実行でもう一度取得します。",
    ),
    "STATUS_REFUSED": Saying(
        "ポータルが申請処理状況を受け付けません。",
        "情報政策課へ連絡してください。申請者の画面の状況は前のままです。原因がなくなったら hub notices retry で送り直せます。",
    ),
    "STATUS_CODE_UNKNOWN": Saying(
        "ポータルが、取り決めにないコードで申請処理状況を断りました。",
        "情報政策課へ連絡してください。この処理状況は自動では送りません。hub notices retry か give-up で決めます。",
    ),
    "STATUS_GIVEN_UP": Saying(
        "申請処理状況を約24時間送り続けましたが、届きませんでした。",
        "ポータルの運用者に確かめ、hub notices retry で送り直してください。申請者の画面の状況は前のままです。",
    ),
    "NOTICE_CODE_UNKNOWN": Saying(
        "中間サーバーが、取り決めにないコードでお知らせを断りました。",
        "情報政策課へ連絡してください。このお知らせは自動では送りません。hub notices retry か give-up で決めます。",
    ),
    "NOTICE_TEXT_REFUSED": Saying(
        "お知らせの文面が長すぎるか、書けない文字や番号を含むため、送っていません。",
        "担当課が本人に伝え、文面の定義か、差し込んだ理由などの文を直してください。",
    ),
    "NOTICE_GIVEN_UP": Saying(
        "お知らせを約24時間送り続けましたが、届きませんでした。",
        "中間サーバーの運用者に確かめて hub notices retry で送り直すか、郵送など別の方法で知らせてください。",
    ),
    "NOTICE_REFUSED": Saying(
        "お知らせが受け付けられず、本人に届いていません。",
        "hub notices list でコードを確かめ、郵送など別の方法で知らせてください。知らせたら hub notices give-up で終えます。",
    ),
    "NOTICE_FILE_REFUSED": Saying(
        "中間サーバーがお知らせのファイルを受け付けません。", "中のお知らせは一件ずつ送り直します。続くときは情報政策課へ連絡してください。"
    ),
    "NOTICE_RESULT_FOREIGN": Saying(
        "お知らせのファイルの登録結果に、そのファイルにないお知らせがあります。",
        "その行は取り込んでいません。中間サーバーの運用者に確かめてください。",
    ),
    "NOTICE_RESULT_LATE": Saying(
        "お知らせのファイルの登録結果が24時間たっても出ません。",
        "一件ずつ送信状況を確かめています。中間サーバーの運用者に確かめてください。",
    ),
    "CHANNEL_DOWN": Saying(
        "ポータルまたは中間サーバーが応答しません。", "送るものはそのまま残っています。応答があれば、新しいものから順に自動で送ります。"
    ),
    "CASE_NOT_LAID_OUT": Saying(
        "審査票または案件フォルダを作れません。", "情報政策課へ連絡してください。ほかの案件には影響ありません。次の実行でもう一度作ります。"
    ),
    "CLOSE_MISSING": Saying(
        "日締めをしていない日があります。",
        "その日の日締めをして（hub close --date）、担当課の確認と承認を受けてください。締めると警報は解けます。",
    ),
    "MORNING_MISSING": Saying(
        "朝の点検表が決められた時刻までにできていません。",
        "情報政策課へ連絡してください。hub run morning で作れます。次の点検表ができると警報は解けます。",
    ),
    "REGISTER_STALE": Saying(
        "住民情報または番号紐付情報が期限より古くなっています。",
        "住民記録の担当に新しいファイルを依頼してください。取り込むと警報は解けます。",
    ),
    "RECEIPT_UNKNOWN": Saying(
        "配信していないファイルの受領書が届いています。", "受け取る側に、どのファイルへの受領書かを確かめてください。取り込んではいません。"
    ),
    "RESULT_FILE_CHANGED": Saying(
        "取り込んだ結果ファイルと同じ名前で、内容の違うファイルがあります。",
        "業務システムの担当に、変えた理由を確かめ、直した結果は別の名前で出すよう依頼してください。取り込んではいません。",
    ),
    "RESULT_ROWS_REFUSED": Saying(
        "結果ファイルに取り込めない行があります。", "処理待ち一覧の「取り込めない結果」を、担当課で確かめてください。"
    ),
}
"""Alarms whose kind is no reason code."""
ACTS: Final = {
    "hold": "保留",
    "release": "保留解除",
    "confirm": "確認",
    "return": "返戻",
    "merge": "重複の判断",
    "receive": "受領登録",
    "exempt": "提出免除",
    "assign": "宛名の指定",
    "outside": "住登外の人の処理",
    "withdraw": "取下げの確認",
    "correct": "補正の依頼",
    "extend": "補正期限の延長",
    "answered": "補正の受領（窓口・郵送）",
    "decide": "決定の入力",
    "decision_change": "決定の変更",
    "decision_revoke": "決定の取消",
    "decision_settled": "取り込めない結果の処理",
    "paper": "紙の提出の登録",
    "remind": "提出の督促",
    "notice_retried": "お知らせの再送",
    "notice_given_up": "お知らせの送信取りやめ",
    "letters_posted": "郵送の登録",
    "letter_returned": "返送された郵便の登録",
    "certificate_issue": "証明書の発行",
    "certificate_reissue": "証明書の取消と再発行",
    "consent_add": "民間送達の同意の登録",
    "consent_end": "民間送達の同意の終了",
    "campaign_plan": "一斉のお知らせの計画",
    "campaign_approve": "一斉のお知らせの承認",
    "campaign_stop": "一斉のお知らせの停止",
    "campaign_resume": "一斉のお知らせの再開",
    "stop_list_add": "送付停止の登録",
    "stop_list_end": "送付停止の終了",
    "stop_list_sheet": "送付停止の一覧表の登録",
    "slots_open": "面談枠の登録",
    "seat_give": "面談の席の割当て",
    "seat_take_back": "面談の席の取消",
    "answer_settled": "回答の処理",
    "payment_settled": "収納の差異の処理",
    "alarm_ended": "警報の解消",
    "audit_sample": "監査抽出",
    "audit_finding": "指摘",
    "audit_measure": "措置",
    "evidence": "証拠一式の作成",
    "evidence_values": "証拠一式（値あり）の作成",
    "evidence_open": "証拠一式の開封",
}
"""Acts of people as clerks and auditors call them."""
CHANNELS: Final = {
    "statuses": "申請処理状況（ポータル）",
    "notices": "お知らせ（中間サーバー）",
    "letterbox": "お知らせ（民間送達）",
    "paper": "お知らせ（郵送）",
}
FIRST_ALARM: Final = "PROTECTED_FLAG_MISSING"
"""The alarm that stands before all others: a person's safety depends on it."""


def explain(code: str) -> Saying:
    """The sentence and remedy of a reason code or alarm kind; of an unknown one the code itself, so that it is shown all the same."""
    if code in reasons():
        return Saying(reasons()[code].sentence, reasons()[code].remedy)
    return ALARMS.get(code, Saying(code, "情報政策課へ連絡してください。"))


def day_text(day: date) -> str:
    """令和8年11月24日（火）."""
    return f"{to_wareki(day)}（{WEEKDAYS[day.weekday()]}）"


def time_text(instant: datetime) -> str:
    """令和8年11月24日 9:05, in Japan."""
    local = instant.astimezone(JST)
    return f"{to_wareki(local.date())} {local.hour}:{local.minute:02d}"


def figure(number: int) -> str:
    """With thousands separated."""
    return f"{number:,}"
