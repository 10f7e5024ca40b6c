"""What the environments promise; `python -m unittest discover python/tests`."""

import os
import socket
import subprocess
import sys
import time
import unittest
import warnings
from unittest import mock

import gymnasium
import numpy as np
from adauction.connection import Connection
from gymnasium.utils.env_checker import check_env
from pettingzoo.test import parallel_api_test, parallel_seed_test

from adauction import AdAuctionError, BatchedAdAuction, ParallelAdAuction, server

SIZES = {"bidder": 2, "pacer": 2, "allocator": 1, "creative": 1}


class Case(unittest.TestCase):
    """A test whose environments are closed when it is over."""

    def opened(self, env):
        self.addCleanup(env.close)
        return env

    def parallel(self, *args, **options) -> ParallelAdAuction:
        return self.opened(ParallelAdAuction(*args, **options))

    def single(self, **options) -> gymnasium.Env:
        return self.opened(gymnasium.make("AdAuction-v0", **options))

    def batch(self, *args, **options) -> BatchedAdAuction:
        return self.opened(BatchedAdAuction(*args, **options))


def sampled(env: ParallelAdAuction) -> dict[str, np.ndarray]:
    return {agent: env.action_space(agent).sample() for agent in env.agents}


class Conformance(Case):
    def test_pettingzoo_api(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            parallel_api_test(self.parallel("drift"), num_cycles=60)

    def test_pettingzoo_seed(self):
        parallel_seed_test(lambda: ParallelAdAuction("deals"), num_cycles=60)

    def test_gymnasium_check_env(self):
        for role in ["bidder", "pacer", "allocator", "creative", "all"]:
            with self.subTest(role), warnings.catch_warnings():
                warnings.simplefilter("error")
                # What it says of bounds is advice: observations are about -3 to 3, without a bound that holds.
                warnings.filterwarnings("ignore", message=".*Box observation space m")
                env = self.single(role=role, scenario="stationary-fp")
                check_env(env.unwrapped, skip_render_check=True)

    def test_gymnasium_vector(self):
        envs = self.opened(
            gymnasium.make_vec("AdAuction-v0", num_envs=3, vectorization_mode="sync", role="bidder")
        )
        seen, info = envs.reset(seed=5)
        self.assertEqual(seen.shape, (3, 12, 28))
        self.assertEqual(list(info["day"]), [5, 6, 7])
        envs.step(envs.action_space.sample())


class Days(Case):
    def play(self, env: ParallelAdAuction, **reset):
        env.reset(**reset)
        for agent in env.agents:
            env.action_space(agent).seed(3)
        steps = []
        while env.agents:
            steps.append(env.step(sampled(env)))
        return steps

    def test_a_seed_is_a_day_and_a_day_is_the_same_every_time(self):
        one, other = self.parallel(), self.parallel()
        first, second = self.play(one, seed=11), self.play(other, options={"day": 11})
        self.assertEqual(len(first), 48)
        for (seen1, rewards1, *_), (seen2, rewards2, *_) in zip(first, second, strict=True):
            self.assertEqual(rewards1, rewards2)
            np.testing.assert_array_equal(seen1["pacer"], seen2["pacer"])
        self.assertEqual(first[-1][4]["bidder"]["metrics"], second[-1][4]["bidder"]["metrics"])
        self.assertNotEqual(first[-1][1], self.play(other, seed=12)[-1][1])

    def test_days_by_chance_follow_from_the_seed(self):
        def drawn(env):
            env.reset(seed=4)
            return [env.reset()[1]["bidder"]["day"] for _ in range(5)]

        days = drawn(self.parallel())
        self.assertEqual(days, drawn(self.parallel()))
        self.assertEqual(len(set(days)), 5)
        self.assertLess(max(days), 9_984)

    def test_relative_rewards_of_the_classical_composition_are_zero(self):
        env = self.parallel(relative=True)
        env.reset(seed=1)
        while env.agents:
            _, rewards, *_ = env.step({})
            np.testing.assert_allclose(list(rewards.values()), 0, atol=1e-6)

    def test_one_role_is_the_team_with_the_others_classical(self):
        team, single = self.parallel(), self.single(role="pacer")
        team.reset(seed=2)
        single.reset(seed=2)
        action = np.full((12, 2), 0.3, np.float32)
        for _ in range(5):
            seen, rewards, *_ = team.step({"pacer": action})
            seen1, reward1, *_ = single.step(action)
            np.testing.assert_array_equal(seen["bidder"], seen1)
            self.assertAlmostEqual(rewards["pacer"], reward1, 6)

    def test_all_is_the_team(self):
        team, single = self.parallel(), self.single(role="all")
        team.reset(seed=2)
        single.reset(seed=2)
        actions = sampled(team)
        seen, rewards, *_ = team.step(actions)
        seen1, reward1, *_ = single.step(np.concatenate(list(actions.values()), axis=1))
        np.testing.assert_array_equal(seen["bidder"], seen1)
        self.assertAlmostEqual(np.mean(list(rewards.values())), reward1, 6)

    def test_a_role_that_is_not_there_is_named(self):
        with self.assertRaisesRegex(ValueError, "'manager'.*bidder, pacer, allocator, creative"):
            gymnasium.make("AdAuction-v0", role="manager")


class Batches(Case):
    def test_shapes(self):
        batch = self.batch("deals", days=5)
        view = batch.begin(100, 5)
        self.assertEqual({role.name: len(role.actions) for role in batch.roles}, SIZES)
        self.assertEqual(len(batch.observation_names), 28)
        for _ in range(48):
            self.assertFalse(view.ended.any())
            view = batch.step({name: np.zeros((5, 12, size)) for name, size in SIZES.items()})
        self.assertEqual(view.observations.shape, (5, 12, 28))
        self.assertEqual(view.states.shape, (5, batch.state_size))
        self.assertEqual({name: each.shape for name, each in view.rewards.items()}, dict.fromkeys(SIZES, (5, 12)))
        self.assertTrue(view.ended.all())
        self.assertEqual(len(set(view.metrics["surplus"])), 5)

    def test_days_side_by_side_are_the_days_one_by_one(self):
        batch = self.batch(days=3)
        one = self.batch()
        actions = np.linspace(-1, 1, 3 * 12 * 2).reshape(3, 12, 2)
        batch.begin(40)
        together = batch.step({"bidder": actions})
        for index in range(3):
            one.begin(40 + index)
            alone = one.step({"bidder": actions[index : index + 1]})
            np.testing.assert_array_equal(together.observations[index], alone.observations[0])

    def test_views_stay_as_they_are(self):
        batch = self.batch()
        before = batch.begin(0)
        kept = before.observations.copy()
        batch.step({})
        np.testing.assert_array_equal(before.observations, kept)

    def test_wrong_actions_are_refused_and_cost_nothing(self):
        batch = self.batch()
        batch.begin(0)
        good = np.zeros((1, 12, 2))
        for name, actions in [
            ("shape", {"bidder": good[0]}),
            ("from -1 to 1", {"bidder": good + 1.01}),
            ("from -1 to 1", {"bidder": np.full_like(good, np.nan)}),
            ("no role", {"baker": good}),
        ]:
            with self.subTest(name), self.assertRaisesRegex(ValueError, name):
                batch.step(actions)
        batch.step({"bidder": good})

    def test_what_the_server_refuses_is_told(self):
        with self.assertRaisesRegex(AdAuctionError, "hello.scenario"):
            BatchedAdAuction("nowhere")
        batch = self.batch()
        with self.assertRaisesRegex(AdAuctionError, "before begin"):
            batch.step({})

    def test_an_interrupted_step_is_not_answered_by_the_next(self):
        batch = self.batch()
        batch.begin(0)
        interrupted = mock.patch.object(Connection, "_read", side_effect=KeyboardInterrupt)
        with interrupted, self.assertRaises(KeyboardInterrupt):
            batch.step({})
        with self.assertRaisesRegex(AdAuctionError, "connection"):
            batch.step({})


class Server(Case):
    def test_it_ends_with_its_python_however_that_ends(self):
        script = (
            "import os, adauction.server as s; print(s.shared_address(), flush=True); "
            "os.kill(os.getpid(), {signal})"
        )
        for signal in [9, 15]:
            with self.subTest(signal=signal):
                child = subprocess.run(
                    [sys.executable, "-c", script.format(signal=signal)], stdout=subprocess.PIPE, check=False
                )
                host, port = child.stdout.decode().strip().split(":")
                with self.assertRaises(ConnectionRefusedError):
                    for _ in range(100):
                        socket.create_connection((host, int(port)), 1).close()
                        time.sleep(0.1)

    def test_an_address_is_connected_to(self):
        env = self.parallel(address=server.shared_address())
        env.reset(seed=0)

    def test_a_program_that_is_no_gavotte_is_named(self):
        env = {**os.environ, "GAVOTTE_BIN": sys.executable}
        script = "import adauction; adauction.BatchedAdAuction()"
        child = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, check=False)
        self.assertIn(b"did not start", child.stderr)


if __name__ == "__main__":
    unittest.main()
