"""The command `format`: what it changes, and what it leaves as it is."""

from tests.working_copy import RIVERS, WorkingCopy

RIVERS_DATA = RIVERS / "data" / "rivers.ttl"


class TestFormat:
    def test_check_finds_what_format_mends(self, rivers: WorkingCopy) -> None:
        assert rivers.run("format", "--check").exit_code == 0
        rivers.replace("data/rivers.ttl", "id:bly a tip:Lake ;", "id:bly   a tip:Lake;")
        found = rivers.run("format", "--check")
        assert found.exit_code == 1
        assert found.stderr == f"not canonical: {rivers.path('data/rivers.ttl')}\n"
        assert rivers.run("format").exit_code == 0
        assert rivers.path("data/rivers.ttl").read_bytes() == RIVERS_DATA.read_bytes()

    def test_standard_input(self, rivers: WorkingCopy) -> None:
        result = rivers.run("format", "-", given="<http://a/s>   a <http://a/C>.")
        assert (result.exit_code, result.stdout) == (0, "<http://a/s> a <http://a/C> .\n")
        checked = rivers.run("format", "--check", "-", given="<http://a/s>   a <http://a/C>.")
        assert (checked.exit_code, checked.stdout) == (1, "")

    def test_a_comment_that_would_be_lost_changes_nothing(self, rivers: WorkingCopy) -> None:
        rivers.replace("data/rivers.ttl", "id:bly a tip:Lake ;", "id:bly a tip:Lake ; # a lake")
        before = rivers.path("data/rivers.ttl").read_bytes()
        assert rivers.run("format").exit_code == 3
        assert rivers.path("data/rivers.ttl").read_bytes() == before
