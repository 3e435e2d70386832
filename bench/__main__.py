"""`python -m bench [NAME …]` (`make bench BENCH=NAME`): one line for each figure, and exit 1 when one falls short."""

import sys
from importlib import import_module

from bench.figures import Figure

# In the order in which a reader asks: what is kept in step, what is seen, what a newcomer waits for.
BENCHES = ("refresh", "health", "list", "mappings", "demo", "sandbox")


def main(chosen: list[str]) -> int:
    """Run the chosen benchmarks, or all, one after the other so that none disturbs another."""
    unknown = [name for name in chosen if name not in BENCHES]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    short = 0
    for name in chosen or BENCHES:
        for figure in import_module(f"bench.{name}").figures():
            print(_line(name, figure), flush=True)
            short += not figure.is_ok
    return 1 if short else 0


def _line(bench: str, figure: Figure) -> str:
    bound = "≥" if figure.higher_is_better else "≤"
    unit = f" {figure.unit}" if figure.unit else ""
    value, target = (f"{number:,.2f}".rstrip("0").rstrip(".") for number in (figure.value, figure.target))
    return f"{bench:<8} {figure.name:<64} {value + unit:>14}  {bound} {target + unit:<12} {_word(figure)}"


def _word(figure: Figure) -> str:
    return "ok" if figure.is_ok else "SHORT"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
