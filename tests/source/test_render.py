"""Three forms of a diagnostic."""

from rnnlab.source import Diagnostic, Source, Span, diagnostic_to_data, render_concise, render_full, summary

SOURCE = Source("x.yaml", "name: a\n\tseed: é7\n")
FOUND = Diagnostic("RL103", "`seed` is wrong", Span(SOURCE, 15, 17), "here", help="write 7")


def test_the_caret_keeps_its_column_behind_tabs_and_accents():
    assert render_full(FOUND).splitlines()[3:5] == ["2 | \tseed: é7", "  | \t      ^^ here"]


def test_a_diagnostic_without_a_place_has_no_lines_of_text():
    assert render_full(Diagnostic("RL205", "x", None, help="y")) == "error[RL205]: x\n = help: y"


def test_the_concise_form_is_one_line():
    assert render_concise(FOUND) == "x.yaml:2:8: error[RL103]: `seed` is wrong (help: write 7)"


def test_the_data_hold_line_column_and_width():
    data = diagnostic_to_data(FOUND)
    assert (data["file"], data["line"], data["column"], data["width"]) == ("x.yaml", 2, 8, 2)


def test_the_summary_counts_errors_and_warnings():
    warning = Diagnostic("RL220", "x", None, severity="warning")
    assert summary([FOUND, FOUND, warning]) == "2 errors, 1 warning"
    assert summary([]) == "no errors"
