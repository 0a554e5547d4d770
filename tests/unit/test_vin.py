"""The number: check digit, what people type, what it says about the vehicle."""

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vinreader.results import CheckDigit, Vehicle
from vinreader.vin import (
    ALPHABET,
    CHECK_POSITION,
    VALUES,
    InvalidVin,
    check_digit,
    describe,
    is_well_formed,
    mandates_check_digit,
    model_years,
    normalise,
    validate,
    verdict,
    wmi_known,
)

PUBLISHED = "1M8GDM9AXKP042788"  # the example of 49 CFR 565, passed round ever since

vins = st.text(ALPHABET, min_size=17, max_size=17)
"""Any well-formed number."""
any_but_ninth = st.sampled_from([i for i in range(17) if i != CHECK_POSITION])
labels = st.sampled_from(["", "VIN", "vin:", "*VIN*", "V.I.N. "])


def with_check_digit(vin: str) -> str:
    return vin[:CHECK_POSITION] + check_digit(vin) + vin[CHECK_POSITION + 1 :]


def replaced(vin: str, position: int, symbol: str) -> str:
    return vin[:position] + symbol + vin[position + 1 :]


def test_alphabet_has_33_symbols_and_no_i_o_q():
    assert len(set(ALPHABET)) == len(ALPHABET) == 33
    assert not set("IOQ") & set(ALPHABET)


@pytest.mark.parametrize(
    ("group", "value"),
    [
        ("0", 0), ("1AJ", 1), ("2BKS", 2), ("3CLT", 3), ("4DMU", 4),
        ("5ENV", 5), ("6FW", 6), ("7GPX", 7), ("8HY", 8), ("9RZ", 9),
    ],
)  # fmt: skip
def test_transliteration_follows_the_rule(group, value):
    assert "".join(symbol for symbol in ALPHABET if VALUES[symbol] == value) == group


@pytest.mark.parametrize(
    ("vin", "digit"),
    [
        (PUBLISHED, "X"),
        ("11111111111111111", "1"),  # seventeen ones: the weights sum to 89, 89 mod 11 is 1
        ("00000000000000000", "0"),
        ("1HGCM82633A004352", "3"),
        ("5GZCZ43D13S812715", "1"),
    ],
)
def test_check_digit_of_known_numbers(vin, digit):
    assert check_digit(vin) == digit
    assert verdict(vin) is (CheckDigit.VALID if vin[8] == digit else CheckDigit.NOT_APPLICABLE)


@pytest.mark.parametrize(
    ("vin", "expected"),
    [
        ("1M8GDM9AXKP042788", CheckDigit.VALID),
        ("1M8GDM9A1KP042788", CheckDigit.INVALID),
        ("LSVAA4182E2000001", CheckDigit.INVALID),  # China demands it
        ("WVWZZZ1KZAW000001", CheckDigit.NOT_APPLICABLE),  # Z there is a filler
        ("9BWZZZ377VT004251", CheckDigit.NOT_APPLICABLE),
        ("JN1AZ00Z9ZT000001", CheckDigit.NOT_APPLICABLE),
        ("JN1AZ00Z1ZT000001", CheckDigit.VALID),  # Japan may comply, and here does
    ],
)
def test_verdict_has_three_values(vin, expected):
    assert verdict(vin) is expected


@given(vins)
def test_check_digit_ignores_what_stands_in_its_place(vin):
    assert check_digit(with_check_digit(vin)) == check_digit(vin)


@given(vins)
def test_a_number_given_its_check_digit_is_valid_everywhere(vin):
    assert verdict(with_check_digit(vin)) is CheckDigit.VALID


@given(vins, any_but_ninth, st.sampled_from(ALPHABET))
def test_one_changed_character_is_noticed_outside_the_blind_spots(vin, position, symbol):
    right = with_check_digit(vin)
    wrong = replaced(right, position, symbol)
    seen = check_digit(wrong) != right[CHECK_POSITION]
    assert seen == (VALUES[symbol] != VALUES[right[position]])


@given(vins)
def test_only_north_america_and_china_can_be_invalid(vin):
    if verdict(vin) is CheckDigit.INVALID:
        assert vin[0] in "12345L"
    if verdict(vin) is CheckDigit.NOT_APPLICABLE:
        assert vin[0] not in "12345L"
    assert mandates_check_digit(vin) == (vin[0] in "12345L")


@pytest.mark.parametrize("text", ["", PUBLISHED[1:], PUBLISHED + "0", PUBLISHED.lower(), "I" * 17])
def test_malformed_numbers_have_no_check_digit(text):
    assert not is_well_formed(text)
    for question in (check_digit, verdict, describe, model_years):
        with pytest.raises(InvalidVin):
            question(text)


@pytest.mark.parametrize(
    "typed",
    [
        PUBLISHED,
        " 1m8 gdm9ax kp042788\n",
        "1M8-GDM9AX-KP042788",
        "*1M8GDM9AXKP042788*",
        "☆VIN☆ 1M8GDM9AXKP042788 ☆VIN☆",
        "VIN: 1M8GDM9AXKP042788",
        "V.I.N. No. 1M8GDM9AXKP042788",
        "vin nr.1M8GDM9AXKP042788",
        "VIN1M8GDM9AXKP042788",
        "#1M8\u200bGDM9AX\u00a0KP042788",
        "１Ｍ８ＧＤＭ９ＡＸＫＰ０４２７８８",  # full-width, as a phone may type
    ],
)
def test_what_people_type_becomes_the_bare_number(typed):
    assert normalise(typed) == PUBLISHED
    assert validate(typed) == PUBLISHED


def test_a_number_that_begins_like_a_label_keeps_its_letters():
    assert validate("VIN NR1M8GDM9AXKP0427") == "NR1M8GDM9AXKP0427"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "A VIN has 17 characters, this has 0."),
        ("1M8GDM9AXKP04278", "A VIN has 17 characters, this has 16."),
        (
            "1M8GDM9AXKPO42788",
            "Position 12 is the letter O, which no VIN has (the digit 0?).",
        ),
        (
            "IM8GDM9AXKPQ42788",
            "Position 1 is the letter I, which no VIN has (the digit 1?); "
            "position 12 is the letter Q, which no VIN has (the digit 0?).",
        ),
        (
            "1M8GDM9\u0410XKP042788",  # a Cyrillic A looks the same and is not
            "Position 8 is '\u0410' (Cyrillic Capital Letter A), which no VIN has.",
        ),
        (
            "1M8GDM9AXKP042788I",
            "A VIN has 17 characters, this has 18; "
            "position 18 is the letter I, which no VIN has (the digit 1?).",
        ),
    ],
)
def test_a_refusal_says_where_and_why(typed, message):
    with pytest.raises(InvalidVin) as refusal:
        validate(typed)
    assert str(refusal.value) == message


def test_a_refusal_of_a_whole_page_stays_short():
    with pytest.raises(InvalidVin, match="this has 20000") as refusal:
        validate("QO" * 10_000)
    assert str(refusal.value).endswith("; 19997 more characters that no VIN has.")
    assert len(str(refusal.value)) < 400


@given(st.text())
def test_normalise_is_idempotent_and_leaves_no_separator(text):
    once = normalise(text)
    assert normalise(once) == once
    assert all(character.isalnum() for character in once)


@given(vins, st.text(" -*#.\t", max_size=4), labels)
def test_normalise_finds_the_number_in_its_wrapping(vin, separator, label):
    assert normalise(label + " " + separator.join(vin.lower()) + separator) == vin


@given(st.text())
def test_validate_returns_a_well_formed_number_or_refuses(text):
    try:
        vin = validate(text)
    except InvalidVin:
        assert not is_well_formed(normalise(text))
    else:
        assert is_well_formed(vin)


@given(vins, st.integers(0, 16), st.sampled_from("IOQ"))
def test_i_o_and_q_are_never_silently_corrected(vin, position, letter):
    typed = replaced(vin, position, letter)
    assume(normalise(typed) == typed)  # …VIN… at either end is a label
    with pytest.raises(InvalidVin, match=rf"osition {position + 1} is the letter {letter}"):
        validate(typed)


def test_describe_tells_maker_country_and_year():
    assert describe("1HGCM82633A004352", this_year=2026) == Vehicle(
        wmi="1HG", manufacturer="Honda", country="United States", model_years=(2003,)
    )
    assert describe("WVWZZZ1KZAW000001", this_year=2026) == Vehicle(
        wmi="WVW", manufacturer="Volkswagen", country="Germany", model_years=(2010, 1980)
    )


def test_describe_leaves_out_what_is_not_on_record():
    assert describe("GZZ00000000000000", this_year=2026) == Vehicle(wmi="GZZ")


@pytest.mark.parametrize(
    ("vin", "maker"),
    [
        ("1HTMMAAN55H000001", "International"),  # shares 1H with Honda
        ("3AKJGLDR0JS000001", "Freightliner"),  # shares 3A with Chrysler
        ("1M8GDM9AXKP042788", "Motor Coach Industries"),  # shares 1M with Mercury
        ("1F8000000A0000001", "Ford"),
        ("2H9000000A0000001", None),  # a 9 in third place: one of many small makers
    ],
)
def test_maker_of_a_shared_prefix(vin, maker):
    assert describe(vin).manufacturer == maker


@pytest.mark.parametrize(
    ("vin", "years"),
    [
        ("1HGCM8263AA004352", (1980,)),  # a digit in position 7: before 2010
        ("1HGCM8A63AA004352", (2010,)),  # a letter: from 2010 on
        ("1HGCM8A637A004352", (2007,)),  # 2037 is not yet: the rule leaves nothing, so it yields
        ("1HD1BX510BB000001", (2011, 1981)),  # motorcycles are not bound by the rule
        ("JHMCM8263AA004352", (2010, 1980)),  # nor is what was not made in North America
        ("WVWZZZ1KZTW000001", (2026, 1996)),
        ("WVWZZZ1KZVW000001", (2027, 1997)),  # next year's model is on sale
        ("WVWZZZ1KZWW000001", (1998,)),  # the one after is not
    ],
)
def test_model_years(vin, years):
    assert model_years(vin, this_year=2026) == years


@pytest.mark.parametrize("code", "0UZ")
def test_some_codes_are_no_year(code):
    assert model_years(replaced("WVWZZZ1KZAW000001", 9, code), this_year=2026) == ()


@given(vins, st.integers(2000, 2100))
def test_model_years_lie_thirty_years_apart_and_not_in_the_future(vin, this_year):
    years = model_years(vin, this_year)
    assert all(1980 <= year <= this_year + 1 for year in years)
    assert all(later - earlier == 30 for later, earlier in pairwise(years))


@given(vins)
def test_every_well_formed_number_can_be_described(vin):
    vehicle = describe(vin)
    assert vehicle.wmi == vin[:3]
    assert (vehicle.manufacturer is not None) == wmi_known(vin[:3])


@pytest.mark.parametrize(
    ("wmi", "known"),
    [("1HG", True), ("WVW", True), ("1F8", True), ("GZZ", False), ("XXX", False), ("2H9", False)],
)
def test_wmi_on_record(wmi, known):
    assert wmi_known(wmi) is known
