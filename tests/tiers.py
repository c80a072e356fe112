"""Which tests stand in a tier of their own: by a pattern of their id, the mark. What has none runs at each `pytest`."""

from __future__ import annotations

import re

TIERS: dict[str, tuple[str, ...]] = {
    "fuzz": (
        r"test_mutants\.py::",
        r"test_hostile\.py::",
    ),
    "kill": (
        r"test_kill\.py::",
        r"test_atlas\.py::test_a_killed_write",
        r"test_offline\.py::test_an_open_page_comes_back",
        r"test_rebuild\.py::test_a_map_that_is_open",
    ),
    "lint": (r"test_style\.py::test_the_checkers_find_nothing",),
    "breadth": (
        # Every stop of the record, every zoom, every polygon against every other.
        r"test_geodata\.py::test_uezds_have_no_overlap",
        r"test_browser\.py::test_(names_do_not_collide|a_name_lies_inside|every_stop_shows|the_key_of_a_stop|the_map_keeps_its_size"
        r"|where_the_map_ends|the_app_draws_each_face|a_stop_shows_the_borders|the_lesson_shows_every_stop|zones_are_there_only)",
        r"test_offline\.py::test_the_app_started",
        r"test_reading\.py::test_a_newcomer",
        r"test_plate\.py::test_(labels_lie_on_nothing|the_same_view_gives_the_same_bytes|every_word_of_the_catalogue)",
        r"test_export\.py::test_a_file_read_again.*\[real-",
        r"test_offline\.py::test_every_command_and_export",
        # Other languages than Kazakh, other sizes than a desk's and a phone's, the dark theme.
        r"::.*\[(ru|en)\]$",
        r"test_reading\.py::test_a_(page|dark_page)_can_be_read_by_everyone\[(?!kk-(map|article|place)\])",
        r"test_reading\.py::test_(wherever_a_reader_goes|no_card_on_any_day)",
        r"test_browser\.py::test_map_timeline_and_attribution.*\[(?!360)",
        # Each format in each extent, each zone, each rule.
        r"test_downloads\.py::test_a_taken_file_opens.*\[(?!(geojson-day|geopackage-all|csv-all)\])",
        r"test_downloads\.py::test_(a_taken_file_writes_the_end|every_offered_format|a_taken_picture.*\[take\.(exercise|answers)\])",
        r"test_claims\.py::test_each_disputed_or_special_zone.*\[(?!isilkul)",
    ),
}


def tier_of(test: str) -> str | None:
    """Return the tier of a test by its id, such as `tests/test_kill.py::test_...`; None for the quick one."""
    return next((tier for tier, patterns in TIERS.items() if any(re.search(p, test) for p in patterns)), None)
