"""No damage to a page makes its reader raise, linger or swell."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.mutations import PAGES, mutate, read

ROOT = Path(__file__).parents[3]
#: Seconds of CPU for one damaged page of at most 400 kB, on a slow and busy machine.
PATIENCE = 4.0


def test_damaged_pages_are_read_in_bounded_time():
    assert len(PAGES) > 10
    for seed in range(150):
        assert read(*mutate(seed)) < PATIENCE, seed


def test_reading_many_damaged_pages_takes_bounded_memory():
    command = [sys.executable, "-m", "tests.mutations", "120", "5000"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert told.returncode == 0, told.stdout[-500:] + told.stderr[-1500:]
    assert int(re.search(r"(\d+) MiB", told.stdout)[1]) < 300
