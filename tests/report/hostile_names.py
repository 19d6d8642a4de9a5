"""Names that a spreadsheet takes for a formula or a link, and a page for markup."""

HOSTILE = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    '=HYPERLINK("http://127.0.0.1","x")',
    "=cmd|' /C calc'!A0",
    "http://127.0.0.1",
    "<b>A&B</b>",
    "<img src=x>&nbsp;",
)
