"""AdAuction-v0: days of an advertising market in which four roles decide for twelve campaigns.

The market is Gavotte's, in TypeScript; it runs in a process of its own, which is started by itself. Three ways in:

* ``ParallelAdAuction``: PettingZoo's ``ParallelEnv`` with the agents bidder, pacer, allocator and creative.
* ``gymnasium.make("AdAuction-v0", role="bidder")``: one role, or ``role="all"``, as a Gymnasium environment.
* ``BatchedAdAuction``: many days a step, as arrays. The fastest.
"""

import gymnasium

from adauction.batched import BatchedAdAuction, Role, View
from adauction.connection import AdAuctionError
from adauction.parallel import ParallelAdAuction
from adauction.single import AdAuctionEnv

__all__ = ["AdAuctionEnv", "AdAuctionError", "BatchedAdAuction", "ParallelAdAuction", "Role", "View"]
__version__ = "0.1.0"

gymnasium.register(id="AdAuction-v0", entry_point="adauction.single:AdAuctionEnv")
