"""Text intake: the stored form, and bytes that become the right text or an error."""

import codecs
import hashlib

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from corpus.text.normalise import (
    MAX_TEXT_BYTES,
    EncodingError,
    TextError,
    TextTooLarge,
    decode_bytes,
    normalise_text,
    sha256_of,
)

RUSSIAN = "Мэр города сообщил, что мост отремонтируют до зимы. «Работы начнутся в мае», — сказала её заместитель."
UKRAINIAN = "Мер міста повідомив, що міст відремонтують до зими. Роботи почнуться в травні, і їх завершать восени."
BULGARIAN = "Кметът съобщи, че мостът ще бъде ремонтиран до зимата. Жителите искат спирката да остане на същото място."
TURKISH = "Belediye başkanı köprünün kışa kadar onarılacağını söyledi. Işıklı geçidin yanındaki ağaçlar kesilmeyecek."
FRENCH = "Le maire a déclaré que le pont serait réparé avant l’été. « C'est là où tout a débuté », a-t-il ajouté."
GERMAN = "Der Bürgermeister erklärte, die Brücke über den Fluß müsse geprüft und für Fußgänger geöffnet werden."
SPANISH = "El alcalde anunció que el puente se reparará este otoño. Según la oposición, la decisión llegó con años."
ENGLISH = "“It’s a long bridge,” the mayor said – and the workers’ union agreed."

EIGHT_BIT = [
    (RUSSIAN, "windows-1251"),
    (UKRAINIAN, "windows-1251"),
    (BULGARIAN, "windows-1251"),
    (TURKISH, "windows-1254"),
    (TURKISH, "iso-8859-9"),
    (FRENCH, "windows-1252"),
    (FRENCH.replace("’", "'"), "latin-1"),
    (GERMAN, "latin-1"),
    (SPANISH, "latin-1"),
    (ENGLISH, "windows-1252"),
]
POLISH = "Burmistrz zapowiedział, że most zostanie wyremontowany przed zimą. Związek zażądał wcześniejszych prac."
CZECH = "Starosta řekl, že most bude opraven před zimou. Opozice žádá, aby práce začaly dříve, než přijdou deště."
GREEK = "Ο δήμαρχος είπε ότι η γέφυρα θα επισκευαστεί πριν από τον χειμώνα και θα ανοίξει ξανά."
FOREIGN = [
    (RUSSIAN, "koi8-r"),
    (RUSSIAN, "iso8859-5"),
    (RUSSIAN, "cp866"),
    (RUSSIAN, "mac-cyrillic"),
    (POLISH, "cp1250"),
    (CZECH, "iso8859-2"),
    (GREEK, "cp1253"),
    (FRENCH, "mac-roman"),
    (SPANISH, "cp850"),
    ("市長は橋が冬までに修理されると述べた。工事は五月に始まる予定である。", "shift_jis"),
    ("市长表示，这座桥将在冬天之前修好。工程将于五月开始。", "gbk"),
]

# No control characters: more than a few of them are taken for binary data.
plain_text = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t"))


class TestNormaliseText:
    @pytest.mark.parametrize(
        ("given_text", "stored"),
        [
            ("\ufeffA bridge", "A bridge"),
            ("\ufeff\ufeffA bridge", "\ufeffA bridge"),
            ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
            ("one\r\r\ntwo", "one\n\ntwo"),
        ],
    )
    def test_a_mark_and_carriage_returns_go(self, given_text, stored):
        assert normalise_text(given_text) == stored

    @pytest.mark.parametrize(
        "text",
        [
            "  padded \n",
            "“curly” ’quotes",
            "e\u0301 is not é",
            "10\xa0000",
            "a\u2028b\x85c\x0bd",
            "x\ufeffy",
            "\u202eabc",
            "ﬁ\ufffd",
        ],
    )
    def test_nothing_else_is_changed(self, text):
        assert normalise_text(text) == text

    @given(st.text())
    @example("\r\r\n")
    def test_it_is_idempotent(self, text):
        try:
            stored = normalise_text(text)
        except TextError:
            return
        assume(not stored.startswith("\ufeff"))
        assert normalise_text(stored) == stored
        assert "\r" not in stored

    @pytest.mark.parametrize(
        ("text", "position", "names"),
        [("ab\x00", 2, "NUL"), ("\r\n😀\ud83d", 3, "U+D83D"), ("\udc00x", 0, "U+DC00")],
    )
    def test_what_cannot_be_stored_is_refused_with_its_position(self, text, position, names):
        with pytest.raises(TextError, match=rf"{names.replace('+', '.')}.* {position}") as caught:
            normalise_text(text)
        assert caught.value.position == position

    @pytest.mark.parametrize("text", ["", " \n\t", "\ufeff", "\xa0"])
    def test_an_empty_text_is_refused(self, text):
        with pytest.raises(TextError, match="empty"):
            normalise_text(text)

    def test_a_text_of_the_largest_size_is_stored(self):
        assert len(normalise_text("é" * (MAX_TEXT_BYTES // 2))) == MAX_TEXT_BYTES // 2

    def test_a_larger_text_is_refused_with_the_limit(self):
        with pytest.raises(TextTooLarge, match=str(MAX_TEXT_BYTES)) as caught:
            normalise_text("é" * (MAX_TEXT_BYTES // 2) + "x")
        assert caught.value.position == MAX_TEXT_BYTES // 2

    def test_the_hash_is_that_of_the_utf8_bytes(self):
        assert sha256_of(FRENCH) == hashlib.sha256(FRENCH.encode()).hexdigest()


class TestDecodeBytes:
    @given(plain_text)
    def test_utf8_round_trips(self, text):
        assume(not text.startswith(("\ufeff", "%PDF-", "GIF8", "{\\rtf")))
        assert decode_bytes(text.encode()) == (text, "utf-8")

    @given(plain_text)
    def test_utf8_with_a_mark_round_trips(self, text):
        assert decode_bytes(codecs.BOM_UTF8 + text.encode()) == (text, "utf-8")

    @pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
    @given(text=plain_text)
    def test_wide_encodings_with_a_mark_round_trip(self, name, text):
        assume(not text.startswith("\x00"))
        assert decode_bytes(("\ufeff" + text).encode(name)) == (text, name)

    @pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
    @pytest.mark.parametrize("text", [RUSSIAN, TURKISH, FRENCH, ENGLISH, GREEK])
    def test_utf16_without_a_mark_is_recognised(self, name, text):
        assert decode_bytes(text.encode(name)) == (text, name)

    @pytest.mark.parametrize(("text", "name"), EIGHT_BIT)
    def test_eight_bit_text_is_recognised(self, text, name):
        assert decode_bytes(text.encode(name))[0] == text

    @pytest.mark.parametrize(("text", "name"), FOREIGN)
    def test_another_encoding_is_refused_with_the_byte_and_the_remedy(self, text, name):
        data = text.encode(name, "ignore")
        first = next(offset for offset, byte in enumerate(data) if byte > 0x7F)
        with pytest.raises(
            EncodingError, match=f"offset {first} .*--encoding on the command line, the field “Encoding”"
        ) as caught:
            decode_bytes(data)
        assert caught.value.byte == first

    @pytest.mark.parametrize(("text", "name"), FOREIGN)
    def test_a_declared_encoding_is_used(self, text, name):
        readable = text.encode(name, "ignore").decode(name)
        assert decode_bytes(readable.encode(name), declared=name) == (readable, name)

    def test_a_declared_encoding_is_strict(self):
        with pytest.raises(EncodingError, match="0x98 at offset 3") as caught:
            decode_bytes(b"\xe0\xe1 \x98", declared="windows-1251")
        assert caught.value.byte == 3

    def test_utf8_wins_over_a_declaration(self):
        assert decode_bytes(FRENCH.encode(), declared="latin-1") == (FRENCH, "utf-8")

    @pytest.mark.parametrize("name", ["utf-99", "base64", "rot13", "unicode_escape", "idna", "a\x00b", "x" * 5000])
    def test_an_unknown_encoding_is_refused(self, name):
        with pytest.raises(EncodingError, match="Unknown encoding"):
            decode_bytes(b"plain", declared=name)

    @pytest.mark.parametrize("cut", [1, 2, 3])
    def test_truncated_utf8_is_refused_with_the_byte(self, cut):
        whole = (RUSSIAN + "😀").encode()
        with pytest.raises(EncodingError, match="cut off") as caught:
            decode_bytes(whole[:-cut])
        assert caught.value.byte == len(whole) - 4

    def test_damaged_utf8_is_not_taken_for_another_encoding(self):
        data = RUSSIAN.encode().replace("сообщил".encode(), b"\xff", 1)
        with pytest.raises(EncodingError) as caught:
            decode_bytes(data)
        assert caught.value.byte == data.index(b"\xff")

    @pytest.mark.parametrize("data", [b"\xff\xfea\x00b", b"\xfe\xff\xd8\x00\x00a", b"\xff\xfe\x00\x00a"])
    def test_damaged_wide_text_is_refused(self, data):
        with pytest.raises(EncodingError, match="offset"):
            decode_bytes(data)

    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (b"\x89PNG\r\n\x1a\n\x00\x00", "PNG"),
            (b"PK\x03\x04\x14\x00", "zip"),
            (b"%PDF-1.7\n%", "PDF"),
            (b"\x1f\x8b\x08\x00", "gzip"),
            (b"abcd" + bytes(range(1, 9)) * 20, "offset 4"),
            (b"caf\xe9" + b"\x00\x01\x02" * 20, "offset 4"),
        ],
    )
    @pytest.mark.parametrize("declared", [None, "latin-1"])
    def test_binary_data_is_refused(self, data, kind, declared):
        with pytest.raises(EncodingError, match=kind):
            decode_bytes(data, declared=declared)

    def test_a_real_replacement_character_is_kept(self):
        assert decode_bytes("torn \ufffd page".encode())[0] == "torn \ufffd page"

    @given(st.binary(max_size=200), st.sampled_from([None, "latin-1", "windows-1251", "gbk", "utf-16"]))
    def test_a_replacement_character_never_comes_out_of_other_bytes(self, data, declared):
        try:
            text, encoding = decode_bytes(data, declared=declared)
        except EncodingError as error:
            assert 0 <= error.byte <= len(data)
            return
        assert text.encode(encoding) in (data, data[2:], data[3:], data[4:])
        if "\ufffd" in text:
            assert encoding.startswith("utf-") or "\ufffd".encode(encoding) in data
