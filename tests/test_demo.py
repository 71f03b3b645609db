"""The demo is fair, whole and real: both sides count the same, and every difficulty is there."""

from __future__ import annotations

import unicodedata
from collections import Counter

from django.test import TestCase

from annotate.actions.demo import demo_content, load_demo
from annotate.models import Adjudication, Claim, ClaimSpeaker, Layer, Span, Stance
from corpus.models import Document, Speaker
from tests import make


def sides_of_claims(side):
    """Yield each claim's id with the side of whom its first speaker stands for."""
    read = ClaimSpeaker.objects.filter(position=0, claim__layer__kind="annotator")
    for link in read.select_related("speaker", "represents"):
        speaker = link.represents or link.speaker
        if speaker.name in side:
            yield link.claim_id, side[speaker.name]


def nested_pairs(content):
    layers: dict[object, list[Span]] = {}
    for span in content.select_related("claim"):
        layers.setdefault(span.claim.layer_id, []).append(span)
    for spans in layers.values():
        for one in spans:
            yield any(one.start <= two.start and two.end <= one.end and one.claim_id != two.claim_id for two in spans)


def shared_propositions():
    sources: dict[object, set[object]] = {}
    pairs = Claim.objects.filter(proposition__isnull=False).values_list("proposition", "layer__document__source")
    for proposition, source in pairs:
        sources.setdefault(proposition, set()).add(source)
    return sum(len(found) >= 2 for found in sources.values())


class DemoTests(TestCase):
    """The demo is loaded once for all tests, which only read it."""

    @classmethod
    def setUpTestData(cls):
        cls.project = load_demo(password=make.PASSWORD, now=make.NOW)
        cls.side = {name: side for side, names in demo_content()["sides"].items() for name in names}

    def test_both_sides_have_the_same_number_of_claims_supports_and_opposes(self):
        owner = dict(sides_of_claims(self.side))
        claims = Counter(owner.values())
        stances = Counter(
            (self.side.get(stance.holder.name) if stance.holder else owner.get(stance.claim_id), stance.value.key)
            for stance in Stance.objects.filter(claim__layer__kind="annotator").select_related("holder", "value")
        )

        one, two = demo_content()["sides"]
        assert claims[one] == claims[two] > 0
        assert stances[one, "support"] == stances[two, "support"] > 0
        assert stances[one, "oppose"] == stances[two, "oppose"] > 0

    def test_there_are_enough_articles_outlets_and_annotators(self):
        documents = Document.objects.filter(corpus=self.project.corpus)
        readers = Counter(Layer.objects.of_annotators().values_list("document", flat=True))

        assert documents.count() >= 8
        assert documents.values("source").distinct().count() >= 4
        assert sum(count == 2 for count in readers.values()) >= 6
        assert documents.values("sha256").distinct().count() == documents.count()

    def test_every_quote_is_the_text_that_it_points_to(self):
        spans = Span.objects.select_related("claim__layer__document")
        assert spans.count() > 300
        for span in spans:
            assert span.claim.layer.document.text[span.start : span.end] == span.quote

    def test_the_texts_hold_every_difficult_character(self):
        text = "\n".join(Document.objects.values_list("text", flat=True))

        assert "\N{NO-BREAK SPACE}" in text
        assert "“" in text and "’" in text
        assert any(unicodedata.combining(char) for char in text)
        assert any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)
        assert any(ord(char) > 0x1F000 for char in text)

    def test_a_quotation_is_left_open(self):
        texts = Document.objects.values_list("text", flat=True)
        assert any(text.count("“") > text.count("”") for text in texts)

    def test_the_claims_show_every_kind_of_difficulty(self):
        claims = Claim.objects.all()
        content = Span.objects.filter(role="content")
        parts = Counter(content.values_list("claim", flat=True))
        speakers = Counter(ClaimSpeaker.objects.values_list("claim", flat=True))

        assert max(parts.values()) >= 2, "a discontinuous claim"
        assert max(speakers.values()) >= 2, "a joint statement"
        assert ClaimSpeaker.objects.filter(represents__isnull=False).exists(), "a spokesperson"
        assert claims.filter(reporters__position=0).exists(), "a chain of reporting"
        assert claims.filter(relation="denies").exists(), "a denial"
        assert {"direct", "indirect", "mixed", "reported", "narrated"} <= set(claims.values_list("mode", flat=True))
        assert {"support", "oppose", "neutral", "mixed", "unclear"} & set(
            Stance.objects.values_list("value__key", flat=True)
        )
        assert claims.filter(no_stance=True).exists() and claims.filter(is_unsure=True).exists()
        assert any(nested_pairs(content)), "a claim inside a claim"
        assert shared_propositions() >= 1, "one claim in two outlets"

    def test_curated_entries_are_accepted_and_some_are_left_to_curate(self):
        assert not Speaker.objects.filter(name__in=self.side, is_provisional=True).exists()
        assert Speaker.objects.filter(is_provisional=True).exists()

    def test_the_annotators_disagree_honestly(self):
        """The two readings of a document share claims, and neither repeats the other."""
        layers: dict[object, list[set[str]]] = {}
        for layer in Layer.objects.of_annotators():
            quotes = set(Span.objects.filter(claim__layer=layer, role="content").values_list("quote", flat=True))
            layers.setdefault(layer.document_id, []).append(quotes)
        pairs = [found for found in layers.values() if len(found) == 2]
        assert pairs and all(one & two and one != two for one, two in pairs)

    def test_one_article_is_half_adjudicated(self):
        row = Adjudication.objects.get(n_decided__gt=0, finished_at=None)
        assert row.n_open > 0
        assert Claim.objects.gold().filter(layer__document=row.document_id).count() == row.n_decided
        assert Adjudication.objects.filter(finished_at__isnull=False, n_open=0).count() == 1

    def test_loading_again_changes_nothing(self):
        n_claims = Claim.objects.count()
        assert load_demo(password="another password", now=make.NOW) == self.project
        assert Claim.objects.count() == n_claims

    def test_times_lie_before_now_and_in_order(self):
        times = list(Claim.objects.filter(layer__annotator__username="ann").values_list("created_at", flat=True))
        assert max(times) <= make.NOW and len(set(times)) == len(times)
