"""`flask texts`: the kill switch as an operator presses it."""

from typing import Any

import pytest

from salonpool.usecases.texts.switch import are_texts_off


def test_texts_are_stopped_and_let_go_by_one_word(app: Any) -> None:
    run = app.test_cli_runner().invoke
    for words, said, off in (
        (["texts"], "texts are on", False),
        (["texts", "off"], "texts are off", True),
        (["texts"], "texts are off", True),
        (["texts", "on"], "texts are on", False),
    ):
        done = run(args=words)
        assert (done.exit_code, done.output.strip()) == (0, said)
        assert are_texts_off() is off


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_another_word_is_refused_on_one_line(app: Any) -> None:
    done = app.test_cli_runner().invoke(args=["texts", "maybe"])
    assert done.exit_code == 2
    assert len(done.output.strip().splitlines()) == 1
    assert not are_texts_off()
