"""CartPole under Ray RLlib's PPO, with the settings of bench/rllib.ts; one JSON object an iteration."""

import argparse
import json
import time

import ray
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.rl_module.default_model_config import DefaultModelConfig

parser = argparse.ArgumentParser()
parser.add_argument("--seconds", type=float, default=60)
parser.add_argument("--runners", type=int, default=1)
options = parser.parse_args()

EPISODES, HORIZON = 64, 64
ray.init(include_dashboard=False, log_to_driver=False, logging_level="error")
algorithm = (
    PPOConfig()
    .environment("CartPole-v1")
    .env_runners(
        num_env_runners=options.runners,
        num_envs_per_env_runner=EPISODES // max(1, options.runners),
        rollout_fragment_length=HORIZON,
    )
    .rl_module(
        model_config=DefaultModelConfig(fcnet_hiddens=[64, 64], fcnet_activation="tanh", vf_share_layers=False)
    )
    .training(
        gamma=0.99,
        lambda_=0.99,
        lr=2e-3,
        clip_param=0.2,
        entropy_coeff=0.002,
        vf_clip_param=float("inf"),
        use_kl_loss=False,
        grad_clip=0.5,
        num_epochs=4,
        minibatch_size=EPISODES * HORIZON // 4,
        train_batch_size_per_learner=EPISODES * HORIZON,
    )
    .learners(num_learners=0)
    .debugging(seed=1)
    .build_algo()
)
started = time.monotonic()
while True:
    found = algorithm.train()["env_runners"]
    seconds = time.monotonic() - started
    line = {
        "seconds": seconds,
        "environmentSteps": int(found["num_env_steps_sampled_lifetime"]),
        "meanReturn": float(found.get("episode_return_mean", float("nan"))),
    }
    print(json.dumps(line), flush=True)
    if seconds > options.seconds:
        break
algorithm.stop()
