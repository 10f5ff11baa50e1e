#!/usr/bin/env python3
"""Asks a page under the public host name, as a proxy would; exit code 0 when it answers 200. Used by health checks."""

import os
import sys
import urllib.error
import urllib.request

host = os.environ.get("RISKASSESS_HOSTS", "127.0.0.1").split(",")[0].strip()
request = urllib.request.Request(sys.argv[1], headers={"Host": host})  # noqa: S310  the address is the caller's own
try:
    with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310
        print(answer.read().decode().strip())
except (urllib.error.URLError, TimeoutError) as fault:
    sys.exit(f"not ready: {fault}")
