"""AdAuction for PettingZoo."""

from typing import Any

import numpy as np
from gymnasium.spaces import Box
from pettingzoo import ParallelEnv

from adauction.day import Day


class ParallelAdAuction(ParallelEnv):
    """Four agents decide together for twelve campaigns, over a day of 48 ticks.

    Agents are ``bidder``, ``pacer``, ``allocator`` and ``creative``. Each sees Box [12, 28], one row a campaign
    (``observation_names``), and answers Box [12, k] from -1 to 1: k is 2 for bidder (bid, shade) and pacer (target,
    admit), 1 for allocator (share) and creative (sharpness). 0 leaves a decision to the classical agent; an agent
    that is missing from ``step`` does so. The allocator is heard every eighth tick.

    An agent's reward is the mean over campaigns of its reward there; 1 is an advertiser's budget of a mean tick. By
    campaign, it is ``infos[agent]["rewards"]`` [12].

    ``reset(seed=n)`` plays training day n; ``reset(options={"day": n})`` any day, such as the validation days from
    10,000 on. After the last tick, ``infos[agent]["metrics"]["surplus"]`` is what the day came to, in micros.

    Args: as of ``BatchedAdAuction``.
    """

    metadata = {"name": "adauction_v0", "render_modes": [], "is_parallelizable": True}

    def __init__(
        self,
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
        self.possible_agents = [role.name for role in batch.roles]
        self.agents: list[str] = []
        seen = (batch.campaigns, len(batch.observation_names))
        self.observation_spaces = {
            role.name: Box(-np.inf, np.inf, seen, np.float32) for role in batch.roles
        }
        self.action_spaces = {
            role.name: Box(-1, 1, (batch.campaigns, len(role.actions)), np.float32) for role in batch.roles
        }
        self.state_space = Box(-np.inf, np.inf, (batch.state_size,), np.float32)

    def observation_space(self, agent: str) -> Box:
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> Box:
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None):
        self._day.begin(seed, options)
        self.agents = list(self.possible_agents)
        return self._by_agent(self._day.observation), self._infos()

    def step(self, actions: dict[str, np.ndarray]):
        self._day.step(actions)
        over = self._day.over
        rewards = {agent: float(self._day.view.rewards[agent][0].mean()) for agent in self.agents}
        answer = (
            self._by_agent(self._day.observation),
            rewards,
            self._by_agent(over),
            self._by_agent(False),
            self._infos(),
        )
        if over:
            self.agents = []
        return answer

    def state(self) -> np.ndarray:
        """[32] float32: what only critics may see, such as the true price level. Rewritten by each step."""
        return self._day.view.states[0]

    def close(self) -> None:
        self._day.batch.close()

    def _by_agent(self, value: Any) -> dict[str, Any]:
        return dict.fromkeys(self.agents, value)

    def _infos(self) -> dict[str, dict[str, Any]]:
        info = self._day.info
        rewards = self._day.view.rewards
        return {agent: {**info, "rewards": rewards[agent][0]} for agent in self.agents}
