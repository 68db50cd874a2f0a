"""JupyterLab's server, which ends when the `course lab` that started it is gone.

A killed command can't end its server; so the server watches for its parent. Windows keeps no
record of a dead parent: there the console's window ends both.
"""

import logging
import os
import signal
import sys
import threading
import time

EVERY = 1.0  # seconds between looks


def watch(parent: int) -> None:
    """End this process, politely so that its kernels end too, when it has another parent."""
    while os.getppid() == parent:
        time.sleep(EVERY)
    os.kill(os.getpid(), signal.SIGTERM)


def _is_news(record: logging.LogRecord) -> bool:
    """Tell whether a line of the log is worth the terminal; that the server is to end isn't."""
    return record.funcName not in ("_signal_stop", "_confirm_exit")


def main() -> None:
    """Start JupyterLab with the command line's options."""
    logging.getLogger("ServerApp").addFilter(_is_news)
    from jupyterlab.labapp import main as serve

    if os.name != "nt":
        threading.Thread(target=watch, args=(os.getppid(),), daemon=True).start()
    serve(sys.argv[1:])


if __name__ == "__main__":
    main()
