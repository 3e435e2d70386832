"""`python -m sandbox`: a local Oneflow in one command. See docs/sandbox.md."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import django

from sandbox.receiving import Receiving


def main(arguments: list[str] | None = None) -> int:
    """The exit status of the command that the first argument names; without one, of serving."""
    given = sys.argv[1:] if arguments is None else arguments
    command = COMMANDS.get(given[0]) if given else None
    try:
        return command(given[1:]) if command else _serve(given)
    except BrokenPipeError:  # whoever read what we print has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _serve(arguments: list[str]) -> int:
    """Serve until Ctrl-C or SIGTERM; 2 when the port or the directory cannot be used."""
    asked = _parser().parse_args(arguments)
    if asked.toolkit > asked.accounts:
        return _complain(
            f"--toolkit {asked.toolkit} is more than --accounts {asked.accounts}. Choose a smaller number."
        )
    try:
        asked.dir.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        return _complain(f"The directory {asked.dir} cannot be made: {exc.strerror}. Choose another with --dir.")
    os.environ["SANDBOX_DELIVER_ANYWHERE"] = "1" if asked.deliver_anywhere else "0"
    os.environ["SANDBOX_CONTROL"] = asked.control
    os.environ["SANDBOX_MARKETPLACE"] = asked.marketplace
    _begin(asked.dir)
    # Only now, since its models can be imported after Django knows the settings.
    from sandbox import starting

    try:
        starting.serve(
            asked.host, asked.port, accounts=asked.accounts, seed=asked.seed, toolkit=asked.toolkit, say=_say
        )
    except starting.CannotStart as exc:
        return _complain(str(exc))
    except KeyboardInterrupt:
        return 130
    return 0


def _openapi(arguments: list[str]) -> int:
    """Print the OpenAPI document of what the sandbox serves."""
    description = "Print the OpenAPI document of what the sandbox serves."
    argparse.ArgumentParser(prog="python -m sandbox openapi", description=description).parse_args(arguments)
    _begin(Path(".sandbox"))
    from sandbox.api.described import own_document

    _say(json.dumps(own_document(), indent=1, ensure_ascii=False))
    return 0


def _spec_diff(arguments: list[str]) -> int:
    """Compare Oneflow's OpenAPI document with ours: 0 when they say the same, 1 when not, 2 for an unusable file."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox spec-diff",
        description="Compare Oneflow's OpenAPI document with what the sandbox serves. Exit status 0: the same, "
        "1: there are differences, 2: the file cannot be used.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="Oneflow's document, OpenAPI 3.x, YAML or JSON")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of sentences")
    asked = parser.parse_args(arguments)
    _begin(Path(".sandbox"))
    from sandbox.api.described import own_document
    from sandbox.spec_diff import comparing, facts, reading, telling

    try:
        oneflow = facts.facts_of(reading.read_document(asked.file))
    except reading.Unusable as exc:
        return _complain(telling.printable(str(exc)))
    ours = facts.facts_of(own_document())
    differences = comparing.compare(ours, oneflow)
    if asked.json:
        _say(telling.as_json(str(asked.file), ours, oneflow, differences))
    else:
        for line in telling.in_words(str(asked.file), ours, oneflow, differences):
            _say(line)
    return 1 if differences else 0


def _receive(arguments: list[str]) -> int:
    """Print each webhook delivery that is verified, until Ctrl-C or so many have come; 2 when the port is taken."""
    description = "Receive webhooks on this machine, verify their signature, and print a line for each."
    parser = argparse.ArgumentParser(prog="python -m sandbox receive", description=description)
    parser.add_argument("--port", type=_whole(0, 65_535), default=9000, help="port; 0 takes a free one (9000)")
    parser.add_argument("--sign-key", default="acme-demo-sign-key", help="the webhooks' sign key (acme-demo-sign-key)")
    parser.add_argument("--answer", type=_whole(200, 599), default=200, help="status for what is verified (200)")
    parser.add_argument("--count", type=_whole(1, 10**9), help="end after so many")
    asked = parser.parse_args(arguments)
    try:
        server = Receiving(asked.port, sign_key=asked.sign_key, status=asked.answer, count=asked.count, say=_say)
    except OSError as exc:
        return _complain(f"Port {asked.port} cannot be used: {exc.strerror}. Choose another with --port.")
    with server:
        _say(f"Receiving on http://127.0.0.1:{server.server_address[1]}")
        try:
            server.receive()
        except KeyboardInterrupt:
            return 130
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {"receive": _receive, "openapi": _openapi, "spec-diff": _spec_diff}


def _begin(directory: Path) -> None:
    """Make Django know the sandbox's settings; nothing is made or opened in the directory yet."""
    # Over whatever the console's environment says: the sandbox is a project of its own.
    os.environ["SANDBOX_DIR"] = str(directory)
    os.environ["DJANGO_SETTINGS_MODULE"] = "sandbox.settings"
    django.setup()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A local Oneflow.",
        epilog=f"Other commands: {', '.join(COMMANDS)}; each has its own --help.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=_whole(0, 65_535), default=8001, help="port; 0 takes a free one (8001)")
    parser.add_argument(
        "--marketplace",
        choices=["local", "open"],
        default="local",
        help="whom its pages answer: this machine, or everybody, who may then be any user (local)",
    )
    parser.add_argument("--dir", type=Path, default=Path(".sandbox"), help="where its database lives (.sandbox)")
    parser.add_argument("--accounts", type=_whole(0, 10_000), default=60, help="size of a new fleet (60)")
    parser.add_argument("--seed", type=_whole(0, 2**53), default=7, help="seed of a new fleet (7)")
    parser.add_argument(
        "--toolkit", type=_whole(0, 10_000), default=0, help="how many of them the partner's code has set up (0)"
    )
    parser.add_argument(
        "--deliver-anywhere", action="store_true", help="let callbacks go to other machines; without it they never do"
    )
    parser.add_argument(
        "--control",
        choices=["local", "open"],
        default="local",
        help="whom the control plane answers, which shows every token: this machine, or everybody (local)",
    )
    return parser


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not low <= int(text[:20]) <= high:
            raise argparse.ArgumentTypeError(f"a whole number from {low} to {high} is expected")
        return int(text)

    return parse


def _say(sentence: str) -> None:
    print(sentence, flush=True)  # noqa: T201 - this line is what whoever started us waits for


def _complain(sentence: str) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201
    return 2


if __name__ == "__main__":
    sys.exit(main())
