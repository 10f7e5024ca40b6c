"""Frames to and from ``gavotte serve environment``; its ``frames.ts`` and ``view.ts`` say what is in them."""

import json
import socket
import struct

PROTOCOL = 1
HELLO, BEGIN, STEP, WELCOME, VIEW, ERROR = 1, 2, 3, 129, 130, 255
_HEAD = struct.Struct("<IB3x")
# A step of many days on a busy machine takes seconds, not minutes.
ANSWER_SECONDS = 300


class AdAuctionError(RuntimeError):
    """The server refused what it was asked; the message says why, and what to do."""


class Connection:
    """One environment of a server at ``host:port``."""

    def __init__(self, address: str, hello: dict):
        host, _, port = address.rpartition(":")
        self._socket = socket.create_connection((host.strip("[]"), int(port)), ANSWER_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        text = json.dumps({"protocol": PROTOCOL, **hello}).encode()
        self.welcome: dict = json.loads(self.ask(HELLO, text, WELCOME))

    def ask(self, kind: int, body: bytes | memoryview, answered: int) -> bytearray:
        """Sends a frame and returns the body of its answer, in memory of its own.

        Whatever goes wrong, Ctrl-C included, ends the connection: half an answer must not be taken for the next one.

        Raises:
            AdAuctionError: when the server refuses or is gone.
        """
        try:
            return self._ask(kind, body, answered)
        except OSError as error:
            self.close()
            raise AdAuctionError(f"the connection to the server has failed: {error}") from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._socket.close()

    def _ask(self, kind: int, body: bytes | memoryview, answered: int) -> bytearray:
        try:
            self._socket.sendall(_HEAD.pack(len(body), kind))
            self._socket.sendall(body)
        except BrokenPipeError:
            pass  # The server has closed; its reason is still to be read.
        length, found = _HEAD.unpack(self._read(_HEAD.size))
        answer = self._read(length)
        if found == ERROR:
            error = json.loads(answer)
            raise AdAuctionError(f"{error['message']}. {error['fix']}")
        if found != answered:
            raise AdAuctionError(f"the server answered with a frame of kind {found}, not {answered}")
        return answer

    def _read(self, length: int) -> bytearray:
        bytes_ = bytearray(length)
        rest = memoryview(bytes_)
        while len(rest) > 0:
            count = self._socket.recv_into(rest)
            if count == 0:
                raise AdAuctionError("the server has closed the connection")
            rest = rest[count:]
        return bytes_
