"""Half and full width (半角・全角) of kana, letters, digits and signs, by explicit tables: no Unicode normalisation touches a value."""

_KANA = dict(
    zip(
        "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜",
        "｡｢｣､･ｦｧｨｩｪｫｬｭｮｯｰｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ",
        strict=True,
    ),
)
_VOICED = dict(zip("ガギグゲゴザジズゼゾダヂヅデドバビブベボヴヷヺ", "カキクケコサシスセソタチツテトハヒフヘホウワヲ", strict=True))
_HALF_VOICED = dict(zip("パピプペポ", "ハヒフヘホ", strict=True))
_SMALL = dict(zip("ァィゥェォャュョッヮヵヶ", "アイウエオヤユヨツワカケ", strict=True))

# Signs follow Microsoft's reading of CP932, the one the project writes: ～ U+FF5E, － U+FF0D, ＼ U+FF3C.
_ASCII_FULL = {point: point + 0xFEE0 for point in range(0x21, 0x7F)} | {0x20: 0x3000}
_ASCII_HALF = {full: half for half, full in _ASCII_FULL.items()}
_KANA_HALF = str.maketrans(
    _KANA
    | {sign: f"{_KANA[base]}ﾞ" for sign, base in _VOICED.items()}
    | {sign: f"{_KANA[base]}ﾟ" for sign, base in _HALF_VOICED.items()},
)
_KANA_FULL = {half: full for full, half in _KANA.items()}
_JOINED = {f"{base}゛": sign for sign, base in _VOICED.items()} | {f"{base}゜": sign for sign, base in _HALF_VOICED.items()}
_HIRAGANA = {point: point + 0x60 for point in [*range(0x3041, 0x3097), 0x309D, 0x309E]}
_KATAKANA_LARGE = str.maketrans(_SMALL)
_HALF_LARGE = str.maketrans({_KANA[small]: _KANA[large] for small, large in _SMALL.items() if small in _KANA})


def to_katakana(text: str) -> str:
    """Hiragana as katakana, everything else as it is."""
    return text.translate(_HIRAGANA)


def to_half_ascii(text: str) -> str:
    """Full-width Latin letters, digits, signs and the full-width space as ASCII, everything else as it is."""
    return text.translate(_ASCII_HALF)


def to_half_kana(text: str) -> str:
    """All that has a half-width form in it (半角カナ, ASCII): サトウ　ハナコ → ｻﾄｳ ﾊﾅｺ; hiragana through katakana.

    Small ヮ ヵ ヶ and ヰ ヱ have none and stay, as kanji do; a caller checks the repertoire of its receiver afterwards.
    """
    return to_half_ascii(to_katakana(text).translate(_KANA_HALF))


def to_full(text: str) -> str:
    """ASCII, space and half-width kana in full width (全角); a half-width voicing mark joins the kana before it."""
    found: list[str] = []
    for sign in text:
        full = _KANA_FULL.get(sign)
        joined = _JOINED.get(found[-1] + full) if found and full in {"゛", "゜"} else None
        if joined is not None:
            found[-1] = joined
        else:
            found.append(full or sign.translate(_ASCII_FULL))
    return "".join(found)


def to_large_kana(text: str) -> str:
    """Small kana (ャ ュ ッ …), full or half width, as large ones, the way banks write names."""
    return text.translate(_KATAKANA_LARGE).translate(_HALF_LARGE)
