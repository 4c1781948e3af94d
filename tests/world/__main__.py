"""Plays worlds and prints how well they were told, against the floor: ``python -m tests.world --seed 1 --seed new``.

A seed is one whole world. ``new`` draws one by chance, and says which it was.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
from pathlib import Path

from tests.world.floor import find_falls, raise_floor, read_floor, write_floor
from tests.world.story import FULL, SMALL, Size, play_world
from tests.world.truth import Score

MEMORY = Path("/dev/shm")


def main(arguments: list[str] | None = None) -> int:
    """0 when every world was told at least as well as the floor asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.world", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", action="append", help="a number, or new; may be given again")
    parser.add_argument("--small", action="store_true", help="a world of a few seconds")
    parser.add_argument("--complaints", type=int, default=20, help="how many mistakes are shown")
    parser.add_argument("--update", action="store_true", help="raise the floor to what is measured now")
    given = parser.parse_args(arguments)
    seeds = [secrets.randbelow(10**6) if seed == "new" else int(seed) for seed in given.seed or ["1"]]
    falls = []
    for seed in seeds:
        card = show(seed, SMALL if given.small else FULL, given.complaints).figures
        if given.update:
            write_floor(raise_floor(card, read_floor()))
        floor = {name: least for name, least in read_floor().items() if name in card or not given.small}
        falls += [f"seed {seed}: {line}" for line in find_falls(card, floor)]
    sys.stdout.writelines(f"BELOW THE FLOOR  {line}\n" for line in falls)
    return 1 if falls else 0


def show(seed: int, size: Size, complaints: int) -> Score:
    """Plays one world and prints its card."""
    began = time.process_time()
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        result = asyncio.run(play_world(seed, size, Path(folder)))
    out = sys.stdout
    out.write(f"world {seed}: {result.article_checks} article checks, {result.requests} requests, ")
    out.write(f"{time.process_time() - began:.0f} s of CPU\n")
    for name, value in result.figures.items():
        of = result.facts.get(name.removeprefix("facts "), 0) if name.startswith("facts ") else 0
        out.write(f"  {name:26}{value:9.4f}{f'  of {of}' if of else ''}\n")
    out.writelines(f"  - {line[:300]}\n" for line in result.complaints[:complaints])
    return result


if __name__ == "__main__":
    sys.exit(main())
