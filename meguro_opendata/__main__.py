"""``python -m meguro_opendata`` is the command ``meguro-opendata``."""

from meguro_opendata.cli.main import run

if __name__ == "__main__":
    run()
