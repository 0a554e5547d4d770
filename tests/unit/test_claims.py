"""What the contents of bar codes are worth: numbers, numbers with extras, and what only looks like
one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinreader.claims import CODE_39, Claim, Weight, claims_of, may_be_a_vin
from vinreader.results import CheckDigit, Symbology
from vinreader.vin import ALPHABET, check_digit, is_well_formed, mandates_check_digit, verdict

AMERICAN = "1M8GDM9AXKP042788"
EUROPEAN = "WVWZZZ1KZ8W000001"
"""No check digit."""
VOLUNTEERED = "WVWZZZ1K88W000001"
LINEAR = (Symbology.CODE_39, Symbology.CODE_128)
CHECKED = (Symbology.CODE_128, Symbology.DATA_MATRIX, Symbology.QR_CODE)


def only(content: str, symbology: Symbology = Symbology.CODE_39) -> Claim:
    (claim,) = claims_of(content, symbology)
    return claim


@pytest.mark.parametrize("symbology", Symbology)
@pytest.mark.parametrize("content", ["{}", "I{}", "*{}*", " {} ", "*I{}*"])
def test_a_number_with_a_check_digit_proves_itself(content: str, symbology: Symbology) -> None:
    for vin in (AMERICAN, VOLUNTEERED):
        assert only(content.format(vin), symbology) == Claim(vin, Weight.PROVE)


def test_without_a_check_digit_the_code_s_own_check_has_to_do() -> None:
    assert only(EUROPEAN, Symbology.CODE_39) == Claim(EUROPEAN, Weight.OBJECT)
    for symbology in CHECKED:
        assert only(EUROPEAN, symbology) == Claim(EUROPEAN, Weight.PROVE)


def with_check_character(content: str) -> str:
    return content + CODE_39[sum(map(CODE_39.index, content)) % 43]


@pytest.mark.parametrize("content", [EUROPEAN, "I" + EUROPEAN, AMERICAN])
def test_the_check_character_of_code_39_is_stripped_and_counts(content: str) -> None:
    claims = claims_of(with_check_character(content), Symbology.CODE_39)
    assert Claim(content.removeprefix("I"), Weight.PROVE) in claims


def test_a_wrong_check_character_is_an_unknown_extra() -> None:
    right = with_check_character(EUROPEAN)
    wrong = EUROPEAN + next(s for s in "ABC" if s != right[-1])
    assert only(wrong) == Claim(EUROPEAN, Weight.CONFIRM)


@pytest.mark.parametrize("extra", ["01", "A7", "B2C"])
def test_unknown_extras_leave_nothing_but_a_confirmation(extra: str) -> None:
    assert only(EUROPEAN + extra) == Claim(EUROPEAN, Weight.CONFIRM)


def test_a_label_whose_first_letter_is_coded_otherwise_proves_nothing() -> None:
    """Seen on European labels: L for W, and two characters more. It passes for Chinese."""
    for claim in claims_of("L" + EUROPEAN[1:] + "01", Symbology.CODE_39):
        assert claim.weight is Weight.CONFIRM


def test_an_address_or_fields_with_the_number_in_them() -> None:
    address = f"https://example.com/cars?vin={AMERICAN}&lang=en"
    assert only(address, Symbology.QR_CODE) == Claim(AMERICAN, Weight.PROVE)
    fields = f"A12345;{EUROPEAN};B7"
    assert only(fields, Symbology.DATA_MATRIX) == Claim(EUROPEAN, Weight.OBJECT)


def test_of_a_message_only_the_field_that_says_so_is_a_vin() -> None:
    message = f"[)>\x1e06\x1dP{AMERICAN[1:]}\x1dI{EUROPEAN}\x1dS123\x1e\x04"
    assert only(message, Symbology.DATA_MATRIX) == Claim(EUROPEAN, Weight.PROVE)
    unlabelled = f"[)>\x1e06\x1d{AMERICAN}\x1dQ1\x1e\x04"
    assert claims_of(unlabelled, Symbology.DATA_MATRIX) == ()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "4006381333931",  # an EAN
        "00340123450000000018",  # a shipping container
        "12345678901234567",
        "DOT 4B9C JR2R 2319",
        "1M8GDM9A5KP042788",  # a check digit that the law makes wrong
        "I1M8GDM9A5KP042788",
        "1M8GDM9AXKP04278R",  # a misread digit that the check digit overlooks
        "WVWZZZ1KZ8WABCDEF",
        "WVWZZZ1KZ8W00000",
        "IWVWZZZ1KZ8W00000",
        "WVWZZZ1KZ8WO00001",
        "wvwzzz1kz8w000001",
        "ÄWVWZZZ1KZ8W000001\N{SNOWMAN}I",
    ],
)
def test_what_is_no_vin_claims_nothing(content: str) -> None:
    for symbology in Symbology:
        assert not any(c.weight > Weight.CONFIRM for c in claims_of(content, symbology))


def test_a_serial_number_with_no_maker_on_record_needs_the_text() -> None:
    serial = "YK3ZZZ1KZ8W000001"
    assert only(serial, Symbology.DATA_MATRIX).weight is Weight.OBJECT


def test_a_misread_digit_that_the_check_digit_overlooks_is_seen_by_its_place() -> None:
    """Reported of another scanner: 98 at the end was read as R8, and 9 and R count the same."""
    assert check_digit("WBANE53517CK92498") == check_digit("WBANE53517CK924R8")
    assert may_be_a_vin("WBANE53517CK92498")
    assert not may_be_a_vin("WBANE53517CK924R8")


contents = st.text(CODE_39, max_size=24) | st.text(ALPHABET + "I*", min_size=16, max_size=21)


@given(contents, st.sampled_from(Symbology))
def test_only_well_formed_numbers_that_stand_in_the_content_are_claimed(
    content: str, symbology: Symbology
) -> None:
    for claim in claims_of(content, symbology):
        assert claim.vin in content
        assert is_well_formed(claim.vin)
        assert verdict(claim.vin) is not CheckDigit.INVALID
        if mandates_check_digit(claim.vin):
            assert verdict(claim.vin) is CheckDigit.VALID


@given(
    st.integers(0, 16), st.sampled_from(ALPHABET), st.sampled_from([AMERICAN, "JS3TD62V6Y4100123"])
)
def test_one_misread_character_proves_a_wrong_number_only_where_the_check_digit_is_blind(
    position: int, symbol: str, vin: str
) -> None:
    misread = vin[:position] + symbol + vin[position + 1 :]
    for claim in claims_of(misread, Symbology.CODE_39):
        if claim.weight is Weight.PROVE and misread != vin:
            assert check_digit(misread) == misread[8]
            assert position < 13
