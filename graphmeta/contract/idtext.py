"""Does an id carry text that somebody wrote?

Content could be smuggled through the closed schema in one place only: the ids. So each distinct
id is looked at once. Refused are ids with whitespace between words or invisible characters, ids
made of many non-Latin characters, ids that are words joined by separators
(``meet_me_at_the_gate``), ids that decode, as hexadecimal, Base64 or percent-encoding, to such
text, and lists or objects in JSON.

Opaque ids must pass: numbers, UUIDs, digests, network addresses, telephone numbers, short names
and e-mail addresses. Decoding random bytes to something that reads like words is therefore made
vanishingly unlikely. Fewer than twelve bytes say nothing. From twelve on, all of them must be
printable characters in words of natural shape: each byte but the first would have to be one of
about forty of 256, a chance below 10^-8. From twenty on it is enough that they are printable,
three in five are letters and there is a space: a chance below 10^-9. Random ids test this.

It misleads where somebody tries: encryption, word lists and ciphers all look opaque. It stops
content that slips in, not an accomplice inside the platform.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

#: Fewer decoded bytes than this say too little to be told from chance.
_MIN_DECODED = 12
#: From so many bytes on, printable characters that are mostly letters are never chance.
_SURE_DECODED = 20
_SCRIPT_LIMIT = 12

_TELEPHONE = r"^\+?[0-9 ().-]{5,24}$"
_INVISIBLE = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]"
_JSON = r"^\s*(?:\{\s*(?:\"|\})|\[\s*(?:[\"\[{\]]|[^,\]]*,))"
_WORD = r"(?:\p{Lu}?[\p{Ll}\p{Lo}\p{M}'’-]*|\p{Lu}+|[0-9]+)"
_STOP = r"[,.!?;:…\"()-]{0,3}"
_SENTENCE = rf"^{_STOP}{_WORD}{_STOP}(?: {_STOP}{_WORD}{_STOP})+$"
_TOKEN = r"(?:\p{Lu}?[\p{Ll}\p{Lo}']+|\p{Lu}+|[0-9]+)"
_JOINED = rf"^{_TOKEN}(?:[^\p{{L}}0-9]+{_TOKEN}){{3,}}[^\p{{L}}0-9]*$"

#: Printable UTF-8 as pairs of hexadecimal digits: ASCII without controls, then the well-formed
#: sequences of two, three and four bytes (Unicode standard, table 3-7).
_T = "[89ab][0-9a-f]"
_PRINTABLE = (
    r"^(?:09|0a|0d|[2-6][0-9a-f]|7[0-9a-e]"
    rf"|(?:c[2-9a-f]|d[0-9a-f]){_T}"
    rf"|(?:e0[ab][0-9a-f]|e[1-9a-cef]{_T}|ed[89][0-9a-f]){_T}"
    rf"|(?:f0[9ab][0-9a-f]|f[1-3]{_T}|f48[0-9a-f]){_T}{_T})+$"
)

#: The commonest little words of some languages; two of them among four mark a sentence.
_LITTLE_WORDS = (  # noqa: SIM905 - a list of one word per line would fill two screens
    "a an and are as at be but by can do for from get go have he her him his how i if in is it "
    "its just me my no not now of on or our out she so that the them then there they this to "
    "up us was we what when where who will with you your "
    "aber auf das dem den der die du ein es für ich im ist mit nicht sie sich und von wir zu "
    "au avec dans de des elle et il je la le les ne nous pas pour que qui sur un une vous "
    "con del el en es los las lo mi por se si su te una y yo"
).split()


@dataclass(frozen=True)
class TextFound:
    """The first id found to carry text: its place in the series, and what gave it away."""

    index: int
    because: str


def find_text(ids: pl.Series) -> TextFound | None:
    """Return the first of some distinct ids that carries text, or None.

    Args:
        ids: Distinct ids, String, without nulls.
    """
    for because, suspicious in (
        ("invisible characters", ids.str.contains(_INVISIBLE)),
        ("a list or an object in JSON", ids.str.contains(_JSON)),
        ("words with spaces between them", _spaced(ids)),
        ("many characters beyond ASCII", _beyond_ascii(ids)),
        ("words joined by separators", _joined_words(ids)),
        ("text in percent-encoding", _percent_text(ids)),
        ("text in hexadecimal", _reads_like_text(_from_hex(ids))),
        ("text in Base64", _reads_like_text(_from_base64(ids))),
    ):
        if suspicious.any():
            return TextFound(int(suspicious.arg_true()[0]), because)
    return None


def _spaced(ids: pl.Series) -> pl.Series:
    spaced = ids.str.contains(r"\s")
    if not spaced.any():
        return spaced
    return spaced & ~ids.str.contains(_TELEPHONE)


def _beyond_ascii(ids: pl.Series) -> pl.Series:
    # Scripts without spaces put a sentence into a dozen characters of two to four bytes each.
    return ids.str.count_matches(r"[^\x00-\x7f]") >= _SCRIPT_LIMIT


def _joined_words(texts: pl.Series) -> pl.Series:
    """Return where a text is words with separators, by their shapes and the little ones.

    Four words with two little ones among them, or six with one, and of at least three lengths:
    network addresses and serial numbers come in groups of one length or two.
    """
    # Digits beside letters and capitals within words, as opaque ids have them, are cheap to see.
    likely = ~texts.str.contains(r"[A-Za-z][0-9]|[0-9][A-Za-z]|[a-z][A-Z]")
    likely &= texts.str.contains(r"(?:[A-Za-z0-9]+[^A-Za-z0-9]+){3}")
    places = likely.arg_true()
    shaped = texts.gather(places).str.contains(_JOINED)
    places = places.filter(shaped)
    # The domain of an e-mail address is words joined by dots, and says nothing.
    local = texts.gather(places).str.replace(r"@[A-Za-z0-9.-]+$", "")
    words = local.str.to_lowercase().str.extract_all(r"\p{L}+")
    count = words.list.len()
    lengths = words.list.eval(pl.element().str.len_chars()).list.n_unique()
    # One-letter words are left out: initials and codes are full of them.
    little = words.list.eval(
        pl.element().is_in(_LITTLE_WORDS) & (pl.element().str.len_chars() > 1)
    ).list.sum()
    enough = ((count >= 6) & (little >= 1)) | ((count >= 4) & (little >= 2))
    return _true_at(places.filter(enough & (lengths >= 3)), len(texts))


def _true_at(places: pl.Series, length: int) -> pl.Series:
    """Return ``length`` booleans, true at ``places``."""
    return pl.zeros(length, dtype=pl.Boolean, eager=True).scatter(places, True)


def _percent_text(ids: pl.Series) -> pl.Series:
    encoded = ids.str.contains(r"(?i)%[0-9a-f]{2}")
    if not encoded.any():
        return encoded
    plain = ids.str.replace_all(r"(?i)%20|\+", " ").str.replace_all(r"(?i)%[0-9a-f]{2}", "-")
    between_letters = plain.str.contains(r"\p{L}\W+\p{L}")
    return encoded & between_letters & (_spaced(plain) | _joined_words(plain))


def _tail(ids: pl.Series) -> pl.Series:
    """Return what stands behind a namespace such as ``tweet:``."""
    return ids.str.replace(r"^.*[:|,;.#@]", "")


def _from_hex(ids: pl.Series) -> pl.Series:
    digits = _tail(ids).str.replace(r"^0[xX]", "").str.replace_all("-", "", literal=True)
    likely = digits.str.contains(rf"^(?:[0-9a-fA-F]{{2}}){{{_MIN_DECODED},}}$")
    return digits.set(~likely, None).str.decode("hex", strict=False)


def _from_base64(ids: pl.Series) -> pl.Series:
    body = _tail(ids).str.strip_chars_end("=")
    likely = body.str.contains(rf"^[A-Za-z0-9+/_-]{{{_MIN_DECODED * 4 // 3},}}$")
    body = body.set(~likely, None).str.replace_all("-", "+", literal=True)
    body = body.str.replace_all("_", "/", literal=True)
    missing = (4 - body.str.len_bytes().cast(pl.Int64) % 4) % 4
    padding = missing.replace_strict([0, 1, 2, 3], ["", "=", "==", "==="], return_dtype=pl.String)
    return (body + padding).str.decode("base64", strict=False)


def _reads_like_text(decoded: pl.Series) -> pl.Series:
    """Return where decoded bytes are words with spaces or separators between them."""
    printable = decoded.bin.encode("hex").str.contains(_PRINTABLE)
    places = (printable & (decoded.bin.size() >= _MIN_DECODED)).arg_true()
    # Only ids that do decode to printable characters are looped over: next to none of them.
    texts = pl.Series([value.decode() for value in decoded.gather(places)], dtype=pl.String)
    share = texts.str.count_matches(r"[\p{L}\s]") / texts.str.len_chars()
    long = (texts.str.len_bytes() >= _SURE_DECODED) & texts.str.contains(" ", literal=True)
    shaped = (share >= 0.75) & (texts.str.contains(_SENTENCE) | _joined_words(texts))
    reads = shaped | (long & (share >= 0.6)) | _beyond_ascii(texts)
    return _true_at(places.filter(reads), len(decoded))
