"""What the accounting officer reads about payments (公金決済の言葉): one sentence and one thing to do for each word of the matching."""

from typing import Final

TITLES: Final = {
    "matched": "調定と一致",
    "superseded": "速報（確報に置き換え済み）",
    "provisional": "速報（確報を待っています）",
    "repeated": "同じ行の重複（一度だけ数えます）",
    "undone": "取り消された収納",
    "cancellation": "取消",
    "unknown_number": "番号の分からない収納",
    "underpaid": "納付額の不足",
    "overpaid": "納付額の超過",
    "paid_twice": "同じ方法での二重納付",
    "paid_by_two_ways": "別の方法との二重納付",
    "withdrawn_claim": "取り下げた調定への納付",
    "given_back": "還付・充当した収納",
    "orphan_cancellation": "元の収納のない取消",
    "cancelled_when_given_back": "還付・充当した後の取消",
    "conflict": "同じ取引番号で内容の違う行",
    "deposit_conflict": "同じ入金番号で内容の違う行",
    "changed_claim": "案内を送った後の調定の変更",
    "not_sent": "送らなかった納付のご案内",
}
REMEDIES: Final = {
    "unknown_number": "収納機関番号と番号を出した課を確かめ、調定の抽出に加えてもらってください。",
    "underpaid": "担当課に確かめ、このまま消し込むか、還付するかを決めてください。",
    "overpaid": "超えた額を還付するか、ほかの調定に充当するかを担当課と決めてください。",
    "paid_twice": "後の納付を還付するか、ほかの調定に充当するかを担当課と決めてください。",
    "paid_by_two_ways": "後の納付を還付するか、ほかの調定に充当するかを担当課と決めてください。",
    "withdrawn_claim": "担当課に調定の取下げを確かめ、還付してください。",
    "orphan_cancellation": "収納データを出した側に、元の収納の有無を確かめてください。届けば自動で打ち消します。",
    "cancelled_when_given_back": "返した収納を取り消されました。還付・充当した額をどう戻すかを担当課と決めてください。",
    "conflict": "収納データを出した側に、正しい内容を確かめてください。消し込んでいません。",
    "deposit_conflict": "指定金融機関に、正しい入金の内容を確かめてください。",
    "changed_claim": "送った案内と調定が違います。納める方への知らせ方を担当課が決めてください。",
    "not_sent": "調定が変わったか納期限を過ぎたため送っていません。必要なら担当課が知らせてください。",
}
