"""Sentences about a wrong call: which word is wrong, and which words are right."""

from __future__ import annotations

import sys

import click
import pytest
from meguro_opendata.cli import main, options

CONTEXT = click.Context(click.Command("validate"))
KNOWN = ["build", "plan", "validate"]


@pytest.mark.parametrize(
    ("name", "key", "near"), [("validat", "usage-no-command-near", "validate"), ("frobnicate", "usage-no-command", "")]
)
def test_an_unknown_command_is_shown_with_near_names_or_the_whole_list(name: str, key: str, near: str) -> None:
    """A long list is never called a near name."""
    error = options.UnknownCommandError(name, KNOWN, CONTEXT)
    assert main._usage_code(error) == (key, {"name": name, "near": near, "known": "build, plan, validate"})


@pytest.mark.parametrize(
    ("possibilities", "expected"),
    [
        (["--standard"], ("usage-no-option-near", {"name": "--stndard", "near": "--standard"})),
        (None, ("usage-no-option", {"name": "--stndard", "near": ""})),
    ],
)
def test_an_unknown_option_is_shown_with_near_names(possibilities: list[str] | None, expected: object) -> None:
    """Without a near name the sentence ends after the wrong one."""
    assert main._usage_code(click.NoSuchOption("--stndard", possibilities=possibilities)) == expected


@pytest.mark.parametrize(
    ("arguments", "option", "key"),
    [
        (["validate", "a.csv", "--standard"], "--standard", "usage-standard-without-id"),
        (["validate", "a.csv", "--sheet"], "--sheet", "usage-bad-option"),
        (["validate", "a.csv", "--personal=1"], "--personal", "usage-flag-with-value"),
        (["validate", "a.csv", "--personally=1", "--personal"], "--personal", "usage-bad-option"),
    ],
)
def test_a_missing_value_and_a_surplus_one_have_their_own_sentences(
    arguments: list[str], option: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Click raises the same error for both."""
    monkeypatch.setattr(sys, "argv", ["meguro-opendata", *arguments])
    assert main._usage_code(click.BadOptionUsage(option, "")) == (key, {"name": option})


def test_a_wrong_choice_is_shown_with_the_choices() -> None:
    """The values that can be written are in the sentence."""
    option = click.Option(["--format"], type=click.Choice(["text", "json"]))
    error = click.BadParameter("", ctx=CONTEXT, param=option)
    assert main._usage_code(error) == ("usage-bad-choice", {"name": "--format", "choices": "text, json"})
