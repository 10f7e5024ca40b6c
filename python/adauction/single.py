"""AdAuction for Gymnasium."""

from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box

from adauction.day import Day


class AdAuctionEnv(gymnasium.Env):
    """One role learns, the others stay classical; or one agent is all four.

    The observation is Box [12, 28], one row a campaign. The action is Box [12, k] from -1 to 1, k as in
    ``ParallelAdAuction``; with ``role="all"`` it is [12, 6]: the actions of bidder, pacer, allocator and creative, in
    that order. The reward is the mean over campaigns (and with all over roles); 1 is an advertiser's budget of a mean
    tick. ``info["rewards"]`` [12] has it by campaign. ``reset`` is as that of ``ParallelAdAuction``.

    Args:
        role: bidder, pacer, allocator, creative or all.
        scenario, world, relative, address: as of ``BatchedAdAuction``.
    """

    metadata = {"render_modes": []}

    def __init__(
        self,
        role: str = "all",
        scenario: str = "drift",
        *,
        world: int = 1,
        relative: bool = False,
        address: str | None = None,
        render_mode: None = None,
    ):
        self.render_mode = render_mode
        self._day = Day(scenario, world, relative, address)
        batch = self._day.batch
        self.observation_names = batch.observation_names
        self._roles = [each for each in batch.roles if role in ("all", each.name)]
        if not self._roles:
            self._day.batch.close()
            raise ValueError(f"there is no role {role!r}: use all, {', '.join(each.name for each in batch.roles)}")
        width = sum(len(each.actions) for each in self._roles)
        seen = (batch.campaigns, len(batch.observation_names))
        self.observation_space = Box(-np.inf, np.inf, seen, np.float32)
        self.action_space = Box(-1, 1, (batch.campaigns, width), np.float32)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None):
        super().reset(seed=seed)
        self._day.begin(seed, options)
        return self._day.observation, self._info()

    def step(self, action: np.ndarray):
        cuts = np.cumsum([len(each.actions) for each in self._roles])[:-1]
        parts = np.split(np.asarray(action, np.float32), cuts, axis=-1)
        self._day.step({each.name: part for each, part in zip(self._roles, parts, strict=True)})
        info = self._info()
        return self._day.observation, float(info["rewards"].mean()), self._day.over, False, info

    def close(self) -> None:
        self._day.batch.close()

    def _info(self) -> dict[str, Any]:
        rewards = [self._day.view.rewards[each.name][0] for each in self._roles]
        return {**self._day.info, "rewards": np.mean(rewards, axis=0)}
