"""What holds of every command: tests of its own, an example that is right, one way to be wrong."""

from pathlib import Path

import pytest

from cli.commands import Run, commands, example_of, one_line

NAMES = sorted(commands())


@pytest.mark.parametrize("command", NAMES)
def test_each_command_has_a_file_of_tests_named_after_it(command: str) -> None:
    file = Path(__file__).with_name(f"test_{command.replace('-', '_')}.py")
    assert file.is_file(), f"write {file.name}: its main job, and what is wrong use"
    tests = file.read_text()
    assert f'"{command}"' in tests, f"{file.name} runs {command}"
    if "--json" in {option for one in commands()[command].params for option in one.opts}:
        assert '"--json"' in tests, f"{file.name} runs {command} for machines"


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("command", NAMES)
def test_help_has_an_example_that_can_be_typed(
    contrechamp: Run, command: str, language: str
) -> None:
    done = contrechamp(command, "--help", "--lang", language)
    assert (done.status, done.err) == (0, "")
    found = commands(language)[command]
    example = str(found.epilog).removeprefix("\b\n")
    assert f"  {example}\n" in done.out, "it can be copied: on a line of its own"
    name, *words = example_of(found)
    assert name == command
    found.make_context(name, words)  # raises where an option or an argument is not so


@pytest.mark.parametrize("command", NAMES)
def test_wrong_use_is_one_line_that_says_where_to_look(contrechamp: Run, command: str) -> None:
    one_line(contrechamp(command, "--nonsense"), "--nonsense", f"contrechamp {command} --help")
