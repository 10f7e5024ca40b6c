"""Many days of AdAuction at a time, as arrays."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from adauction import connection, server


@dataclass(frozen=True)
class Role:
    """One of the four that decide. Every action is from -1 to 1; 0 is what the classical agent does."""

    name: str
    #: Names of its actions.
    actions: tuple[str, ...]
    #: Steps between two decisions: what it says in between changes nothing.
    period: int


@dataclass(frozen=True)
class View:
    """What there is to see after a step, in arrays that stay as they are."""

    #: [days, 12, 28] float32, seen by every role: ``BatchedAdAuction.observation_names``.
    observations: np.ndarray
    #: [days, 32] float32, for critics only: what no agent could know in service.
    states: np.ndarray
    #: By role, [days, 12] float32, of the last step; 1 is the advertiser's budget of a mean tick.
    rewards: dict[str, np.ndarray]
    #: [days, 12] bool: False where an advertiser's money is spent.
    alive: np.ndarray
    #: [days] bool: True where the last step ended a day. What is observed there is the next day's, if there is one.
    ended: np.ndarray
    #: By name, [days] float64, of the last day that ended, 0 before. Money in micros; ``surplus`` is what counts.
    metrics: dict[str, np.ndarray]


class BatchedAdAuction:
    """Days of AdAuction side by side: 48 ticks, 12 campaigns (4 advertisers with 3 each), 4 roles.

    Args:
        scenario: stationary-sp, stationary-fp, drift or deals.
        days: how many, up to 1,024.
        world: days differ by their number within it; policies are compared in world 1.
        relative: rewards are less those of the classical composition in the same tick of the same day, which takes
            most of the luck out of them and changes nothing about which policy is best.
        address: ``host:port`` of a ``gavotte serve environment``; without it, one is started.
    """

    def __init__(
        self,
        scenario: str = "drift",
        *,
        days: int = 1,
        world: int = 1,
        relative: bool = False,
        address: str | None = None,
    ):
        hello = {
            "environment": "adauction",
            "scenario": scenario,
            "episodes": days,
            "seed": world,
            "relative": relative,
        }
        self._connection = connection.Connection(address or server.shared_address(), hello)
        welcome = self._connection.welcome
        #: What the server said of itself: sizes, names, the splits of days, the tuning that actions correct.
        self.welcome = welcome
        self.days = days
        self.campaigns: int = welcome["slots"]
        self.ticks: int = welcome["episodeSteps"]
        self.observation_names: tuple[str, ...] = tuple(welcome["observation"])
        self.state_size: int = welcome["stateSize"]
        self.roles: tuple[Role, ...] = tuple(
            Role(role["name"], tuple(names), role["period"])
            for role, names in zip(welcome["roles"], welcome["actionNames"], strict=True)
        )

    def begin(self, first: int, stride: int = 0) -> View:
        """Begins days ``first``, ``first + 1``, …; where one ends, the day ``stride`` later begins. 0: none does.

        Days 0 to 9,983 are for training, 10,000 to 10,199 for validation, 20,000 to 20,199 for the final test.
        """
        return self._view(self._connection.ask(connection.BEGIN, struct.pack("<II", first, stride), connection.VIEW))

    def step(self, actions: Mapping[str, np.ndarray]) -> View:
        """One tick of all days.

        Args:
            actions: by role, [days, 12, actions of the role], each from -1 to 1. A role that is not there stays
                classical: 0.

        Raises:
            ValueError: when an array is of another shape, or a number is beyond 1 or no number; nothing was done.
        """
        parts = [self._checked(role, actions.get(role.name)) for role in self.roles]
        unknown = set(actions) - {role.name for role in self.roles}
        if unknown:
            raise ValueError(f"there is no role {sorted(unknown)}")
        body = np.concatenate(parts).astype("<f4", copy=False)
        return self._view(self._connection.ask(connection.STEP, memoryview(body).cast("B"), connection.VIEW))

    def close(self) -> None:
        """Ends the connection; the server goes on for others."""
        self._connection.close()

    def _checked(self, role: Role, actions: np.ndarray | None) -> np.ndarray:
        shape = (self.days, self.campaigns, len(role.actions))
        if actions is None:
            return np.zeros(int(np.prod(shape)), np.float32)
        given = np.asarray(actions, np.float32)
        if given.shape != shape:
            raise ValueError(f"actions of {role.name} are of shape {given.shape}, and must be of {shape}")
        if not (np.abs(given) <= 1).all():
            raise ValueError(f"actions of {role.name} must be from -1 to 1")
        return given.reshape(-1)

    def _view(self, body: bytearray) -> View:
        days, campaigns, names = self.days, self.campaigns, self.welcome["metrics"]
        at = 0

        def take(dtype: str, *shape: int) -> np.ndarray:
            nonlocal at
            array = np.frombuffer(body, dtype, int(np.prod(shape)), at).reshape(shape)
            at += array.nbytes
            return array

        metrics = take("<f8", days, len(names))
        return View(
            metrics={name: metrics[:, index] for index, name in enumerate(names)},
            observations=take("<f4", days, campaigns, len(self.observation_names)),
            states=take("<f4", days, self.state_size),
            rewards={role.name: take("<f4", days, campaigns) for role in self.roles},
            alive=take("u1", days, campaigns).astype(bool),
            ended=take("u1", days).astype(bool),
        )
