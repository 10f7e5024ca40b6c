"""One day at a time, as the environments of PettingZoo and Gymnasium play it."""

from typing import Any

import numpy as np
from gymnasium.utils import seeding

from adauction.batched import BatchedAdAuction, View


class Day:
    """A day of AdAuction after another."""

    def __init__(self, scenario: str, world: int, relative: bool, address: str | None):
        self.batch = BatchedAdAuction(scenario, days=1, world=world, relative=relative, address=address)
        self.roles = self.batch.roles
        self.number = 0
        self.view: View | None = None
        self.over = True
        self._random, _ = seeding.np_random()

    def begin(self, seed: int | None, options: dict[str, Any] | None) -> None:
        """Begins the training day ``seed`` (modulo their number), or ``options["day"]``, or one drawn by chance.

        What is drawn by chance later follows from the last seed.
        """
        count = self.batch.welcome["days"]["training"]["count"]
        if seed is not None:
            self._random, _ = seeding.np_random(seed)
        given = (options or {}).get("day")
        if given is not None:
            self.number = int(given)
        elif seed is not None:
            self.number = seed % count
        else:
            self.number = int(self._random.integers(count))
        self.view = self.batch.begin(self.number)
        self.over = False

    def step(self, actions: dict[str, np.ndarray]) -> None:
        """One tick. ``actions``: by role, [12, actions of the role]."""
        if self.over:
            raise RuntimeError("the day is over: call reset()")
        self.view = self.batch.step({name: np.asarray(each)[None] for name, each in actions.items()})
        self.over = bool(self.view.ended[0])

    @property
    def observation(self) -> np.ndarray:
        """[12, 28] float32. After the last tick it is still that of the tick before."""
        return self.view.observations[0]

    @property
    def info(self) -> dict[str, Any]:
        """``day``; ``alive`` [12]; after the last tick also ``metrics``, what the day came to."""
        info: dict[str, Any] = {"day": self.number, "alive": self.view.alive[0]}
        if self.over:
            info["metrics"] = {name: float(value[0]) for name, value in self.view.metrics.items()}
        return info
