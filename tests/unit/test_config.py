"""Settings: faults are named and cost one setting; what the user wrote stays."""

from __future__ import annotations

import tomllib

import pytest

from app.registry.config import Config, config_path, load_config, save_setting


def config_of(text: str) -> Config:
    path = config_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return load_config()


def test_no_file_means_the_defaults() -> None:
    assert load_config() == Config()


def test_every_setting_is_read() -> None:
    config = config_of(
        'limit = 2\ntimeout = "30m"\ngrace = "2s"\nlog_mib = 8\nagent = "mine"\ntheme = "light"\n'
        '[agents.mine]\ncommand = ["prog", "--do={task}"]\ndescription = "does"\n'
    )
    assert (config.limit, config.timeout_s, config.grace_s, config.log_bytes) == (2, 1800.0, 2.0, 8 << 20)
    assert (config.agent, config.theme, config.problems) == ("mine", "light", ())
    assert config.agents[0].command_for("x y") == ("prog", "--do=x y")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("limit = 0", "limit: give the number"),
        ('timeout = "soon"', "timeout: "),
        ('grace = "2h"', "grace: give a time up to 10m"),
        ("log_mib = -1", "log_mib: give the size"),
        ("colour = 1", "colour is not a setting"),
        ('[agents.bad]\ncommand = "prog"', "agents.bad: write command"),
        ('[agents.worker]\ncommand = ["x"]', "agents.worker: the name is taken"),
        ("limit = ", "config.toml: "),
    ],
)
def test_a_fault_is_named_and_the_rest_holds(text: str, fault: str) -> None:
    config = config_of(f'{text}\n[agents.good]\ncommand = ["true"]\n' if "=" in text[-4:] else text)
    assert any(fault in problem for problem in config.problems), config.problems
    assert config.limit == 4


def test_saving_a_setting_keeps_every_other_line() -> None:
    path = config_path()
    config_of('# mine\nlimit = 2  # few\n\n[agents.x]\ncommand = ["x"]\n')
    save_setting("theme", "light")
    assert path.read_text() == '# mine\nlimit = 2  # few\n\ntheme = "light"\n\n[agents.x]\ncommand = ["x"]\n'
    save_setting("theme", "dark")
    assert load_config().theme == "dark"
    assert load_config().limit == 2


@pytest.mark.parametrize("value", ['a "quoted" word', "C:\\themes", "two\nlines", "\x7f", "ümläut 🙂", ""])
def test_whatever_is_saved_is_read_again(value: str) -> None:
    config_of("limit = 2\n")
    save_setting("theme", value)
    assert tomllib.loads(config_path().read_text()) == {"limit": 2, "theme": value}


def test_saving_makes_the_file() -> None:
    assert not config_path().parent.exists()
    save_setting("theme", "light")
    assert config_path().read_text() == 'theme = "light"\n'


def test_a_home_of_nobody_in_the_settings_costs_no_other_setting() -> None:
    config_path().parent.mkdir(parents=True, exist_ok=True)
    config_path().write_text('limit = 7\n[limits.folders]\n"~nobody-of-that-name/shop" = 1\n')
    assert load_config().limit == 7
