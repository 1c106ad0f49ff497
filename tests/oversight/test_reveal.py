"""Is a reveal that is not in order refused and logged, with nobody told a name?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reveal_kit import (
    HOLDERS,
    KEYS,
    NOW,
    UNFLAGGED,
    UNJUDGED,
    Analysed,
    acts,
    approved,
    asked,
    copied,
    ground,
    judge,
    later,
    scored,
)

from graphmeta.errors import RunError
from graphmeta.oversight.record import of_run
from graphmeta.oversight.refusal import RefusedError
from graphmeta.oversight.reveal.approval import approve
from graphmeta.oversight.reveal.opening import reveal
from graphmeta.oversight.reveal.request import ask
from graphmeta.oversight.transparency.count import sections
from graphmeta.oversight.transparency.outcomes import Period
from graphmeta.privacy import audit, sealing, signing
from graphmeta.run import AUDIT, REVERSE_MAP


def assert_refused(analysed: Analysed, filed: dict[str, Any], reason: str, **more: Any) -> None:
    """See that a request is refused for a reason, which the log holds, and that nothing is told."""
    before = acts(analysed.run)
    with pytest.raises(RefusedError) as error:
        reveal(analysed.run, filed, more.pop("keys", HOLDERS), **{"now": NOW, **more})
    assert error.value.reason == reason
    assert error.value.exit_code == 4
    after = acts(analysed.run)
    assert after[: len(before)] == before
    assert [(act, detail["reason"]) for act, detail in after[len(before) :]] == [
        ("reveal_refused", reason)
    ]


# Requests and approvals.


def test_a_request_serves_once(reviewed: Analysed) -> None:
    filed = approved(asked(reviewed.run), "ben", "cem")
    reveal(reviewed.run, filed, HOLDERS, now=NOW)
    assert_refused(reviewed, filed, "used")


def test_a_request_that_has_expired_is_refused(reviewed: Analysed) -> None:
    filed = approved(asked(reviewed.run), "ben", "cem")
    assert_refused(reviewed, filed, "expired", now=later(7))


def test_an_expired_request_is_not_approved(reviewed: Analysed) -> None:
    with pytest.raises(RefusedError, match="expired"):
        approve(asked(reviewed.run), "ben", KEYS["ben"], now=later(8))


@pytest.mark.parametrize("names", [(), ("ben",)])
def test_a_request_without_two_approvals_is_refused(
    reviewed: Analysed, names: tuple[str, ...]
) -> None:
    assert_refused(reviewed, approved(asked(reviewed.run), *names), "too_few_approvals")


def test_one_person_counts_once(reviewed: Analysed) -> None:
    filed = approved(asked(reviewed.run), "ben")
    with pytest.raises(RefusedError, match="already"):
        approve(filed, "ben", KEYS["ben"], now=NOW)
    filed["approvals"] *= 2
    assert_refused(reviewed, filed, "too_few_approvals")


def test_whoever_asks_cannot_approve(reviewed: Analysed) -> None:
    filed = asked(reviewed.run)
    with pytest.raises(RefusedError, match="cannot approve"):
        approve(filed, "ada", KEYS["ada"], now=NOW)


def test_a_request_that_its_maker_approved_by_a_forged_file_is_refused(reviewed: Analysed) -> None:
    """Ada signs the approval with her key under her name, around the command."""
    filed = approved(asked(reviewed.run), "ben", "cem")
    said = {"by": "ada", "at": NOW.isoformat()}
    statement = {
        "format": "graphmeta reveal approval 1",
        "request_sha256": signing.digest(filed["request"]),
        **said,
    }
    own = {**said, "signature": signing.sign(KEYS["ada"], statement)}
    assert_refused(reviewed, {**filed, "approvals": [filed["approvals"][0], own]}, "self_approved")


@pytest.mark.parametrize("name", ["ben", "dan"])
def test_an_approval_with_a_key_that_was_not_named_is_refused(
    reviewed: Analysed, name: str
) -> None:
    """Ada signs in Ben's name; Dan signs in his own, and was not among the people."""
    filed = approved(asked(reviewed.run), "cem")
    key = KEYS["ada"] if name == "ben" else KEYS["dan"]
    assert_refused(reviewed, approve(filed, name, key, now=NOW), "forged_approval")


def test_an_approval_of_another_request_is_refused(reviewed: Analysed) -> None:
    first = approved(asked(reviewed.run, most_accounts=13), "ben", "cem")
    second = asked(reviewed.run, most_accounts=1_000)
    assert_refused(reviewed, {**second, "approvals": first["approvals"]}, "forged_approval")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cluster", UNJUDGED),
        ("case", "another"),
        ("basis", "warrant"),
        ("most_accounts", 10_000),
        ("asked_by", "ben"),
        ("expires_at", "2999-01-01T00:00:00+00:00"),
        ("id", "0" * 32),
        ("run", "0" * 64),
    ],
)
def test_a_request_that_was_changed_is_refused(
    reviewed: Analysed, name: str, value: object
) -> None:
    filed = approved(asked(reviewed.run), "ben", "cem")
    changed = {**filed, "request": {**filed["request"], name: value}}
    assert_refused(reviewed, changed, "unknown_request")


def test_a_request_with_another_persons_signature_is_refused(reviewed: Analysed) -> None:
    filed = approved(asked(reviewed.run), "ben", "cem")
    forged = signing.sign(KEYS["dan"], filed["request"])
    assert_refused(reviewed, {**filed, "signature": forged}, "forged_request")


def test_an_authority_without_a_warrant_is_refused_and_counted_as_an_informal_request(
    reviewed: Analysed,
) -> None:
    with pytest.raises(RefusedError) as error:
        asked(reviewed.run, authority="a police office", reference="by telephone")
    assert (error.value.reason, error.value.exit_code) == ("no_warrant", 4)
    told = acts(reviewed.run)[-2:]
    assert [act for act, _ in told] == ["reveal_requested", "reveal_refused"]
    assert [(one["basis"], one["authority"]) for _, one in told] == [("terms", True)] * 2
    counted = sections([of_run(reviewed.run)], Period(NOW.date(), NOW.date()))
    figures = {one.name: one.value for part in counted for one in part.figures}
    assert (figures["informal_asked"], figures["informal_refused"]) == (1, 1)
    assert (figures["formal_asked"], figures["informal_granted"]) == (0, 0)


def test_a_letter_without_a_warrant_is_refused_in_the_same_way(reviewed: Analysed) -> None:
    with pytest.raises(RefusedError, match="cannot rest on the terms"):
        asked(reviewed.run, authority="an office", document_sha256="ab" * 32)
    assert acts(reviewed.run)[-1][1]["document_sha256"] == "ab" * 32


def test_an_authoritys_request_without_a_warrant_is_not_carried_out_either(
    reviewed: Analysed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asked has the key, and can write the file that the command did not give."""
    with monkeypatch.context() as patch:
        patch.setattr("graphmeta.oversight.reveal.request.require_warrant", lambda _: None)
        filed = approved(asked(reviewed.run, authority="an office"), "ben", "cem")
    assert_refused(reviewed, filed, "no_warrant")
    assert acts(reviewed.run)[-1][1]["authority"] is True


def test_a_stranger_cannot_ask(reviewed: Analysed) -> None:
    with pytest.raises(RefusedError) as error:
        asked(reviewed.run, by="dan")
    assert error.value.reason == "unknown_person"
    with pytest.raises(RefusedError):
        ask(reviewed.run, ground(), "ada", KEYS["dan"])
    assert [act for act, _ in acts(reviewed.run)[-2:]] == ["reveal_requested", "reveal_refused"]


# Verdicts, keys, map and log.


@pytest.mark.parametrize("verdict", [None, "benign", "unsure"])
def test_a_cluster_that_nobody_found_to_be_abuse_is_refused(
    whole: Analysed, tmp_path: Path, verdict: str | None
) -> None:
    copy = copied(whole, tmp_path, verdict)
    with pytest.raises(RefusedError) as error:
        asked(copy.run)
    assert error.value.reason == "not_reviewed"
    assert [act for act, _ in acts(copy.run)[-2:]] == ["reveal_requested", "reveal_refused"]


def test_the_latest_verdict_counts(reviewed: Analysed) -> None:
    filed = approved(asked(reviewed.run), "ben", "cem")
    judge(reviewed.run, "benign", version=2)
    assert_refused(reviewed, filed, "not_reviewed")
    judge(reviewed.run, "recruitment", version=3)
    assert reveal(reviewed.run, filed, HOLDERS, now=NOW).height


def test_a_second_reviewer_who_disagrees_stops_it_until_somebody_judges_again(
    reviewed: Analysed,
) -> None:
    filed = approved(asked(reviewed.run), "ben", "cem")
    judge(reviewed.run, "benign", version=2, second_of=1)
    assert_refused(reviewed, filed, "not_reviewed")


def test_a_cluster_that_was_not_flagged_is_refused(reviewed: Analysed) -> None:
    judge(reviewed.run, "spam", UNFLAGGED)
    for cluster in (UNFLAGGED, "absent"):
        with pytest.raises(RefusedError) as error:
            asked(reviewed.run, cluster=cluster)
        assert error.value.reason == "not_flagged"


def test_a_cluster_larger_than_was_asked_for_is_refused(reviewed: Analysed) -> None:
    filed = asked(reviewed.run, most_accounts=len(scored(reviewed)) - 1)
    assert_refused(reviewed, approved(filed, "ben", "cem"), "too_many_accounts")


@pytest.mark.parametrize(
    "keys", [(), HOLDERS[:1], (HOLDERS[0], HOLDERS[0]), (HOLDERS[0], sealing.new_identity())]
)
def test_both_keys_are_needed_and_their_lack_does_not_use_a_request_up(
    reviewed: Analysed, keys: tuple[sealing.Identity, ...]
) -> None:
    filed = approved(asked(reviewed.run), "ben", "cem")
    assert_refused(reviewed, filed, "wrong_keys", keys=keys)
    assert reveal(reviewed.run, filed, HOLDERS, now=NOW).height


def test_another_map_than_the_one_that_was_sealed_is_refused(reviewed: Analysed) -> None:
    """Anybody can seal something to the two recipients; only one map is in the log."""
    forged = sealing.seal(b"forged", [one.recipient for one in HOLDERS])
    (reviewed.run.path / REVERSE_MAP).write_bytes(forged)
    assert_refused(reviewed, approved(asked(reviewed.run), "ben", "cem"), "map_changed")
    (reviewed.run.path / REVERSE_MAP).unlink()
    assert_refused(reviewed, approved(asked(reviewed.run), "ben", "cem"), "map_changed")


def test_people_who_are_added_later_have_no_say(reviewed: Analysed) -> None:
    sealed = next(detail for act, detail in acts(reviewed.run) if act == "map_sealed")
    people = {**sealed["people"], "dan": signing.public_part(KEYS["dan"])}
    audit.append(reviewed.run.path / AUDIT, "map_sealed", {**sealed, "people": people})
    filed = approved(asked(reviewed.run), "ben", "dan")
    assert_refused(reviewed, filed, "forged_approval")


def test_a_run_whose_log_was_changed_tells_nothing_and_is_left_as_it_is(
    reviewed: Analysed,
) -> None:
    filed = approved(asked(reviewed.run), "ben", "cem")
    log = reviewed.run.path / AUDIT
    log.write_text(log.read_text().replace('"spam"', '"Spam"'))
    before = log.read_bytes()
    with pytest.raises(RunError, match="does not hold"):
        reveal(reviewed.run, filed, HOLDERS, now=NOW)
    assert log.read_bytes() == before
