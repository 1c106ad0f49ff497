"""Is everybody refused who should be, in the right order, and let in who may?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from workbench_kit import PASSWORD, URL, Bench, serving

from graphmeta.workbench.security.address import public
from graphmeta.workbench.security.gate import Access, Gate, TrustedProxy
from graphmeta.workbench.security.headers import SecurityHeaders
from graphmeta.workbench.security.sessions import Sessions

PATHS = ["/", "/runs", "/nowhere", "/static/report.css", "/sign-in"]
OTHER_SITE = {"Origin": "https://elsewhere.example"}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with serving(tmp_path_factory.mktemp("bench")) as bench:
        yield bench


@pytest.fixture
def stranger(bench: Bench) -> TestClient:
    bench.client.cookies.clear()
    return bench.client


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Bench]:
    with serving(tmp_path) as bench:
        bench.enter()
        yield bench


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Bench]:
    roles = {"ada": "analyst", "lou": "lead", "pia": "privacy_reviewer"}
    with serving(tmp_path, users=roles) as bench:
        yield bench


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "host", ["elsewhere.example", "127.0.0.1", "127.0.0.1:80", "localhost:8751", ""]
)
def test_a_foreign_host_is_refused_on_every_path(
    stranger: TestClient, path: str, host: str
) -> None:
    assert stranger.get(path, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8750", "localhost:8750", "LOCALHOST:8750"])
def test_our_own_names_are_no_foreign_hosts(stranger: TestClient, host: str) -> None:
    assert stranger.get("/", headers={"Host": host}).status_code == 401


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        OTHER_SITE,
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8751"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": URL},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Sec-Fetch-Site": "same-origin", **OTHER_SITE},
    ],
)
def test_a_form_of_another_site_is_refused_on_every_path(
    stranger: TestClient, path: str, headers: dict[str, str]
) -> None:
    assert stranger.post(path, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": URL}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}],
)
def test_a_form_of_our_own_is_not_from_another_site(
    stranger: TestClient, headers: dict[str, str]
) -> None:
    assert stranger.post("/runs", headers=headers).status_code == 401


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "PUT", "DELETE"])
def test_without_a_session_every_path_is_refused(
    stranger: TestClient, path: str, method: str
) -> None:
    assert stranger.request(method, path).status_code == 401


def test_the_host_is_checked_before_the_site_and_the_site_before_the_session(
    stranger: TestClient,
) -> None:
    assert stranger.post("/", headers={"Host": "elsewhere", **OTHER_SITE}).status_code == 400
    assert stranger.post("/", headers=OTHER_SITE).status_code == 403


@pytest.mark.parametrize("secret", ["", "x", "é", "0" * 64])
def test_a_forged_cookie_is_refused(stranger: TestClient, secret: str) -> None:
    said = f"graphmeta-8750={secret}".encode()
    assert stranger.get("/", headers=[(b"cookie", said)]).status_code == 401


def test_the_token_becomes_a_cookie_and_leaves_the_address(tmp_path: Path) -> None:
    with serving(tmp_path) as bench:
        assert bench.access.token
        answer = bench.client.get(f"/?token={bench.access.token.value}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = answer.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
        assert bench.access.token.value not in cookie
        assert bench.client.get("/").status_code == 200


def test_the_token_lets_in_once(inside: Bench) -> None:
    assert inside.access.token
    again = f"/?token={inside.access.token.value}"
    assert inside.client.get(again).status_code == 401
    inside.client.cookies.clear()
    assert inside.client.get(again).status_code == 401


@pytest.mark.parametrize("query", ["token=", "token=x", "token=%ff", "token=é"])
def test_another_token_lets_nobody_in(stranger: TestClient, query: str) -> None:
    assert stranger.get(f"/?{query}").status_code == 401


def test_looking_at_the_head_of_the_address_does_not_use_the_token_up(tmp_path: Path) -> None:
    with serving(tmp_path) as bench:
        assert bench.access.token
        path = f"/?token={bench.access.token.value}"
        assert bench.client.head(path).status_code == 401
        assert bench.client.get(path).status_code == 303


def test_every_answer_has_one_policy_and_stays_out_of_caches(inside: Bench) -> None:
    answers = [inside.client.get("/"), inside.client.get("/nowhere"), inside.client.post("/")]
    inside.client.cookies.clear()
    answers += [inside.client.get("/"), inside.client.get("/", headers={"Host": "x"})]
    for answer in answers:
        (policy,) = answer.headers.get_list("content-security-policy")
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        assert rules["default-src"] == "'none'"
        assert rules["script-src"] == rules["form-action"] == "'self'"
        assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
        assert "unsafe" not in rules["style-src"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"


def test_scripts_come_from_bokehs_own_wheel_and_nothing_else_is_served(inside: Bench) -> None:
    script = inside.client.get("/static/bokeh.min.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert len(script.content) > 500_000
    for name in ("app.py", "..%2fapp.py", "bokeh.min.js.map", "door.css"):
        assert inside.client.get(f"/static/{name}").status_code == 404


def test_a_form_without_its_own_token_changes_nothing(accounts: Bench) -> None:
    client = accounts.sign_in("ada")
    for form in ({}, {"form_token": "forged"}, {"form_token": ""}):
        assert client.post("/sign-out", data=form).status_code == 403
    assert client.get("/").status_code == 200


def test_who_signed_out_is_out_and_their_cookie_is_worth_nothing(accounts: Bench) -> None:
    client = accounts.sign_in("ada")
    kept = dict(client.cookies)
    token = accounts.form_token()
    assert client.post("/sign-out", data={"form_token": token}).status_code == 303
    client.cookies.update(kept)
    assert client.get("/").status_code == 401


def test_a_form_that_is_too_large_is_refused(accounts: Bench) -> None:
    client = accounts.sign_in("ada")
    answer = client.post("/sign-out", headers={"Content-Length": "30000000"}, content=b"")
    assert answer.status_code == 413


@pytest.mark.parametrize(("name", "path"), [("ada", "/"), ("lou", "/"), ("pia", "/privacy")])
def test_who_signs_in_is_led_to_the_first_page_they_see(
    accounts: Bench, name: str, path: str
) -> None:
    answer = accounts.client.post("/sign-in", data={"name": name, "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert accounts.client.get(path).status_code == 200


def test_a_privacy_reviewer_sees_receipts_and_no_clusters(accounts: Bench) -> None:
    client = accounts.sign_in("pia")
    for page in accounts.pages:
        for route in page.routes:
            if not route.path.startswith("/privacy"):
                path = route.path.replace("{run}", accounts.desk.runs[0].id)
                assert client.get(path).status_code in (403, 405)
                assert client.post(path).status_code in (403, 405)
    assert "Queue" not in client.get("/privacy").text


def test_a_wrong_password_a_wrong_name_and_no_password_are_refused_alike(accounts: Bench) -> None:
    said = [
        accounts.client.post("/sign-in", data={"name": name, "password": password})
        for name, password in (("ada", "wrong"), ("nobody", PASSWORD), ("", ""))
    ]
    assert {answer.status_code for answer in said} == {401}
    assert all("Name and password do not fit." in answer.text for answer in said)


def test_guessing_is_stopped_and_does_not_lock_others_out(accounts: Bench) -> None:
    for _ in range(5):
        accounts.client.post("/sign-in", data={"name": "ada", "password": "wrong"})
    stopped = accounts.client.post("/sign-in", data={"name": "ada", "password": PASSWORD})
    assert stopped.status_code == 429
    assert int(stopped.headers["retry-after"]) > 0
    accounts.sign_in("lou")


def test_a_cookie_over_tls_is_bound_to_the_host() -> None:
    address = public("https://bench.example")
    assert address.secure
    assert address.cookie.startswith("__Host-")
    assert address.hosts == {"bench.example", "bench.example:443"}


async def _nobody(*_: object) -> None:
    raise AssertionError("somebody was let through")


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        ("10.0.0.2", {}, 401),
        ("10.0.0.9", {"X-User": "ada"}, 401),
        ("10.0.0.2", {"X-User": "eve"}, 403),
    ],
)
def test_a_proxy_is_believed_at_its_own_address_and_about_known_people_alone(
    accounts: Bench, client: str, headers: dict[str, str], status: int
) -> None:
    answer = _by_proxy(accounts, _nobody, client).get("/", headers=headers)
    assert answer.status_code == status


def test_a_user_cannot_name_themselves_beside_what_the_proxy_says(accounts: Bench) -> None:
    twice = [("X-User", "ada"), ("X-User", "lou")]
    assert _by_proxy(accounts, _nobody, "10.0.0.2").get("/", headers=twice).status_code == 401


def test_whom_the_proxy_names_comes_in_with_the_role_of_the_file(accounts: Bench) -> None:
    from starlette.responses import PlainTextResponse
    from starlette.types import Receive, Scope, Send

    async def say(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(scope["state"]["session"].user.role)(scope, receive, send)

    answer = _by_proxy(accounts, say, "10.0.0.2").get("/", headers={"X-User": "pia"})
    assert answer.text == "privacy_reviewer"


def _by_proxy(bench: Bench, app: object, client: str) -> TestClient:
    """Return a client whose requests arrive from an address, at a gate that trusts a proxy."""
    access = Access(people=bench.access.people, proxy=TrustedProxy("10.0.0.2", "X-User"))
    gate = Gate(
        app,  # type: ignore[arg-type]
        public("https://bench.example"),
        access,
        Sessions(),
        lambda _: "/",
    )
    return TestClient(
        SecurityHeaders(gate), base_url="https://bench.example", client=(client, 1234)
    )
