"""Trains the four roles of AdAuction with Ray RLlib's PPO, and writes each as an ONNX network.

    pip install -e python 'ray[rllib]' torch onnx
    python examples/rllib_multi_agent.py --minutes 10 --out out

Each role is an agent that decides for twelve campaigns with one network, row by row; what it learns from is each
campaign's own reward (see ``PerCampaign``). What it has learned is the mean: 28 observations of a campaign → tanh
layers → k numbers, whose tanh are the actions. Gavotte plays it again as a policy:

    npm run -s gavotte -- policy import out --out out/policy.json --scenario drift
    npm run -s gavotte -- evaluate --policies out/policy.json,classical --scenario drift --split validation
"""

import argparse
import itertools
import json
import time
from pathlib import Path

import numpy as np
import onnx
import ray
import torch
from gymnasium.spaces import Box
from onnx import TensorProto, helper
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.algorithms.ppo.torch.ppo_torch_learner import PPOTorchLearner
from ray.rllib.connectors.connector_v2 import ConnectorV2
from ray.rllib.core.columns import Columns
from ray.rllib.core.rl_module.apis.value_function_api import ValueFunctionAPI
from ray.rllib.core.rl_module.multi_rl_module import MultiRLModuleSpec
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.core.rl_module.torch.torch_rl_module import TorchRLModule
from ray.rllib.env.multi_agent_env import MultiAgentEnv
from ray.rllib.evaluation.postprocessing import Postprocessing
from ray.tune.registry import register_env
from torch import nn

from adauction import ParallelAdAuction

ROLES = ["bidder", "pacer", "allocator", "creative"]
CAMPAIGNS = 12
TICKS = 48
HIDDEN = 64


class AdAuctionAgents(MultiAgentEnv):
    """A training day after another; observations [12, 28], actions [12 × k] of which tanh is taken."""

    def __init__(self, config: dict):
        super().__init__()
        self._env = ParallelAdAuction(config["scenario"], relative=True, address=config.get("address"))
        self._random = np.random.default_rng()
        self.possible_agents = self.agents = self._env.possible_agents
        self.observation_spaces = self._env.observation_spaces
        self._shapes = {agent: space.shape for agent, space in self._env.action_spaces.items()}
        self.action_spaces = {
            agent: Box(-np.inf, np.inf, (int(np.prod(shape)),), np.float32) for agent, shape in self._shapes.items()
        }

    def reset(self, *, seed: int | None = None, options: dict | None = None):
        if seed is not None:
            # Environments side by side have seeds side by side; their days must not follow one another.
            self._random = np.random.default_rng(seed)
        return self._env.reset(seed=int(self._random.integers(2**31)))

    def step(self, actions: dict[str, np.ndarray]):
        bounded = {agent: np.tanh(each).reshape(self._shapes[agent]) for agent, each in actions.items()}
        seen, rewards, over, _, infos = self._env.step(bounded)
        return seen, rewards, {"__all__": all(over.values())}, {"__all__": False}, infos

    def close(self):
        self._env.close()


class RowsModule(TorchRLModule, ValueFunctionAPI):
    """A Gaussian policy and a value for each row: of [days, 12, 28] where it acts, of [rows, 28] where it learns."""

    def setup(self):
        _, width = self.observation_space.shape
        actions = self.action_space.shape[0] // self.observation_space.shape[0]
        self.actor = network(width, actions, gain=0.01)
        self.critic = network(width, 1, gain=1)
        self.log_std = nn.Parameter(torch.full((actions,), -1.0))

    def _forward(self, batch: dict, **_):
        mean = self.actor(batch[Columns.OBS])
        log_std = self.log_std.expand_as(mean)
        return {Columns.ACTION_DIST_INPUTS: torch.cat([mean.flatten(1), log_std.flatten(1)], dim=-1)}

    def compute_values(self, batch: dict, embeddings=None):
        values = self.critic(batch[Columns.OBS]).squeeze(-1)
        return values.mean(-1) if values.dim() == 2 else values


class PerCampaign(ConnectorV2):
    """Makes a row of each campaign and tick, with advantages from that campaign's own rewards.

    RLlib knows one reward an agent; their mean over twelve campaigns tells little about any of them. Agents for each
    campaign would be told apart as well, at a tenth of the speed.
    """

    def __init__(self, gamma: float, lambda_: float):
        super().__init__()
        self._gamma, self._lambda = gamma, lambda_

    def __call__(self, *, rl_module, batch: dict, episodes: list, **_):
        singles = list(self.single_agent_episode_iterator(episodes, agents_that_stepped_only=False))
        for role, columns in batch.items():
            own = [each for each in singles if each.module_id == role]
            batch[role] = self._rows(rl_module[role], columns, own)
        return batch

    def _rows(self, module: RowsModule, columns: dict, episodes: list) -> dict:
        with torch.no_grad():
            values = module.critic(columns[Columns.OBS]).squeeze(-1)
        # Each episode has one step more than was played, whose value is what comes after.
        kept = columns[Columns.LOSS_MASK]
        advantages = torch.zeros_like(values)
        at = 0
        for episode in episodes:
            steps = len(episode) - 1
            rewards = np.stack([info["rewards"] for info in episode.get_infos(slice(1, steps + 1))])
            after = torch.zeros_like(values[0]) if episode.is_terminated else values[at + steps]
            advantages[at : at + steps] = self._advantages(torch.as_tensor(rewards), values[at : at + steps], after)
            at += steps + 1
        targets = (advantages + values)[kept].flatten()
        advantages = advantages[kept].flatten()
        seen = columns[Columns.OBS][kept]
        days, campaigns, width = seen.shape
        per_row = (days, campaigns, -1)
        actions = columns[Columns.ACTIONS][kept].reshape(per_row).flatten(0, 1)
        parts = columns[Columns.ACTION_DIST_INPUTS][kept].chunk(2, dim=-1)
        mean, log_std = (part.reshape(per_row).flatten(0, 1) for part in parts)
        return {
            Columns.OBS: seen.reshape(-1, width),
            Columns.ACTIONS: actions,
            Columns.ACTION_DIST_INPUTS: torch.cat([mean, log_std], dim=-1),
            Columns.ACTION_LOGP: torch.distributions.Normal(mean, log_std.exp()).log_prob(actions).sum(-1),
            Postprocessing.ADVANTAGES: (advantages - advantages.mean()) / advantages.std().clamp(min=1e-4),
            Postprocessing.VALUE_TARGETS: targets,
        }

    def _advantages(self, rewards: torch.Tensor, values: torch.Tensor, after: torch.Tensor) -> torch.Tensor:
        """Generalised advantage estimation, [steps, campaigns]."""
        result = torch.zeros_like(values)
        ahead = torch.zeros_like(after)
        for step in reversed(range(len(values))):
            surprise = rewards[step] + self._gamma * after - values[step]
            ahead = surprise + self._gamma * self._lambda * ahead
            result[step], after = ahead, values[step]
        return result


class PerCampaignLearner(PPOTorchLearner):
    """PPO on the rows of ``PerCampaign``."""

    def build(self):
        super().build()
        self._learner_connector.append(PerCampaign(self.config.gamma, self.config.lambda_))


def network(inputs: int, outputs: int, gain: float) -> nn.Sequential:
    """Two hidden layers of tanh; the last layer is initialised with ``gain``."""
    sizes = [inputs, HIDDEN, HIDDEN, outputs]
    layers: list[nn.Module] = []
    for index, (width, next_width) in enumerate(itertools.pairwise(sizes)):
        last = index == len(sizes) - 2
        layer = nn.Linear(width, next_width)
        nn.init.orthogonal_(layer.weight, gain if last else 2**0.5)
        nn.init.zeros_(layer.bias)
        layers += [layer] if last else [layer, nn.Tanh()]
    return nn.Sequential(*layers)


def ppo(scenario: str, seed: int, days: int, runners: int) -> PPOConfig:
    """PPO over ``days`` days an iteration, with ``runners`` processes that play; with 0 the trainer plays itself."""
    register_env("adauction-agents", AdAuctionAgents)
    players = max(1, runners)
    return (
        PPOConfig()
        .environment(
            "adauction-agents",
            env_config={"scenario": scenario},
            normalize_actions=False,
            clip_actions=False,
        )
        .env_runners(
            num_env_runners=runners,
            num_envs_per_env_runner=days // players,
            rollout_fragment_length=TICKS,
        )
        .multi_agent(
            policies=set(ROLES),
            policy_mapping_fn=lambda agent, *_, **__: agent,
            count_steps_by="agent_steps",
        )
        .rl_module(
            rl_module_spec=MultiRLModuleSpec(rl_module_specs={role: RLModuleSpec(RowsModule) for role in ROLES})
        )
        .training(
            learner_class=PerCampaignLearner,
            gamma=1.0,
            lambda_=0.99,
            lr=2e-3,
            clip_param=0.2,
            entropy_coeff=0.0,
            vf_loss_coeff=0.5,
            vf_clip_param=float("inf"),
            use_kl_loss=False,
            grad_clip=0.5,
            num_epochs=4,
            minibatch_size=days * TICKS * CAMPAIGNS // 4,
            train_batch_size_per_learner=days * TICKS * len(ROLES),
        )
        .learners(num_learners=0)
        .debugging(seed=seed)
    )


def onnx_of(actor: nn.Sequential, name: str) -> onnx.ModelProto:
    """[rows, 28] float32 → Gemm, Tanh, …, Gemm → [rows, k]."""
    layers = [each for each in actor if isinstance(each, nn.Linear)]
    nodes, weights, last = [], [], "observation"
    for index, layer in enumerate(layers):
        final = index == len(layers) - 1
        for kind, tensor in [("weight", layer.weight), ("bias", layer.bias)]:
            weights.append(onnx.numpy_helper.from_array(tensor.detach().cpu().numpy(), f"{kind}{index}"))
        out = "mean" if final else f"sum{index}"
        nodes.append(helper.make_node("Gemm", [last, f"weight{index}", f"bias{index}"], [out], transB=1))
        if not final:
            nodes.append(helper.make_node("Tanh", [out], [f"layer{index}"]))
        last = f"layer{index}"
    seen = helper.make_tensor_value_info("observation", TensorProto.FLOAT, ["rows", layers[0].in_features])
    mean = helper.make_tensor_value_info("mean", TensorProto.FLOAT, ["rows", layers[-1].out_features])
    graph = helper.make_graph(nodes, name, [seen], [mean], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="drift")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--iterations", type=int, help="instead of --minutes")
    parser.add_argument("--days", type=int, default=32, help="days of an iteration")
    parser.add_argument("--runners", type=int, default=0, help="processes that play; 0: the trainer itself")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("out"))
    options = parser.parse_args()

    ray.init(include_dashboard=False, log_to_driver=False, logging_level="error")
    algorithm = ppo(options.scenario, options.seed, options.days, options.runners).build_algo()
    started, steps, iteration = time.monotonic(), 0, 0
    while True:
        result = algorithm.train()
        iteration += 1
        steps = int(result["env_runners"]["num_env_steps_sampled_lifetime"])
        seconds = time.monotonic() - started
        line = {
            "iteration": iteration,
            "seconds": round(seconds, 2),
            "environmentSteps": steps,
            "meanReturn": round(result["env_runners"].get("episode_return_mean", float("nan")), 3),
        }
        print(json.dumps(line), flush=True)
        if iteration == options.iterations or (options.iterations is None and seconds > 60 * options.minutes):
            break
    options.out.mkdir(parents=True, exist_ok=True)
    for role in ROLES:
        onnx.save(onnx_of(algorithm.get_module(role).actor, role), options.out / f"{role}.onnx")
    print(json.dumps({"done": True, "out": str(options.out), "stepsPerSecond": steps / seconds}), flush=True)
    algorithm.stop()
    ray.shutdown()


if __name__ == "__main__":
    main()
