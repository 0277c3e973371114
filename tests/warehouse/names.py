"""Names and texts that break out of quotes where they are put into SQL as they are."""

from __future__ import annotations

from hypothesis import strategies as st

NASTY = [
    "",
    "'",
    '"',
    "\\",
    "\\'",
    "''",
    '""',
    "a'; drop table CANARY; --",
    'a"; drop table CANARY; --',
    'x"."y',
    "$$",
    "$$; select 1; $$",
    "${table}",
    "-- x",
    "/* x",
    "*/ //",
    "a\nb\r\n;c",
    "\u2028\u2019\uff07",
    "Straße 🦊 \u202e",
    "%s ? :1 &x",
    "\\u0027",
    "é" * 255,
    "'" * 255,
    "\\" * 255,
]
# What fakesnow notes of tables, by their names, and never lets go.
NOTED = """
    select (select count(*) from _FS_GLOBAL._FS_INFORMATION_SCHEMA._FS_COLUMNS_EXT),
        (select count(*) from _FS_GLOBAL._FS_INFORMATION_SCHEMA._FS_TABLES_EXT)
"""
HOSTILE = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.sampled_from("'\"\\;-$/*\n\r\t ?:%{}.ab\u2019é🦊"), max_size=255),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=255),
)
PRESENT = HOSTILE.filter(lambda text: text.strip() != "")
