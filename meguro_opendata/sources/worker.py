"""A program that reads one workbook, web page or XML table and writes its sheets; ``contained`` runs it with limits."""

from __future__ import annotations

import os
import sys

from meguro_opendata.sources.contained import answer_for

if __name__ == "__main__":
    sink = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints is no part of the answer
    with os.fdopen(sink, "wb") as stream:
        stream.write(answer_for(sys.argv[1]))
