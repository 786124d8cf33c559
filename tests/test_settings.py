from pathlib import Path

import pytest
from pydantic import ValidationError

from tipgraph.errors import UsageError
from tipgraph.settings import ENVIRONMENT_PREFIX, Settings

DOCUMENT = Path(__file__).parent.parent / "docs" / "settings.md"


def test_environment_wins_over_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIPGRAPH_PORT", "9999")
    assert Settings.from_environment().port == 9999


def test_arguments_win_over_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIPGRAPH_PORT", "9999")
    assert Settings.from_environment(port=1234).port == 1234


def test_an_argument_of_none_counts_as_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIPGRAPH_HOST", "127.0.0.2")
    assert Settings.from_environment(host=None).host == "127.0.0.2"


@pytest.mark.parametrize(
    "text", ["http://a/ http://b/", "http://a/,http://b/", " http://a/ , http://b/"]
)
def test_lists_are_separated_by_spaces_or_commas(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("TIPGRAPH_SERVICE_ALLOW", text)
    assert Settings.from_environment().service_allow == ("http://a/", "http://b/")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("WORKERS", "0"),
        ("QUERY_TIMEOUT", "-1"),
        ("BASE_IRI", "graph/"),
        ("BASE_IRI", "https://example.org"),
        ("PUBLIC_URL", "data.example"),
        ("TRUSTED_PROXIES", "10.0.0.0/8"),
        ("TRUSTED_PROXIES", "proxy.example"),
    ],
)
def test_a_bad_value_is_a_usage_error_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"TIPGRAPH_{name}", value)
    with pytest.raises(UsageError, match=f"TIPGRAPH_{name}.*{value}"):
        Settings.from_environment()


def test_settings_do_not_change() -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1


def test_the_document_lists_every_setting_with_its_default_and_help() -> None:
    rows = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in DOCUMENT.read_text(encoding="utf-8").splitlines()
        if line.startswith(f"| `{ENVIRONMENT_PREFIX}")
    ]
    fields = Settings.model_fields
    assert [row[0] for row in rows] == [f"{ENVIRONMENT_PREFIX}{name.upper()}" for name in fields]
    for row, (name, field) in zip(rows, fields.items(), strict=True):
        assert row[2] == field.description, name
        if name != "workers":
            assert row[1] == _shown(field.default), name


def _shown(default: object) -> str:
    if default is None or default == ():
        return ""
    return f"{default:g}" if isinstance(default, float) else str(default)
