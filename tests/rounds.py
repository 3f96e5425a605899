"""How often the fuzzers try: `make fuzz ROUNDS=20` lets them try twenty times as often as `make test`."""

import os

ROUNDS = int(os.environ.get("ADAPTER_TEST_ROUNDS", "1"))
