"""What to do about an error or a doubt, in the words of the page."""

import pytest

from hedger.errors import BadCell, InvalidRowsError
from hedger.ui.remedies import in_page_words


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("The rows add to 10, the file states 12. A row may be missing.", None),
        (
            "There are no prices of A: it is down. Try again later, or use other prices: --prices FILE for your own.",
            'There are no prices of A: it is down. Here: the switch "Live prices".',
        ),
        (
            "The file gives weights only, so the size is unknown. Say it, for example --portfolio-value 250000.",
            'The file gives weights only, so the size is unknown. Here: "Portfolio value, USD".',
        ),
        ("The price is far off. Check --futures-price.", "The price is far off."),
        ("--risk 5 can be read in two ways: 5 %, or all. Write --risk 5% for the first.", None),
        ("--legs 2 has no effect: few.", '"Indices in the hedge" 2 has no effect: few.'),
        (
            "--unrealised-gain has no effect without --long-term-tax.",
            '"Unrealised gain, USD" has no effect without "Long-term rate, %".',
        ),
        ("Two legs. Use --legs 1, or --legs auto.", 'Two legs. Here: "Indices in the hedge".'),
    ],
)
def test_ways_out_of_the_terminal_give_way_to_those_of_the_page(message, shown):
    expected = '"Risk, %" 5 can be read in two ways: 5 %, or all. Here: "Risk, %".' if message[0] == "-" else message
    assert in_page_words(message) == (shown or expected)
    assert "--" not in in_page_words(message)


def test_bad_cells_keep_their_lines_and_lead_to_the_button():
    cells = [BadCell(line=line, column="Quantity", value="ten", expected="a number") for line in (2, 5)]
    error = InvalidRowsError(cells)
    *listed, last = in_page_words(str(error)).splitlines()
    assert listed == [str(cell) for cell in cells]
    assert last == (
        "Nothing was imported because of 2 bad cells: correct them, or delete the rows, and read the file again. "
        'Here: the button "Go on without these rows".'
    )
    assert str(error).endswith("Or go on without these rows with --leave-out-bad-rows.")
