"""The parts of the package are found in a checkout of its source, where they are beside it, and in a wheel, in it."""

from pathlib import Path

from meguro_opendata.packaged.checkout import folders_beside


def test_the_folder_around_a_package_without_its_command_line(tmp_path: Path) -> None:
    """It is named in a checkout, and not where the package is whole."""
    package = tmp_path / "meguro_opendata"
    package.mkdir()
    assert folders_beside(str(package / "__init__.py")) == [str(tmp_path)]
    (package / "cli").mkdir()
    assert folders_beside(str(package / "__init__.py")) == []
