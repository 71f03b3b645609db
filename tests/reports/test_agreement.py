"""Agreement from stored submissions: published figures, what counts as the same, and what nobody may learn."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from annotate.actions import registries
from annotate.models import Decision, DecisionField, DecisionReading, Project
from annotate.payloads.problems import Invalid
from corpus.models import Proposition
from tests import make
from tests.agreement.test_published import FOUR, THREE
from tests.reports.readings import MODES, TEXT, article, claim, entry, gold, report, speaker, staffed, target, value

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return staffed()


def coded(project: Project, table: tuple[str, ...], names: tuple[str, ...]) -> None:
    """Store what the observers of a published table gave each unit: the mode of the claim on that sentence."""
    document = article(project)
    for row, name in zip(table, names, strict=True):
        given = enumerate(row.split()[1:])
        made = [claim(at, mode=MODES[code]) for at, code in given if code not in ".*"]
        make.submitted(make.user(name), document, *made)


@pytest.mark.parametrize(
    ("table", "names", "nominal"),
    [(FOUR, ("ann", "ben", "cleo", "dora"), 0.7434), (THREE, ("ann", "ben", "cleo"), 0.6914)],
)
def test_published_observers_as_annotators_have_the_published_alpha(
    project: Project, table: tuple[str, ...], names: tuple[str, ...], nominal: float
) -> None:
    coded(project, table, names)
    assert value(report(project), "mode") == pytest.approx(nominal, abs=5e-5)


def test_detection_by_hand(project: Project) -> None:
    """A = (0,10) (20,30) (40,50), B = (0,10) (21,30) (60,70): exact 1/3, Jaccard 2/3, characters .6441."""
    text = "abcdefghij-klmnopqrs-tuvwxyzab-cdefghijk-lmnopqrst-uvwxyzabc-defghijkl"
    document = make.document(project, text)

    def marked(*spans: tuple[int, int]) -> list[dict[str, Any]]:
        found = [make.frozen(text, text[start:end]) for start, end in spans]
        for one, (start, end) in zip(found, spans, strict=True):
            one["spans"] = [{"start": start, "end": end, "quote": text[start:end]}]
        return found

    make.submitted(make.user("ann"), document, *marked((0, 10), (20, 30), (40, 50)))
    make.submitted(make.user("ben"), document, *marked((0, 10), (21, 30), (60, 70)))
    found = report(project)

    assert value(found, "exact/all") == pytest.approx(1 / 3)
    assert value(found, "overlap/all") == pytest.approx(2 / 3)
    assert value(found, "characters/all") == pytest.approx(0.6441, abs=5e-5)
    assert value(found, "punctuation/all") == pytest.approx(2 / 3)  # the second begins with a hyphen
    assert value(found, "exact/nested") is None and value(found, "exact/top") == pytest.approx(1 / 3)


def test_nested_claims_are_counted_apart(project: Project) -> None:
    document = article(project)
    inner = make.frozen(TEXT, "of the article")
    make.submitted(make.user("ann"), document, claim(0), inner | {"id": str(uuid.uuid4())}, claim(1))
    make.submitted(make.user("ben"), document, claim(0), inner)
    found = report(project).figures

    assert (found["exact/nested"].n, found["exact/nested"].value) == (2, 1.0)
    assert (found["exact/top"].n, found["exact/top"].value) == (3, pytest.approx(2 / 3))


def test_stance_is_compared_only_where_holder_and_target_are_the_same(project: Project) -> None:
    one, other, lind = target(project), target(project, "The ferry"), speaker(project)
    document = article(project)
    first = [claim(at, speakers=[lind], stances=[(one, "support")]) for at in range(3)]
    second = [
        claim(0, speakers=[lind], stances=[(one, "oppose")]),
        claim(1, speakers=[lind], stances=[(other, "support")]),
        claim(2, speakers=[lind], stances=[(other, "oppose"), (one, "support")]),
    ]
    make.submitted(make.user("ann"), document, *first)
    make.submitted(make.user("ben"), document, *second)
    found = report(project).figures

    assert (found["stance"].n, found["stance"].n_equal) == (2, 1)
    assert (found["target"].n, found["target"].n_equal) == (3, 1)
    assert found["joint/all"].n_equal == 0


def test_a_merged_target_counts_as_the_one_it_is_and_turns_the_stance(project: Project) -> None:
    one, other, lind = target(project, "Separatism"), target(project, "Policy against separatism"), speaker(project)
    document, ann, ben = article(project), make.user("ann"), make.user("ben")
    make.submitted(ann, document, claim(0, speakers=[lind], stances=[(one, "oppose")]), claim(1, speakers=[lind]))
    make.submitted(ben, document, claim(0, speakers=[lind], stances=[(other, "support")]), claim(1, speakers=[lind]))
    assert report(project).figures["stance"].n == 0

    registries.merge_entry(user=make.user("curator"), entry=other, into=one, is_inverted=True)

    found = report(project).figures
    assert (found["stance"].n, found["stance"].n_equal, found["target"].n_equal) == (1, 1, 1)
    assert found["joint/all"].value == 1.0


def test_every_field_has_its_measure(project: Project) -> None:
    lind, league, bay = (speaker(project, name) for name in ("Lind", "League", "Bay Courier"))
    proposition = entry(project, Proposition, "The closure is needed.")
    document = article(project)
    base = {"speakers": [(lind, league)], "reported_by": [bay, league], "mode": "direct", "proposition": proposition}
    make.submitted(make.user("ann"), document, claim(0, **base, attributes={"type": "demand"}), claim(1, **base))
    changed = base | {"speakers": [lind], "reported_by": [league], "mode": "mixed"}
    cue = [make.span(TEXT, "article is")]
    make.submitted(
        make.user("ben"), document, claim(0, **changed, attributes={"type": "demand"}, cue=cue), claim(1, **base)
    )
    found = report(project).figures

    equal = {key: found[key].n_equal for key in ("speaker", "represents", "chain", "last_link", "mode", "proposition")}
    assert equal == {"speaker": 2, "represents": 1, "chain": 1, "last_link": 2, "mode": 1, "proposition": 2}
    assert (found["attributes/type"].n, found["attributes/type"].value) == (1, None)
    assert found["speaker"].value is None and found["speaker"].percent == 1.0
    assert found["mode"].categories[0].count == 3 and found["mode"].categories[0].share == 0.75
    assert (found["cue/all"].n, found["cue/all"].n_equal, found["cue/all"].value) == (1, 0, 0.0)


@pytest.mark.parametrize("n_people", [0, 1])
def test_without_two_people_nothing_is_defined(project: Project, n_people: int) -> None:
    for name in ("ann", "ben")[:n_people]:
        make.submitted(make.user(name), article(project), claim(0))
    found = report(project)
    assert found.n_documents == 0 and not any(found.by.values())
    assert [one.key for one in found.measures if one.value is not None or one.interval is not None] == []
    assert len(found.left_out) == n_people


def test_equal_readings_without_variation_have_no_alpha(project: Project) -> None:
    for number in range(2):
        document = article(project, number)
        for name in ("ann", "ben"):
            make.submitted(make.user(name), document, claim(0, mode="direct"), claim(1, mode="direct"))
    found = report(project).figures
    assert (found["mode"].value, found["mode"].interval, found["mode"].percent) == (None, None, 1.0)
    assert (found["exact/all"].value, found["exact/all"].interval) == (1.0, (1.0, 1.0))


def test_versions_are_never_mixed(project: Project) -> None:
    first = project.rounds.get()
    document, other = article(project, 1), article(project, 2)
    for name in ("ann", "ben"):
        make.submitted(make.user(name), document, claim(0))
    make.version(project)
    second = make.round(project, closes=True)
    make.submitted(make.user("ann"), other, claim(0), claim(1), round=second)
    assert report(project).material.chosen.number == 1, "the newest version that two people used"

    make.submitted(make.user("ben"), other, claim(0), round=second)
    found = report(project)
    assert (found.material.chosen.number, found.n_claims) == (2, 3)
    assert [(one.n, "version 1" in one.why) for one in found.left_out] == [(2, True)]
    assert [row.name for row in found.by["version"]] == ["Version 2", "Version 1"]
    assert report(project, version="1").n_claims == 2
    assert report(project, round=str(first.pk)).material.chosen.number == 1
    with pytest.raises(Invalid, match="version='7' has no submitted readings"):
        report(project, version="7")


def test_first_submissions_count_and_later_ones_are_a_second_column(project: Project) -> None:
    document = article(project)
    make.submitted(make.user("ann"), document, claim(0), claim(1))
    make.submitted(make.user("ben"), document, claim(0))
    assert report(project).figures["exact/all"].after_return is None

    make.submitted(make.user("ben"), document, claim(0), claim(1))

    found = report(project).figures["exact/all"]
    assert (found.value, found.after_return) == (pytest.approx(2 / 3), 1.0)


def test_an_earlier_reading_of_ones_own_is_a_retest(project: Project) -> None:
    document = article(project)
    make.submitted(make.user("ann"), document, claim(0), claim(1))
    again = make.round(project, closes=True)
    make.submitted(make.user("ann"), document, claim(0), round=again)
    follow_up = make.round(project, closes=True)
    type(follow_up).objects.filter(pk=follow_up.pk).update(follows=again)
    make.submitted(make.user("ann"), document, claim(0), claim(1), round=follow_up)
    make.submitted(make.user("ben"), document, claim(1), round=again)

    found = report(project)

    assert [(row.name, row.n_documents, row.figures[0].value) for row in found.retest] == [
        ("ann", 1, pytest.approx(2 / 3))
    ]
    assert [one.n for one in found.left_out] == [1, 1]
    assert report(project, round=str(follow_up.pk)).n_documents == 0


def test_each_annotator_stands_against_finished_gold(project: Project) -> None:
    done, begun = article(project, 1), article(project, 2)
    for document in (done, begun):
        make.submitted(make.user("ann"), document, claim(0, mode="direct"), claim(1))
        make.submitted(make.user("ben"), document, claim(2))
    gold(project, done, "Sentence 00 of the article is here")
    gold(project, begun, "Sentence 00 of the article is here", is_finished=False)

    found = {row.name: {one.key: one for one in row.figures} for row in report(project).gold}

    assert {name: one["overlap/all"].value for name, one in found.items()} == {"ann": pytest.approx(2 / 3), "ben": 0.0}
    assert (found["ann"]["overlap/all"].precision, found["ann"]["overlap/all"].recall) == (0.5, 1.0)
    assert (found["ann"]["mode"].n, found["ann"]["mode"].percent) == (1, 1.0)


def test_whole_reading_picks_count_decisions_of_finished_documents(project: Project) -> None:
    document, manager = article(project), make.user("manager")
    ann, ben = (make.submitted(make.user(name), document, claim(0)) for name in ("ann", "ben"))
    layer = gold(project, document, "Sentence 00 of the article is here")
    values = {"layer": layer, "claim": layer.claims.get(), "kind": "accepted", "decided_by": manager}
    decision = Decision.objects.create(**values)
    keys = {}
    for submission, is_whole in ((ann, True), (ben, False)):
        keys[submission.pk] = submission.reading["claims"][0]["id"]
        DecisionReading.objects.create(
            decision=decision, gold=layer, layer=submission.layer, claim_key=keys[submission.pk], is_whole=is_whole
        )
    for field, basis, source in (("mode", "chosen", ann), ("speakers", "chosen", ben), ("cue", "unanimous", ben)):
        DecisionField.objects.create(decision=decision, field=field, basis=basis, sources=[keys[source.pk]])

    found = [(one.name, one.n_decisions, one.n_whole, one.n_fields, one.n_taken) for one in report(project).picks]
    assert found == [("ann", 1, 1, 2, 1), ("ben", 1, 0, 2, 1)]

    layer.status = "open"
    layer.save()
    assert report(project).picks == []


def test_the_table_of_actors_is_correlated_by_pair(project: Project) -> None:
    document, lind, league = article(project), speaker(project), speaker(project, "League")
    closure, ferry = target(project), target(project, "The ferry")
    pairs = [
        (lind, closure, "support"),
        (lind, ferry, "oppose"),
        (league, closure, "oppose"),
        (lind, closure, "support"),
    ]
    made = [claim(at, speakers=[who], stances=[(what, how)]) for at, (who, what, how) in enumerate(pairs)]
    make.submitted(make.user("ann"), document, *made)
    make.submitted(make.user("ben"), document, *[one | {"id": str(uuid.uuid4())} for one in made])

    found = report(project)

    [one] = found.correlations
    assert (one.pair, one.n_cells, one.n_scored) == (("ann", "ben"), 3, 3)
    assert (one.counts, one.scores) == (pytest.approx(1), pytest.approx(1))
    assert (found.actors[0].actor, found.actors[0].target) == ("Lind", "The closure")
    assert [(standing.n, standing.mean) for standing in found.actors[0].standings] == [(2, 1.0), (2, 1.0)]


def test_answers_to_the_document_are_compared(project: Project) -> None:
    round = project.rounds.get()
    attribute = {"key": "genre", "kind": "choice", "scope": "document", "labels": {"news": (), "opinion": ()}}
    version = make.version(project, attributes=[attribute])
    for number, (one, other) in enumerate((("news", "news"), ("news", "opinion"), ("opinion", "opinion"))):
        document = article(project, number)
        for name, genre in (("ann", one), ("ben", other)):
            values: dict[str, Any] = {"version": version, "attributes": {"genre": genre}}
            make.submitted(make.user(name), document, claim(0), round=round, **values)
    found = report(project).figures["document_attributes/genre"]

    assert (found.n, found.n_equal, found.n_documents) == (3, 2, 3)
    assert found.value == pytest.approx(1 - (6 - 1) * 2 / (36 - 9 - 9))
