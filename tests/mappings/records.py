"""Records of the product as JSON may have them, for tests of any value."""

from hypothesis import strategies as st

NAMES = st.sampled_from(["deal", "amount", "lines", "", "å", "\0", "\ud800"])
PATHS = st.lists(NAMES | st.just("0"), min_size=1, max_size=4).map(".".join)
NUMBERS = (
    st.integers()
    | st.floats()
    | st.decimals()
    | st.integers(4_000, 6_000).map(lambda exponent: 10**exponent)
    | st.from_regex(r"-?[0-9]{1,9}(\.[0-9]{1,9})?(e-?[0-9]{1,9})?", fullmatch=True)
)
DATES = st.dates().map(str) | st.datetimes().map(str) | st.sampled_from(["9999-12-31T23:59:59-14:00", "0000-00-00"])
ODD = st.sampled_from(["", "  ", "true", "1e999999999", "12,5", "\0", "\ud800", "٣", "x" * 2_000])
SCALARS = st.none() | st.booleans() | NUMBERS | DATES | ODD | st.text()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
