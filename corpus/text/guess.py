"""Recognise the 8-bit encoding of a text by which letters stand side by side: Cyrillic, Turkish, Western European.

A profile lists the frequent pairs of one language that hold a letter outside ASCII ("_" is a word's edge), counted in
software translations and in the names of countries, languages and months. A text of some length scores 0.8 to 1.0
against its own language and rarely above 0.5 when read wrongly. Not confident means None: a guess is never forced.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

CONFIDENT = 0.68  # chosen on 30 languages in 45 encodings: below it, Romanian passes for Portuguese
MARGIN = 0.1
# Counted as pairs that do not fit, so that two or three letters alone never convince.
DOUBT = 1.5
PENALTY = 15
# MacCyrillic shares the small letters with windows-1251; only capitals inside words and odd signs give it away.
CYRILLIC_LETTERS_PER_WRONG = 400

SIGNS = frozenset("«»“”‘’„‚–—…\xa0€§°№©®•·™¿¡ºª´½£\xad")
SIGNS_IN_WORDS = frozenset("’·\xad–—…")
# Where MacCyrillic has a capital letter.
NOT_BEFORE_CYRILLIC = frozenset("‚‘€•")
CYRILLIC = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґў")
TYPOGRAPHY = re.compile(
    rb"(?<=[A-Za-z])\x92(?=(?:s|t|d|m|re|ll|ve)\b)"  # it's, don't
    rb"|\b[A-Za-z]\x92(?=[A-Za-z])|(?<=s)\x92(?=\s)"  # l'avis, O'Brien, the workers' day
    rb"|(?:^|(?<=[\s(\x93]))[\x91\x93](?=[A-Za-z0-9])"  # an opening quotation mark
    rb"|(?<=[A-Za-z0-9.,!?])[\x92\x94](?=$|[\s).,;:?!\x94])"  # a closing one
    rb"|(?<=[ 0-9])\x96(?=[ 0-9])|(?<= )\x97(?= )|(?<=[A-Za-z])\x85(?=$|\s)|(?<=[A-Za-z.,])\xa0(?=[0-9])",
    re.MULTILINE,
)


def _pairs(joined: str) -> frozenset[str]:
    """Cut a string of two-letter pairs."""
    return frozenset(joined[i : i + 2] for i in range(0, len(joined), 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One language: its encoding and its frequent pairs."""

    encoding: str
    pairs: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A sample read in one encoding: its pairs, and how many characters cannot be right."""

    encoding: str
    text: str
    pairs: list[str]
    n_wrong: int


PROFILES = (
    # Russian, Ukrainian, Bulgarian
    Profile(
        encoding="windows-1251",
        pairs=_pairs(
            "_а_б_в_г_д_е_з_и_к_л_м_н_о_п_р_с_т_у_ф_ц_ч_ш_щ_э_я_є_іа_абавагадазайакаламанапарасатацачашаяаєб_бабв"
            "бебибобрбубъбыбів_вавввдвевивлвнвоврвсвъвывігагигогрд_дадедждидлдндодсдъдіе_ебевегедееезейекелеменер"
            "есетешж_жажежижнз_зазбзизмзнзозпзти_ибивидиеизийикилиминипириситифихицичияй_йнйсйтк_какиклкокркткукі"
            "л_лалелжлилнлолульлюлялім_мамбмвмемимомумін_нангндненинкнннонснтнуншныньняніо_обовогодоеожозойоколом"
            "онопоросотпапепипопрпір_рарержрирмрнрорсрурыряріс_сасвсесискслсоспссстсусъсьсясіт_татвтетитктнтотртс"
            "тутытьтіу_убувудуйукулумунурусутфифофрфіх_хіцецицьцічачечичнчтшашещещоъвъдъеъры_ыеыйылытыхь_ьзькьньо"
            "ьсьтэлэтю_я_ябякє_і_івідійікілімінірісітіяї_"
        ),
    ),
    # Turkish
    Profile(
        encoding="windows-1254",
        pairs=_pairs(
            "_ç_ö_ü_şaçağaşböbücıdüdıeçeğeşfıgögüiçiğişkçkükılülımınünıoğoşpçrürısüsıtçtütıuçuğuşyöyüyızıç_çaçeçi"
            "çlçoçççüölönöröğü_ükülümünürüsütüyüzüçğ_ğeğiğlğrğuğıı_ıcıdıfıkılımınırısıyızığışş_şaşeşişkşlşmştşuşç"
        ),
    ),
    # French
    Profile(
        encoding="windows-1252",
        pairs=_pairs(
            "_à_é_ê_î_œaéaëaîaïbécècécœdèdédûfégéhèhéièiéjàkélèlémèmémênonçnéoëoùoûpérèrérôsèsésûsœtètétêuèuéuêvè"
            "vévœwéyézéà_ålçaècèdègèlèmènèqèrèsèté_éaébécédéeéfégéiéjéléménéoépéqérésétévêmêtîlînï_ïdïtôlù_ûlûrût"
            "œu"
        ),
    ),
    # German
    Profile(
        encoding="windows-1252",
        pairs=_pairs(
            "_ä_ö_üeßeäfäfügägühähöhüjükökülälölümämünönüoßrärörüsütäußwäwüzößeägähäiälänäräsätålöcönörösötößübüc"
            "üdüfügühülünüpürüsüt"
        ),
    ),
    # Spanish
    Profile(
        encoding="windows-1252",
        pairs=_pairs(
            "_á_é_úañcécídádédíeñgógúiólélímámémímúnánénínónúpápúrárérírósásótátétítótúuévávíyúá_ácáfágáiálánárás"
            "átáxé_érésétéxí_íaíeígímíníoñañoó_ónú_úbúlúmúnúrúsüe"
        ),
    ),
    # Portuguese
    Profile(
        encoding="windows-1252",
        pairs=_pairs(
            "_à_á_é_úaçcêdêdíeçeúháiájálálâlêlímámãmémêmínãnçnénênínúoçpápçpúrárãrísãsísõtátâtãtétêtóuêuíváá_ábáf"
            "ágálárásáváxânãoçaçoçãçõé_édélémérésétênêsícígínísívórônõeúbúdúlúmúnús"
        ),
    ),
    # Italian
    Profile(
        encoding="windows-1252",
        pairs=_pairs("_ècòdìhèhéiàiùmåménépòràsìtàuòà_ålè_é_ì_ò_óòù_"),
    ),
    # Swedish, Finnish
    Profile(
        encoding="windows-1252",
        pairs=_pairs(
            "_ä_å_öbödäfäfåfögägåhähåhöiäjäkäkölälålömämånänånöpäpårärårösäsåsötätåtövävåyöä_äeäfägähäiäjäkälämän"
            "äpäräsätäväyääå_ådågåkålånåråsåté_öaögöiökölönöpörösötövöy"
        ),
    ),
    # Danish, Norwegian
    Profile(
        encoding="windows-1252",
        pairs=_pairs(
            "_å_æ_øbødøfåfæføgågæhéhøjøkølålælømåmænånænøpåpæpørårærérøsåsæsøtåtøuøvævéå_ådåeågåkålånåråsåtååæfæi"
            "ækælænæræsætævçaé_érødøeøgøjøkølønørøsøvøy"
        ),
    ),
    # Icelandic
    Profile(
        encoding="windows-1252",
        pairs=_pairs(
            "_á_í_ó_ö_ú_þaíaðbæbíbóbúdídóeðfægígógöháhíiðjójúkíkókúlálílólúlýmámímómönínúnýpæpórárérírðrórúsésísó"
            "sútítótötúuðvævíyðá_ákálánárásáðægæmænærætæðé_érétí_íaíbígíkílímínírísítíðð_ðaðbðeðgðiðrðsðuó_ógókól"
            "ómónópórósótóvóðögölönörú_úaúgúkúlúmúnúrúsútýsýtþaþeþiþvþúþý"
        ),
    ),
    # Dutch
    Profile(
        encoding="windows-1252",
        pairs=_pairs("_éaëaïbëeëeïiëoëoïuëéééeénë_ëeëlënërësëtïdïeïfïnïsïv"),
    ),
    # Catalan
    Profile(
        encoding="windows-1252",
        pairs=_pairs(
            "_à_è_é_úaçcèdèdíeàeçgüiàiólàlèlímàmèmémínçnènúpàpçràrèríròsótàtéuàuèuíuïvàà_àcàfàgàlànàràsàtç_çaè_èn"
            "èrèsèxé_ésí_ígínísïuò_ònòró_ónú_úmúnúsüe"
        ),
    ),
)
ENCODINGS = tuple(dict.fromkeys(profile.encoding for profile in PROFILES))


def guess_encoding(sample: bytes) -> str | None:
    """Name the encoding of bytes that are not UTF-8, or None when no language fits clearly better than the others."""
    if _only_typography(sample):
        return "windows-1252"
    readings = [reading for name in ENCODINGS if (reading := _read(sample, name)) is not None]
    scored = [(_score(reading), reading) for reading in readings]
    if not scored:
        return None
    best_score, best = max(scored, key=lambda item: item[0])
    rival = max((score for score, reading in scored if reading.text != best.text), default=0.0)
    return best.encoding if best_score >= CONFIDENT and best_score - rival >= MARGIN else None


def _only_typography(sample: bytes) -> bool:
    """Say whether every byte beyond ASCII is a Windows quotation mark, apostrophe or dash where one belongs."""
    n_high = sum(byte > 0x7F for byte in sample)
    return n_high == sum(byte > 0x7F for found in TYPOGRAPHY.finditer(sample) for byte in found[0])


def _read(sample: bytes, encoding: str) -> Reading | None:
    """Read the sample, or answer None when the bytes or the share of non-ASCII letters rule the encoding out."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return None
    letters = [char for char in text if char.isalpha()]
    share = sum(char > "\x7f" for char in letters) / max(len(letters), 1)
    is_cyrillic = encoding == "windows-1251"
    if (share < 0.5) if is_cyrillic else (share > 0.35):
        return None
    n_wrong = _n_wrong(text, is_cyrillic)
    if is_cyrillic and n_wrong * CYRILLIC_LETTERS_PER_WRONG > len(letters):
        return None
    return Reading(encoding=encoding, text=text, pairs=list(_pairs_in(text)), n_wrong=n_wrong)


def _pairs_in(text: str) -> Iterator[str]:
    """Yield the pairs that hold a letter outside ASCII."""
    lowered = text.replace("İ", "i").lower()
    marked = "_" + "".join(char if char.isalpha() else "_" for char in lowered) + "_"
    for first, second in itertools.pairwise(marked):
        if first > "\x7f" or second > "\x7f":
            yield first + second


def _n_wrong(text: str, is_cyrillic: bool) -> int:
    """Count signs inside words, signs no article has, foreign letters, and capitals after small letters."""
    n_wrong = 0
    for before, char, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if char > "\x7f" and not char.isalpha():
            allowed = SIGNS_IN_WORDS if before.isalpha() and after.isalpha() else SIGNS
            n_wrong += char not in allowed or (is_cyrillic and after.isalpha() and char in NOT_BEFORE_CYRILLIC)
        elif char > "\x7f":
            n_wrong += is_cyrillic and char.lower() not in CYRILLIC
            n_wrong += before.islower() and char.isupper()
    return n_wrong


def _score(reading: Reading) -> float:
    """Answer the share of the reading's pairs that its best language knows: 0 to 1."""
    n_pairs = len(reading.pairs) + PENALTY * reading.n_wrong + DOUBT
    profiles = (profile for profile in PROFILES if profile.encoding == reading.encoding)
    return max(sum(pair in profile.pairs for pair in reading.pairs) for profile in profiles) / n_pairs
