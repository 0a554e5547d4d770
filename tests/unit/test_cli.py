"""The command line: run in this process, output and exit code as a person gets them."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from tests.photos import SAMPLE, sample_vin
from vinreader.cli import main
from vinreader.console import ProgressBar, ReadingTable
from vinreader.models import DEFAULT_MODELS_DIR, MissingModel, ModelFiles
from vinreader.results import Barcode, Question, Reading, Status, Symbology

VIN = "1M8GDM9AXKP042788"


@pytest.fixture
def text_file(tmp_path) -> Path:
    file = tmp_path / "letter.jpg"
    file.write_text("Dear sirs, attached you find the photo.")
    return file


@pytest.fixture
def blank_photo(tmp_path) -> Path:
    file = tmp_path / "wall.png"
    Image.new("RGB", (640, 480), (140, 140, 140)).save(file)
    return file


def lines_of(printed: str) -> list[dict]:
    return [json.loads(line) for line in printed.splitlines()]


def test_check_tells_what_the_number_says(capsys):
    assert main(["check", "vin: 1hgcm8263-3a004352"]) == 0
    assert capsys.readouterr().out == (
        "1HGCM82633A004352\n"
        "  well-formed  yes\n"
        "  check digit  valid\n"
        "  maker        Honda (1HG)\n"
        "  country      United States\n"
        "  model year   2003\n"
    )


def test_check_names_the_digit_that_should_be_there(capsys):
    assert main(["check", "1M8GDM9A1KP042788"]) == 1
    assert "check digit  invalid: position 9 is 1 and should be X\n" in capsys.readouterr().out


def test_check_says_what_is_not_on_record(capsys):
    assert main(["check", "GZZ000000U0000000"]) == 0
    printed = capsys.readouterr().out
    assert "maker        unknown (GZZ)\n" in printed
    assert "country      unknown\n" in printed
    assert "model year   not coded\n" in printed


def test_check_goes_on_after_a_malformed_number(capsys):
    assert main(["check", "1M8GDM9AXKPO42788", VIN]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith(
        "1M8GDM9AXKPO42788\n"
        "  well-formed  no. Position 12 is the letter O, which no VIN has (the digit 0?).\n"
        f"{VIN}\n"
        "  well-formed  yes\n"
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "the following arguments are required"),
        (["read"], "the following arguments are required: PHOTO"),
        (["read", "--threads", "0", "x.jpg"], "must be at least 1, not 0"),
        (["read", "--threads", "two", "x.jpg"], "invalid"),
        (["check"], "the following arguments are required: VIN"),
    ],
)
def test_wrong_arguments_are_explained(arguments, complaint, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert complaint in capsys.readouterr().err


def test_missing_models_are_named(tmp_path, blank_photo, capsys):
    assert main(["read", "--models", str(tmp_path), str(blank_photo)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == f"vinreader: There is no model {tmp_path / 'craft.onnx'}.\n"


def test_read_finds_the_number_of_the_sample_photo(capsys):
    assert main(["read", "--json", str(SAMPLE)]) == 0
    (line,) = lines_of(capsys.readouterr().out)
    assert line["file"] == str(SAMPLE)
    assert line["status"] == "read"
    assert line["vin"] == sample_vin()
    assert line["confidence"] > 0.5
    assert line["models"] == ModelFiles.of(DEFAULT_MODELS_DIR).digests()


def test_read_answers_each_file_in_order(text_file, blank_photo, tmp_path, capsys):
    missing = tmp_path / "missing.jpg"
    files = [str(file) for file in (text_file, SAMPLE, missing, blank_photo, tmp_path, SAMPLE)]
    assert main(["read", "--json", *files]) == 0
    lines = lines_of(capsys.readouterr().out)
    assert [line["file"] for line in lines] == files
    assert [(line["status"], line["error"]) for line in lines] == [
        ("rejected", "The file is not a JPEG, PNG, WebP, BMP, HEIC or AVIF image."),
        ("read", None),
        ("rejected", "The file cannot be opened: No such file or directory."),
        ("not_found", None),
        ("rejected", "The file cannot be opened: Is a directory."),
        ("read", None),
    ]
    assert [line["vin"] for line in lines] == [None, sample_vin(), None, None, None, sample_vin()]


def test_read_fails_only_where_no_file_could_be_opened(text_file, tmp_path, capsys):
    missing = str(tmp_path / "missing.jpg")
    assert main(["read", "--json", missing, missing]) == 1
    assert main(["read", "--json", missing, str(text_file)]) == 0
    assert len(lines_of(capsys.readouterr().out)) == 4


def test_read_prints_a_table_for_people(text_file, capsys):
    assert main(["read", str(text_file), str(SAMPLE)]) == 0
    printed = capsys.readouterr()
    head, letter, sample = printed.out.splitlines()
    assert head.split() == ["file", "status", "vin", "sure", "advice"]
    assert letter.endswith("The file is not a JPEG, PNG, WebP, BMP, HEIC or AVIF image.")
    assert "rejected" in letter
    column = head.index("vin")
    assert sample[column : column + 17] == sample_vin()
    assert printed.err == ""


def test_annotate_writes_a_picture_of_each_photo_and_overwrites_none(text_file, tmp_path, capsys):
    pictures = tmp_path / "pictures"
    copy = pictures / "synthetic-sticker-reading.jpg"
    pictures.mkdir()
    copy.write_bytes(SAMPLE.read_bytes())
    files = [str(SAMPLE), str(SAMPLE), str(text_file), str(copy)]
    assert main(["read", "--json", "--annotate", str(pictures), *files]) == 0
    lines = lines_of(capsys.readouterr().out)
    assert [line.get("annotated") for line in lines] == [
        str(pictures / "synthetic-sticker-reading-2.jpg"),
        str(pictures / "synthetic-sticker-reading-3.jpg"),
        None,
        str(pictures / "synthetic-sticker-reading-reading.jpg"),
    ]
    assert copy.read_bytes() == SAMPLE.read_bytes()
    for line in lines:
        if "annotated" in line:
            assert Image.open(line["annotated"]).format == "JPEG"


def test_annotate_needs_a_folder_it_can_make(text_file, capsys):
    assert main(["read", "--annotate", str(text_file), str(SAMPLE)]) == 2
    assert str(text_file) in capsys.readouterr().err


def test_models_are_traced_by_their_content(tmp_path):
    (tmp_path / "craft.onnx").write_bytes(b"")
    with pytest.raises(MissingModel, match=r"There is no model .*yolo\.onnx\."):
        ModelFiles.of(tmp_path)
    (tmp_path / "yolo.onnx").write_bytes(b"abc")
    assert ModelFiles.of(tmp_path).digests() == {
        "craft": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "yolo": "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    }


def test_table_aligns_long_and_short_names():
    table = ReadingTable(["a.jpg", "folder/" * 10 + "photo.jpg"])
    reading = Reading(Status.RETAKE, VIN, 0.5, advice=("Come closer.", "Hold still."))
    assert table.row("folder/" * 10 + "photo.jpg", reading) == (
        "…r/folder/folder/folder/folder/photo.jpg"
        f"  retake     {VIN}   50.0%  Come closer. Hold still."
    )
    assert table.row("a.jpg", Reading.rejected("The file is empty.")) == (
        "a.jpg" + " " * 35 + "  rejected   " + " " * 17 + " " * 10 + "The file is empty."
    )


def test_table_shows_a_bar_code_that_says_something_else():
    quad = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
    codes = [Barcode(vin, Symbology.CODE_39, quad) for vin in (VIN, "JS3TD62V6Y4100123")]
    differing = Reading(Status.RETAKE, VIN, 0.5, barcodes=tuple(codes), advice=("Compare.",))
    agreeing = Reading(Status.READ, VIN, 1.0, barcodes=tuple(codes[:1]))
    table = ReadingTable(["a.jpg"])
    assert table.row("a.jpg", differing).endswith("50.0%  Bar code: JS3TD62V6Y4100123. Compare.")
    assert table.row("a.jpg", agreeing).endswith("100.0%")


def test_read_looks_into_the_region_first(capsys):
    assert main(["read", "--json", "--region", "0,0,0.1,0.1", str(SAMPLE)]) == 0
    (line,) = lines_of(capsys.readouterr().out)
    assert (line["vin"], line["inside_region"]) == (sample_vin(), False)
    assert main(["read", "--json", "--region", "0,0,1,1", str(SAMPLE)]) == 0
    (line,) = lines_of(capsys.readouterr().out)
    assert (line["inside_region"], line["advice"]) == (True, [])


@pytest.mark.parametrize(
    ("region", "complaint"),
    [
        ("0,0,1", "must be x,y,width,height in fractions"),
        ("a,b,c,d", "must be x,y,width,height in fractions"),
        ("0.5,0,0.6,1", "must lie in the photo, whose sides are 1"),
        ("0,0,0,1", "must lie in the photo, whose sides are 1"),
        ("0,nan,1,1", "must lie in the photo, whose sides are 1"),
    ],
)
def test_a_wrong_region_is_told(capsys, region, complaint):
    with pytest.raises(SystemExit) as stop:
        main(["read", "--region", region, str(SAMPLE)])
    assert stop.value.code == 2
    assert f"argument --region: {complaint}" in capsys.readouterr().err


def test_table_asks_the_question():
    question = Question(4, ("G", "6"), "Is the 4th character a G or a 6?")
    reading = Reading(Status.RETAKE, VIN, 0.5, question=question, advice=("Come closer.",))
    row = ReadingTable(["a.jpg"]).row("a.jpg", reading)
    assert row.endswith("50.0%  Is the 4th character a G or a 6? Come closer.")


def test_table_survives_names_in_another_encoding():
    name = b"caf\xe9.jpg".decode("utf-8", "surrogateescape")
    assert ReadingTable([name]).row(name, Reading(Status.NOT_FOUND)) == "caf?.jpg  not_found"


class Terminal(io.StringIO):
    """Takes what is written, and says that a person is looking."""

    def isatty(self) -> bool:
        return True


def test_bar_shows_on_a_terminal_how_far_the_work_is():
    terminal = Terminal()
    bar = ProgressBar(4, terminal)
    bar.show(2)
    bar.clear()
    assert terminal.getvalue() == f"\r\x1b[K{'█' * 15}{'░' * 15} 2/4\r\x1b[K"


@pytest.mark.parametrize(("total", "stream"), [(4, io.StringIO()), (2, Terminal())])
def test_bar_is_silent_in_a_file_and_for_a_few_photos(total, stream):
    bar = ProgressBar(total, stream)
    bar.show(1)
    bar.clear()
    assert stream.getvalue() == ""
