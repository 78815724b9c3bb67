"""A writer to be killed: `python -m tests.support.index_writer ENGINE FOLDER` applies batches of three pages for ever and tells each one."""

import itertools
import sys
from pathlib import Path

from indexing.contract import PageDoc, SearchEngine
from indexing.tantivy_engine import TantivyEngine
from indexing.whoosh_engine import WhooshEngine

ENGINES: dict[str, type[TantivyEngine] | type[WhooshEngine]] = {"tantivy": TantivyEngine, "whoosh": WhooshEngine}
PER_BATCH = 3


def batch(seq: int) -> list[PageDoc]:
    """Pages 3·seq … 3·seq+2; each replaces nothing and says its number."""
    return [PageDoc(PER_BATCH * seq + n, "", f"第{PER_BATCH * seq + n}页裁定书", ("main",)) for n in range(PER_BATCH)]


def tell(word: str, seq: int) -> None:
    sys.stdout.write(f"{word} {seq}\n")
    sys.stdout.flush()


def main() -> None:
    engine: SearchEngine = ENGINES[sys.argv[1]](Path(sys.argv[2]))
    for seq in itertools.count(engine.last_seq() + 1):
        tell("start", seq)
        engine.apply(batch(seq), [], seq)
        tell("done", seq)


if __name__ == "__main__":
    main()
