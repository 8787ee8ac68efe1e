"""What the words of clients tell of a quota, a login and an error, and which words only speak about one."""

from __future__ import annotations

import pytest

from app.agents.trouble import LOGIN, QUOTA, fault_in, status_in, trouble_of


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("Invalid API key · Please run /login", LOGIN),
        ("Failed to authenticate. API Error: 401 scripted: invalid api key", LOGIN),
        ("Authentication failed with provider at ****** (HTTP 401).", LOGIN),
        ("unexpected status 401 Unauthorized: scripted, url: http://127.0.0.1:8732/v1/responses", LOGIN),
        ('[API Error: {"error":{"type":"authentication_error","code":401}}]', LOGIN),
        ("provider.auth_error: 401 scripted", LOGIN),
        ("Not logged in. Run `codex login` first.", LOGIN),
        ("Authentication required", LOGIN),
        ("API key not valid. Please pass a valid API key.", LOGIN),
        ("OAuth token has expired", LOGIN),
        ("No API key provided; missing credentials", LOGIN),
        ("402 scripted: no credit", QUOTA),
        ("You exceeded your current quota, please check your plan and billing details", QUOTA),
        ("429 insufficient_quota", QUOTA),
        ("Claude usage limit reached. Your limit will reset at 3pm", QUOTA),
        ("Your credit balance is too low to access the Anthropic API", QUOTA),
        ("You've hit your usage limit. Upgrade to Pro", QUOTA),
        ("Quota exceeded for quota metric 'Gemini 2.5 Pro Requests'", QUOTA),
        ("You have no premium requests left", QUOTA),
        ("403 Your credit balance is empty", QUOTA),
        ("429 Too Many Requests", None),
        ("529 overloaded", None),
        ("500 internal server error", None),
        ("400 bad request", None),
        ("connection refused", None),
    ],
)
def test_quota_and_login_are_recognised_over_all_clients(text: str, trouble: str | None) -> None:
    assert trouble_of(text) == trouble


@pytest.mark.parametrize(
    "text",
    [
        "The endpoint now answers with 401 when the token is wrong; I changed the test.",
        "I fixed the error handling of the login form.",
        "The billing code looks fine.",
        "The session limit is configured in settings.py, line 4.",
        'The form now says "Please sign in".',
        "No API key is missing; the unauthorized error comes from line 12.",
        "HTTP 401 Unauthorized means that the request lacks valid credentials.",
        "HTTP 404 is the status for a page that was not found.",
        "Status: 3 of 412 tests fail.",
        "All 500 tests pass.",
        "Here is what error 429 means.\nThe server asks you to slow down.",
        "",
    ],
)
def test_an_answer_about_errors_is_none(text: str) -> None:
    assert fault_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Invalid API key · Please run /login",
        "Not logged in · Please run /login",
        "You've hit your usage limit. Try again at 18:00.",
        "You have no premium requests left",
        "Claude usage limit reached. Your limit will reset at 3pm",
        "Credit balance is too low: your credit balance is 0",
        "Your credit balance is too low to access the Anthropic API",
        "Please sign in to continue.",
        "OAuth token has expired",
        "HTTP 401: Unauthorized",
        "status code 429",
        "HTTP 401 Unauthorized",
    ],
)
def test_an_answer_that_is_only_a_notice_is_a_fault(text: str) -> None:
    assert fault_in(text) == text


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("HTTP 401.", 401),
        ('"code":529,', 529),
        ("401: no", 401),
        ("http://127.0.0.1:443/v1", None),
        ("took 500.5 ms", None),
        ("#404", None),
        ("14290", None),
    ],
)
def test_status_in_words(text: str, status: int | None) -> None:
    assert status_in(text) == status
