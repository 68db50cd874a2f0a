"""Make tang.txt from an npm package: ``python make_tang.py chinese-poetry-2.0.1.tgz``.

The package holds *Three Hundred Tang Poems*, chosen by Sun Zhu in 1763 from poems of the years 618
to 907; both are in the public domain, and the package's own work is under the MIT licence. A poem
is its title, its author, its lines, and an empty line. What editors added in brackets (other
readings, notes) goes, and the few ASCII marks become the Chinese ones that stand everywhere else.
Law: the same package gives the file whose sha256 stands in manifest.toml.
"""

import json
import re
import sys
import tarfile
from pathlib import Path

FILE = "package/dist/mengxue/tangshisanbaishou.json"
MARKS = str.maketrans({",": "，", ":": "：", "?": "？", "!": "！", "（": "(", "）": ")", " ": None})


def cleaned(text: str) -> str:
    """Take out what stands in brackets, also over several lines, and make all marks Chinese."""
    return re.sub(r"\([^()]*\)", "", text.translate(MARKS))


def poem(entry: dict) -> str:
    """Return a poem as its title, its author and its lines."""
    lines = cleaned("\n".join(entry["paragraphs"])).split("\n")
    return "\n".join([cleaned(entry["chapter"]), entry["author"], *filter(None, lines)]) + "\n"


if __name__ == "__main__":
    with tarfile.open(sys.argv[1]) as tar:
        groups = json.load(tar.extractfile(FILE))["content"]
    text = "\n".join(poem(entry) for group in groups for entry in group["content"])
    Path(__file__).with_name("tang.txt").write_bytes(text.encode("utf-8"))
    print(f"{len(text)} characters, {len(set(text))} different")
