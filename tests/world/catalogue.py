"""The whole catalogue: importing this enters every noise."""

from __future__ import annotations

from tests.world import noise_pages, noise_texts
from tests.world.noise import NOISES, Noise

__all__ = ["NOISES", "Noise", "noise_pages", "noise_texts"]
