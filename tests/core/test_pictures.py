import pytest

from riskassess.core.pictures import BANDS, Mark, dimension_chart, hatch_path, level_of_score, matrix


@pytest.mark.parametrize(
    ("score", "level"),
    [
        (1, "low"),
        (4, "low"),
        (5, "moderate"),
        (9, "moderate"),
        (10, "high"),
        (15, "high"),
        (16, "very_high"),
        (25, "very_high"),
    ],
)
def test_level_of_score_follows_the_bands(score, level):
    assert level_of_score(score) == level


def test_matrix_draws_a_disc_where_filed_and_a_ring_where_safeguards_lead():
    drawn = matrix([Mark(1, 4, 4, (2, 4))])

    assert [(disc.text, disc.is_ring) for disc in drawn.discs] == [("1", True), ("1", False)]
    assert len(drawn.arrows) == 1
    assert len(drawn.cells) == 25


def test_matrix_draws_an_unmoved_finding_once():
    drawn = matrix([Mark(1, 3, 3, (3, 3)), Mark(2, 1, 1)])

    assert [disc.is_ring for disc in drawn.discs] == [False, False]
    assert drawn.arrows == ()


def test_matrix_leaves_the_number_out_where_two_stand():
    drawn = matrix([Mark(1, 2, 4), Mark(2, 2, 4)])

    hidden = [cell.score for cell in drawn.cells if not cell.shows_score]
    assert hidden == [8]
    first, second = drawn.discs
    assert float(second.x) - float(first.x) >= 19


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6, 7, 40])
def test_matrix_keeps_every_mark_inside_its_cell(count):
    drawn = matrix([Mark(number, 3, 3) for number in range(1, count + 1)])

    cell = next(each for each in drawn.cells if each.score == 9 and each.x == "130")
    left, top = float(cell.x), float(cell.y)
    for disc in drawn.discs:
        x, y, r = float(disc.x), float(disc.y), float(disc.r)
        assert left <= x - r
        assert x + r <= left + 44
        assert top <= y - r
        assert y + r <= top + 32
    assert len(drawn.discs) == (count if count <= 6 else 3)


def test_matrix_says_how_many_it_could_not_show():
    drawn = matrix([Mark(number, 1, 5) for number in range(1, 10)])

    assert [disc.text for disc in drawn.discs] == ["1", "2", "3"]
    assert [cell.more for cell in drawn.cells if cell.more] == ["+6"]


def test_matrix_of_hundreds_lets_no_numbers_touch_and_draws_no_arrow_from_a_crowd():
    marks = [Mark(number, 1 + number % 5, 1 + number // 5 % 5, (1, 1)) for number in range(1, 201)]
    drawn = matrix(marks)

    taken = [(float(disc.x), float(disc.y), float(disc.r)) for disc in drawn.discs]
    for position, (x, y, r) in enumerate(taken):
        assert all((x - a) ** 2 + (y - b) ** 2 >= (r + c) ** 2 for a, b, c in taken[:position])
    for disc in drawn.discs:
        assert len(disc.text) * float(disc.text_size) * 0.55 <= 2 * float(disc.r)
    for cell in (each for each in drawn.cells if each.more):
        lowest = max(y + r for x, y, r in taken if float(cell.x) < x < float(cell.x) + 44 and y > float(cell.y))
        assert float(cell.more_y) - 11 * 0.7 >= min(lowest, float(cell.y) + 15)
    assert drawn.arrows == ()
    assert sum(int(cell.more or 0) for cell in drawn.cells) + len(drawn.discs) == 200 + sum(m.moved for m in marks)


def test_matrix_takes_bands_as_data():
    drawn = matrix([], bands=(("low", 1), ("very_high", 2)))

    assert {cell.level for cell in drawn.cells} == {"low", "very_high"}
    assert BANDS[0] == ("low", 1)


def test_numbers_never_carry_a_comma():
    drawn = matrix([Mark(1, 5, 5, (1, 2)), Mark(2, 4, 3, (1, 1))])

    text = repr(drawn)
    assert "nan" not in text
    assert all("," not in disc.x + disc.y for disc in drawn.discs)


def test_dimension_chart_draws_filed_possible_and_reached():
    chart = dimension_chart(
        [("Legal", "moderate", "low"), ("Ethics", ("low", "high"), ("low", "high")), ("Data", "low", "low")]
    )

    kinds = [[slot.kind for slot in row.slots] for row in chart.rows]
    assert kinds == [
        ["reached", "filed", "empty", "empty"],
        ["filed", "possible", "possible", "empty"],
        ["filed", "empty", "empty", "empty"],
    ]


def test_hatch_stays_in_its_box():
    numbers = [float(each) for each in hatch_path(10, 20, 30, 12).replace("M", " ").replace("L", " ").split()]

    assert min(numbers[0::2]) >= 10
    assert max(numbers[0::2]) <= 40
    assert min(numbers[1::2]) >= 20
    assert max(numbers[1::2]) <= 32
