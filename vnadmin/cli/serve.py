"""`vnadmin serve`: the index as pages in a browser."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from vnadmin.cli.common import Subparsers, add_command, warn
from vnadmin.errors import ExitCode, MissingProgramError, OutputError, UsageError

if TYPE_CHECKING:
    from vnadmin.web.settings import Settings

_EPILOG = """\
Only this machine can open the pages. Another --host lets others in, and needs a token: --token,
or VNADMIN_TOKEN, which other users of this machine don't see. docs/security.md tells more.

examples:
  vnadmin serve archive.db
  VNADMIN_TOKEN=... vnadmin serve archive.db --host 0.0.0.0 --allow-name archive.example"""


def add_parser(commands: Subparsers) -> None:
    """Add the command to the parser."""
    summary = "browse an index in a browser"
    parser = add_command(commands, "serve", summary, _EPILOG)
    parser.add_argument("db", metavar="DB", type=Path, help="the index")
    parser.add_argument(
        "--port", metavar="N", type=_port, default=8000, help="0: any free one (default: 8000)"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)"
    )
    parser.add_argument("--token", help="what readers must give first")
    parser.add_argument(
        "--allow-name",
        metavar="NAME",
        action="append",
        default=[],
        help="a name by which browsers call this machine, besides its addresses; repeatable",
    )
    parser.add_argument(
        "--sources",
        metavar="DIR",
        action="append",
        default=[],
        type=Path,
        help="where scans lie that pages are drawn from, besides the folders of the index and of "
        "convert's outputs; repeatable",
    )
    parser.add_argument("--read-only", action="store_true", help="nothing can be changed")
    parser.add_argument(
        "--rate",
        metavar="N",
        type=_rate,
        default=50.0,
        help="requests a second from one address (default: 50)",
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    try:
        import uvicorn

        from vnadmin.web.app import make_app
        from vnadmin.web.settings import Settings
    except ModuleNotFoundError as error:
        raise MissingProgramError(
            f"serve needs {error.name}; install it with: pip install 'vnadmin[web]'"
        ) from error
    from vnadmin.index import Index

    settings = Settings(
        host=args.host,
        port=args.port,
        names=tuple(args.allow_name),
        token=args.token or os.environ.get("VNADMIN_TOKEN") or None,
        read_only=args.read_only,
        sources=tuple(args.sources),
        rate=args.rate,
    )
    with Index(args.db, create=False) as index, _listen(settings) as listener:
        port = listener.getsockname()[1]
        name = f"[{settings.host}]" if ":" in settings.host else settings.host
        config = uvicorn.Config(
            make_app(index, settings),
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=500,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=5,
            ws="none",
        )
        print(f"http://{name}:{port}/", flush=True)
        if sys.stderr is not None and sys.stderr.isatty():
            print("Ctrl+C ends it.", file=sys.stderr)
        if settings.token is not None and args.token:
            warn("other users of this machine can see --token; VNADMIN_TOKEN hides it")
        uvicorn.Server(config).run(sockets=[listener])
    return ExitCode.OK


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        listener.listen(128)  # so that who reads the address below can connect
    except socket.gaierror as error:
        listener.close()
        raise UsageError(f"--host {settings.host}: {error.strerror}") from error
    except OSError as error:
        listener.close()
        raise OutputError(
            f"cannot listen on {settings.host} port {settings.port}: "
            f"{(error.strerror or str(error)).lower()}; choose another --port"
        ) from error
    return listener


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value < 65_536:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 65535")
    return value


def _rate(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value
