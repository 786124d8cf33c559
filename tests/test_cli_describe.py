"""The command `describe`: what it writes of a thing, page by page."""

from pyoxigraph import NamedNode, RdfFormat, parse

from tests.working_copy import WorkingCopy
from tipgraph.namespaces import BASE, TIP


class TestDescribe:
    def test_a_thing_with_what_is_said_of_it(self, rivers: WorkingCopy) -> None:
        described = list(parse(rivers.run("describe", "id:ane").stdout, RdfFormat.TURTLE))
        ane, reaches = NamedNode(f"{BASE}id/ane"), NamedNode(f"{TIP}reaches")
        assert {
            each.object.value
            for each in described
            if each.subject == ane and each.predicate == reaches
        } == {f"{BASE}id/bly", f"{BASE}id/cor"}

    def test_pages_of_what_points_at_it(self, rivers: WorkingCopy) -> None:
        lines = [f"<urn:s{number:03d}> <urn:p> <urn:o> .\n" for number in range(150)]
        rivers.path("many.nt").write_text("".join(lines), encoding="utf-8")
        arguments = ("describe", "urn:o", "--data", "many.nt", "--format", "nt")
        first, second = rivers.run(*arguments), rivers.run(*arguments, "--page", "2")
        assert first.stderr == "page 1 of 2: --page 2 goes on\n"
        assert second.stderr == ""
        assert {*first.stdout.splitlines(True), *second.stdout.splitlines(True)} == {*lines}
        third = rivers.run(*arguments, "--page", "3")
        assert (third.exit_code, third.stdout) == (2, "")
        assert third.stderr == "error: there is no page 3: the last is 2\n"
