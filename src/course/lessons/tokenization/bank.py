"""The exercises of this lesson."""

import itertools
from collections import Counter

import numpy as np

from course.checking import Case, Edit, Exercise, Law
from course.transformers import bpe, score
from course.words import say


def _word(rng, letters: str, n: int) -> tuple:
    return tuple(int(i) for i in rng.choice(list(letters.encode()), size=n))


def _words(rng, letters: str = "abc", n: int = 7) -> dict:
    """Draw some words of two to six letters, each with how often it occurs."""
    return {_word(rng, letters, int(rng.integers(2, 7))): int(rng.integers(2, 9)) for _ in range(n)}


def _numbers(value) -> tuple:
    """Whatever holds tokens, as a tuple of numbers."""
    return tuple(int(i) for i in value)


# --- pair_counts -----------------------------------------------------------------------------


def across_words(words):
    """You also counted the pair of a word's last token and the next word's first. Words are apart:
    no pair reaches from one into another.
    """
    line = [token for word, n in words.items() for _ in range(n) for token in word]
    return Counter(itertools.pairwise(line))


def no_overlap(words):
    """You skip a place that shares a token with the one before. Every two neighbours are a pair, so
    (a, a, a) holds (a, a) twice; only a merge can't use a token twice.
    """
    counts = Counter()
    for word, n in words.items():
        i = 0
        while i + 1 < len(word):
            counts[word[i], word[i + 1]] += n
            i += 2 if word[i] == word[i + 1] else 1
    return counts


def every_second(words):
    """You cut each word into twos: places 0 and 1, then 2 and 3. The neighbours 1 and 2 are a pair,
    too.
    """
    counts = Counter()
    for word, n in words.items():
        for i in range(0, len(word) - 1, 2):
            counts[word[i], word[i + 1]] += n
    return counts


def last_word_alone(words):
    """You begin with an empty dict at each word, so only the last one is left. Make it before the
    loop.
    """
    counts = {}
    for word, n in words.items():
        counts = {}
        for pair in itertools.pairwise(word):
            counts[pair] = counts.get(pair, 0) + n
    return counts


def past_the_end(words):
    """The last token has no neighbour after it: the first of a pair stands at most at len(word) − 2."""
    counts = Counter()
    for word, n in words.items():
        for i in range(len(word)):
            counts[word[i], word[i + 1]] += n
    return counts


pair_counts = Exercise(
    bpe.pair_counts,
    kind="transcribe",
    cases=[
        Case.hand(
            ({(97, 97, 97): 2, (97, 98): 5},),
            {(97, 97): 4, (97, 98): 5},
            says="aaa twice and ab five times",
        ),
        Case.hand(
            ({(98, 97, 98): 3, (97, 98, 98, 98, 98): 4, (99,): 7},),
            {(98, 97): 3, (97, 98): 7, (98, 98): 12},
            says="bab three times, abbbb four times, c seven times",
        ),
        Case.random(lambda rng: (_words(rng),), says="seven words of a, b, c", n=2),
        Case.random(lambda rng: (_words(rng, "xyzXYZ", 11),), says="eleven words of six letters"),
        Case.extreme(({},), says="no words", expected={}),
        Case.extreme(({(97,): 3},), says="one word of one token", expected={}),
        Case.extreme(({(300, 97, 300, 97): 2},), says="a token above 255"),
    ],
    laws=[
        Law(
            "a word of k tokens that occurs n times adds n (k − 1) to the counts, all together",
            lambda f, rng: _adds_up(f, _words(rng, "abcd", 9)),
        ),
    ],
    mistakes=[
        """
        += n ⇒ += 1
            You counted each different word once. It occurs n times in the text, so each of its
            pairs counts n.
        += n ⇒ = n
            A pair that comes again overwrites its count. Add to what is there.
        in itertools.pairwise(word) ⇒ in set(itertools.pairwise(word))
            You count a pair once for each word. Where it stands twice in a word, it counts twice.
        pairwise(word) ⇒ combinations(word, 2)
            You paired each token with every later one. Only direct neighbours are a pair.
        pairwise(word) ⇒ pairwise(word[:-1])
            The last pair of each word is missing. A word of k tokens has k − 1 pairs.
        counts[pair] ⇒ counts[tuple(sorted(pair))]
            You took (b, a) for (a, b). The order matters: "he" is not "eh".
        counts[pair] ⇒ counts[pair[::-1]]
            Your pairs are turned round: the token that stands first comes first.
        in itertools.pairwise(word) ⇒ in word
            You counted single tokens. A pair is two neighbours, as a tuple (left, right).
        words.items() ⇒ words
            Going through a dict gives its keys alone. Words with their numbers are words.items().
        """,
        Edit(
            "    return",
            "        return",
            "Your `return` stands inside the loop, so only the first word was counted.",
        ),
        across_words,
        no_overlap,
        every_second,
        last_word_alone,
        past_the_end,
    ],
    hints=[
        "How many pairs does a word of five tokens have, and how often does each come in the text?",
        "For each word and each i from 0 to len(word) − 2: add n to the count of "
        "(word[i], word[i + 1]).",
        "counts = {}\nfor word, n in words.items():\n    for pair in zip(word, word[1:]):\n"
        "        counts[pair] = …\nreturn counts",
    ],
    why="A Counter starts every key at 0, so adding needs no question whether the pair is there. "
    "Weighting by n is what lets each different word be looked at only once.",
    difficulty=1,
    minutes=5,
    importance=4,
)


def _adds_up(f, words):
    got = sum(int(n) for n in f(words).values())
    due = sum(n * (len(word) - 1) for word, n in words.items())
    if got == due:
        return ""
    return say(
        "nine words of a, b, c, d: your counts add up to {got}; there are {due} pairs in all.",
        got=got,
        due=due,
    )


# --- merge_pair ------------------------------------------------------------------------------


def two_by_two(word, pair, new):
    """You move on by two after every token. That is due after a merge only; else by one."""
    return tuple(new if word[i : i + 2] == pair else word[i] for i in range(0, len(word), 2))


def merges_and_goes_on(word, pair, new):
    """After a merge you also take the next token unseen. Without `else` both lines run: it may
    begin a pair itself, or not be there.
    """
    merged, i = [], 0
    while i < len(word):
        if word[i : i + 2] == pair:
            merged.append(new)
            i += 2
        merged.append(word[i])
        i += 1
    return tuple(merged)


def used_twice(word, pair, new):
    """You used a token in two merges. In (a, a, a) the middle a is gone once the first pair has been
    merged: go on behind it.
    """
    merged = [new if two == pair else two[0] for two in itertools.pairwise(word)]
    return tuple(merged) + (() if word[-2:] == pair else word[-1:])


def second_stays(word, pair, new):
    """The second token of the pair is still there, behind the new one. After a merge, move on by two."""
    places = range(len(word))
    return tuple(new if word[i : i + 2] == pair else word[i] for i in places)


def first_only(word, pair, new):
    """You merged the first place only. The pair is replaced wherever it stands."""
    for i in range(len(word) - 1):
        if word[i : i + 2] == pair:
            return (*word[:i], new, *word[i + 2 :])
    return word


def last_is_lost(word, pair, new):
    """The last token is lost where it isn't part of a merge. Go on to the end of the word."""
    merged = bpe.merge_pair(word, pair, new)
    return merged if word[-2:] == pair and merged[-1] == new else merged[:-1]


def merges_alone(word, pair, new):
    """You kept the merged places only. All other tokens stay in the word."""
    return tuple(token for token in bpe.merge_pair(word, pair, new) if token == new)


def from_the_right(word, pair, new):
    """You went from right to left. It matters where places overlap: (a, a, a) becomes (new, a)."""
    return bpe.merge_pair(word[::-1], pair[::-1], new)[::-1]


def single_tokens(word, pair, new):
    """You replaced each token of the pair by itself. Only the two side by side, in this order, are
    replaced, by one token.
    """
    return tuple(new if token in pair else token for token in word)


def looks_past_the_end(word, pair, new):
    """At the last token there is no word[i + 1]. A slice, word[i : i + 2], doesn't mind."""
    merged, i = [], 0
    while i < len(word):
        found = (word[i], word[i + 1]) == pair
        merged.append(new if found else word[i])
        i += 2 if found else 1
    return tuple(merged)


merge_pair = Exercise(
    bpe.merge_pair,
    kind="derive",
    cases=[
        Case.hand(
            ((97, 97, 97, 98), (97, 97), 256),
            (256, 97, 98),
            says="(97, 97, 97, 98) with (97, 97) to 256",
        ),
        Case.hand(
            ((98, 97, 97, 98, 97), (98, 97), 300),
            (300, 97, 300),
            says="(98, 97, 97, 98, 97) with (98, 97) to 300",
        ),
        Case.random(
            lambda rng: (_word(rng, "ab", 11), (97, 98), 256), says="11 letters, a, b to 256", n=2
        ),
        Case.random(
            lambda rng: (_word(rng, "ab", 14), (98, 98), 261), says="14 letters, b, b to 261", n=2
        ),
        Case.extreme(((97, 98, 99), (97, 99), 256), says="a pair that isn't there"),
        Case.extreme(((97, 97, 97, 97), (97, 97), 256), says="(97, 97, 97, 97) with (97, 97)"),
        Case.extreme(((97,), (97, 97), 256), says="a word of one token"),
        Case.extreme(((), (97, 98), 256), says="an empty word", expected=()),
    ],
    laws=[
        Law(
            "with the pair written out again for the new token, the word is back",
            lambda f, rng: _comes_apart(f, _word(rng, "ab", 12)),
        ),
    ],
    mistakes=[
        """
        merged[-1] = new ⇒ merged.append(new)
            The first token of the pair is still there, before the new one. Replace both.
        (merged[-1], token) == pair ⇒ (merged[-1], token) in (pair, pair[::-1])
            You merged (b, a) as well as (a, b). The order matters.
        (merged[-1], token) == pair ⇒ [merged[-1], token] == pair
            Nothing was merged: a list is never equal to a tuple. Compare two tuples.
        (merged[-1], token) == pair ⇒ merged[-1] == pair[0]
            You looked at the first token of the pair only. The next one must be its second.
        merged[-1] = new ⇒ merged[-1] = pair
            You put the pair where the token `new` belongs.
        """,
        second_stays,
        last_is_lost,
        merges_alone,
        two_by_two,
        merges_and_goes_on,
        used_twice,
        first_only,
        from_the_right,
        single_tokens,
        looks_past_the_end,
    ],
    hints=[
        "After a pair has been merged, which token do you look at next, and which after any other?",
        "At i: if word[i], word[i + 1] are the pair, note `new` and go to i + 2; else note word[i] and "
        "go to i + 1. Until the word ends.",
        "merged, i = [], 0\nwhile i < len(word):\n    if word[i : i + 2] == pair:\n        …\n"
        "    else:\n        …\nreturn tuple(merged)",
    ],
    why="The course's way needs no index: a token is held against the last one that was noted. "
    "Once that is `new`, it can't be part of the pair again, so no token is used twice.",
    difficulty=2,
    minutes=10,
    importance=4,
)


def _comes_apart(f, word):
    back = []
    for token in _numbers(f(word, (97, 98), 256)):
        back += [97, 98] if token == 256 else [token]
    if tuple(back) == word:
        return ""
    return say(
        "a word of twelve letters a and b: with (97, 98) written out again for 256, your word has "
        "{n} tokens and is not what it was.",
        n=len(back),
    )


# --- learn_merges ----------------------------------------------------------------------------


def counted_once(words, n):
    """You counted once and took the n most frequent pairs. A merge changes the counts: merge in all
    words, then count again.
    """
    counts = bpe.pair_counts(words)
    return sorted(counts, key=lambda pair: (-counts[pair], pair))[:n]


def as_a_dict(words, n):
    """You returned a dict. A list keeps the order, and the order is what is learnt: a list of pairs
    is wanted.
    """
    return {pair: 256 + rank for rank, pair in enumerate(bpe.learn_merges(words, n))}


def one_word_each(words, n):
    """You looked for the pair that stands in most different words. It is the count in the text that
    decides: each word as often as it occurs.
    """
    return bpe.learn_merges(dict.fromkeys(words, 1), n)


learn_merges = Exercise(
    bpe.learn_merges,
    kind="build",
    cases=[
        Case.hand(
            ({(97, 97, 97): 2, (97, 98): 5}, 3),
            [(97, 98), (97, 97), (257, 97)],
            says="aaa twice, ab five times, three merges",
        ),
        Case.hand(
            ({(99, 100): 3, (97, 98, 97): 3, (120,): 9}, 2),
            [(97, 98), (99, 100)],
            says="cd and aba three times each, two merges",
        ),
        Case.random(lambda rng: (_words(rng), 4), says="seven words of a, b, c, four merges", n=2),
        Case.random(
            lambda rng: (_words(rng, "uvwxyz", 12), 6),
            says="twelve words of six letters, six merges",
        ),
        Case.random(
            lambda rng: ({_word(rng, "pqrst", 5): 1 for _ in range(6)}, 5),
            says="six words that occur once, five merges",
        ),
        Case.extreme(({(97, 98, 99): 4}, 9), says="one word, and more merges than it has"),
        Case.extreme(({(97, 98, 99): 1}, 2), says="one word that occurs once"),
        Case.extreme(({(97, 98): 4, (98,): 2}, 0), says="no merge is asked for", expected=[]),
        Case.extreme(({(97,): 3}, 2), says="no pair at all", expected=[]),
    ],
    laws=[
        Law(
            "fewer merges are the beginning of more",
            lambda f, rng: _begins_alike(f, _words(rng, "abcd", 8)),
        ),
    ],
    mistakes=[
        """
        (-counts[pair], pair) ⇒ -counts[pair]
            Of equally frequent pairs you took the one that was met first. Then the result depends
            on the order of the words; asked is the smallest pair.
        (-counts[pair], pair) ⇒ (-counts[pair], -pair[0], -pair[1])
            Of equally frequent pairs you took the largest; max over (count, pair) does that. Asked
            is the smallest.
        -counts[pair] ⇒ counts[pair]
            You took the rarest pair. The most frequent one is merged.
        BYTES + len(merges) ⇒ BYTES + len(merges) + 1
            Your new tokens begin at 257. The first merge makes 256: take the number before you
            note the merge.
        BYTES + len(merges) ⇒ BYTES
            All your merges make the same token. Each needs a number of its own: 256, then 257.
        BYTES + len(merges) ⇒ len(merges)
            Your new tokens begin at 0, and these numbers are bytes. The first free one is 256.
        ): k for ⇒ ): 1 for
            After a merge your words have lost how often they occur. Take the counts along.
        words = {merge_pair ⇒ merged = {merge_pair
            Your merges don't arrive in the words: `merge_pair` returns a new word, so the same pair
            is found again and again.
        len(merges) < n ⇒ len(merges) <= n
            You found one merge too many.
        len(merges) < n ⇒ len(merges) < n - 1
            You found one merge too few.
        merges.append(best) ⇒ merges.append(new)
            You noted the new tokens. What they are made of is wanted: the pairs.
        merges.append(best) ⇒ merges.append(tuple(bytes([i]) for i in best if i < 256))
            You noted bytes. Pairs of numbers are wanted, as they come.
        BYTES + len(merges) ⇒ BYTES + len(merges) - 1
            Your new tokens begin at 255, which is a byte. The first merge makes 256.
        min(counts, key=lambda pair: (-counts[pair], pair)) ⇒ max(counts)
            `max` of a dict is its largest key. The largest count is wanted.
        return merges ⇒ return dict(zip(merges, range(len(merges))))
            You returned a dict of ranks. The merges are wanted as a list, in the order in which they
            were found.
        return merges ⇒ return words
            You returned the merged words. What is wanted are the pairs that were merged.
        """,
        Edit(
            "while len(merges) < n and (counts := pair_counts(words)):\n",
            "for _ in range(n):\n        counts = pair_counts(words)\n",
            "No pair is left once each word is one token; then there is no most frequent one. Stop "
            "there.",
        ),
        Edit(
            "(counts := pair_counts(words)):",
            "max((counts := pair_counts(words)).values(), default=0) > 1:",
            "You stopped when all pairs came once. Asked is to go on as long as there is a pair.",
        ),
        Edit(
            "    return",
            "        return",
            "Your `return` stands inside the loop, so it ends after one merge.",
        ),
        counted_once,
        as_a_dict,
        one_word_each,
    ],
    hints=[
        "Which three things must happen between one merge and the next?",
        "Count all pairs; choose the pair with the largest count, of equals the smallest pair; "
        "replace it in all words by 256 + (number of merges so far); note it.",
        "merges = []\nfor _ in range(n):\n    counts = bpe.pair_counts(words)\n    if not counts:\n"
        "        break\n    best = min(counts, key=lambda pair: …)\n    words = {…}\n"
        "    merges.append(best)\nreturn merges",
    ],
    why="The minimum over (−count, pair) is the most frequent pair, and the smallest of equals, "
    "whatever order the dict has. Without such a rule two runs over the same text, in another "
    "order, would give two tokenizers.",
    difficulty=3,
    minutes=15,
    importance=5,
)


def _begins_alike(f, words):
    few, more = (np.array(f(words, n)).reshape(-1, 2).tolist() for n in (3, 5))
    if more[:3] == few:
        return ""
    return say("eight words of a, b, c, d: your three merges are not the first three of your five.")


# --- encode_word -----------------------------------------------------------------------------


def pairs_of_the_start(word, ranks):
    """You looked for pairs once, in the bytes. A merge makes new pairs: look again after each."""
    pairs = [pair for pair in itertools.pairwise(word) if pair in ranks]
    for pair in sorted(pairs, key=ranks.get):
        word = bpe.merge_pair(word, pair, 256 + ranks[pair])
    return word


def unknown_comes_first(word, ranks):
    """A pair without a rank got a small number in its place, such as 0 or −1, and so was the
    lowest. Leave such pairs out, or give them infinity.
    """
    while len(word) > 1:
        best = min(itertools.pairwise(word), key=lambda pair: ranks.get(pair, -1))
        if best not in ranks:
            break
        word = bpe.merge_pair(word, best, 256 + ranks[best])
    return word


def never_ends_by_itself(word, ranks):
    """When no pair of the word has a rank, there is nothing left to choose from: end there."""
    while True:
        best = min((p for p in itertools.pairwise(word) if p in ranks), key=ranks.get)
        word = bpe.merge_pair(word, best, 256 + ranks[best])


def longest_match(word, ranks):
    """You took the longest token that fits, from the left. Training didn't: the pair with the lowest
    rank is merged first, wherever it stands.
    """
    vocab = bpe.vocabulary(sorted(ranks, key=ranks.get))
    rest, ids = bytes(word), []
    while rest:
        i = max((i for i, v in enumerate(vocab) if rest.startswith(v)), key=lambda i: len(vocab[i]))
        ids.append(i)
        rest = rest[len(vocab[i]) :]
    return tuple(ids)


def one_sweep(word, ranks):
    """You went through the word once, and merged each token into the one before where that was a
    merge. The lowest rank comes first, wherever it stands.
    """
    ids = []
    for token in word:
        if ids and (ids[-1], token) in ranks:
            ids[-1] = 256 + ranks[ids[-1], token]
        else:
            ids.append(token)
    return tuple(ids)


def every_pair_has_a_rank(word, ranks):
    """A pair that was never merged has no rank, so ranks[pair] raises a KeyError. Look only at pairs
    that are in `ranks`, and stop when there is none.
    """
    while len(word) > 1:
        best = min(itertools.pairwise(word), key=lambda pair: ranks[pair])
        word = bpe.merge_pair(word, best, 256 + ranks[best])
    return word


def _ranks(rng, letters: str = "abcd", n: int = 9) -> dict:
    return bpe.ranks_of(bpe.learn_merges(_words(rng, letters, 14), n))


encode_word = Exercise(
    bpe.encode_word,
    kind="transfer",
    cases=[
        Case.hand(
            ((97, 98, 99, 100), {(98, 99): 0, (97, 98): 1, (256, 100): 2}),
            (97, 258),
            says="abcd, merges (98, 99), (97, 98), (256, 100)",
        ),
        Case.hand(
            ((97, 97, 97, 98), {(97, 97): 0, (97, 98): 1, (256, 257): 2}),
            (258,),
            says="aaab, merges (97, 97), (97, 98), (256, 257)",
        ),
        Case.random(
            lambda rng: (_word(rng, "ab", 11), _ranks(rng, "ab", 7)),
            says="eleven letters a and b, seven merges",
            n=4,
        ),
        Case.random(
            lambda rng: (_word(rng, "abc", 15), _ranks(rng, "abc", 12)),
            says="fifteen letters a, b, c, twelve merges",
            n=4,
        ),
        Case.extreme(((97, 98, 99), {}), says="no merges"),
        Case.extreme(((97,), {(97, 97): 0}), says="one byte", expected=(97,)),
        Case.extreme(((), {(97, 97): 0}), says="an empty word", expected=()),
    ],
    laws=[
        Law(
            "written out again, the tokens are the word",
            lambda f, rng: _writes_the_word(f, _word(rng, "abcd", 10), _ranks(rng)),
        ),
    ],
    mistakes=[
        """
        min(pairs, key=ranks.get) ⇒ pairs[0]
            You merged the first pair from the left that has a rank. The one with the lowest rank
            comes first, wherever it stands.
        min(pairs, key=ranks.get) ⇒ max(pairs, key=ranks.get)
            You began with the highest rank. Training made the merge of rank 0 first.
        min(pairs, key=ranks.get) ⇒ min(pairs)
            You took the smallest pair. It is the rank that decides: min(..., key=ranks.get).
        min(pairs, key=ranks.get) ⇒ max(pairs, key=pairs.count)
            You chose by how often a pair comes in this word. Counts belong to training; here only
            the rank decides.
        min(pairs, key=ranks.get) ⇒ min(pairs, key=lambda pair: (-pairs.count(pair), pair))
            You counted pairs within this word, as training did in the text. Its counts are done;
            here only the rank decides.
        while pairs ⇒ if pairs
            You merged one pair and stopped. The merged word may hold further pairs with a rank.
        BYTES + ranks[best] ⇒ ranks[best]
            You wrote the rank. The pair of rank r becomes token 256 + r.
        BYTES + ranks[best] ⇒ BYTES + ranks[best] + 1
            Your tokens are one too large: rank 0 makes token 256.
        return word ⇒ return bytes(i % 256 for i in word)
            You returned bytes. Tokens run beyond 255: a tuple of numbers is wanted.
        BYTES + ranks[best] ⇒ BYTES + ranks[best] - 1
            Your tokens begin at 255, which is a byte. The pair of rank 0 becomes 256.
        """,
        Edit(
            "    return",
            "        return",
            "Your `return` stands inside the loop: it ends after one merge, and without any merge "
            "nothing is returned.",
        ),
        pairs_of_the_start,
        unknown_comes_first,
        never_ends_by_itself,
        longest_match,
        one_sweep,
        every_pair_has_a_rank,
    ],
    hints=[
        "If the word had been in the text, which of its pairs would have been merged first?",
        "As long as a pair of the word has a rank: merge the pair of the lowest rank, everywhere in "
        "the word, to 256 + rank.",
        "while True:\n    pairs = […]\n    if not pairs:\n        return word\n"
        "    best = min(…, key=…)\n    word = bpe.merge_pair(…)",
    ],
    why="A merge of rank r only makes pairs of higher rank, because they hold the token 256 + r. So "
    "the lowest rank present is always the one that training would have come to next.",
    difficulty=3,
    minutes=15,
    importance=5,
)


def _writes_the_word(f, word, ranks):
    vocab = bpe.vocabulary(sorted(ranks, key=ranks.get))
    back = b"".join(vocab[i] for i in _numbers(f(word, ranks)))
    if back == bytes(word):
        return ""
    return say("ten letters, nine merges: {word} came back as {back}.", word=bytes(word), back=back)


# --- decode_tokens ---------------------------------------------------------------------------

_MOON = [*bpe.vocabulary([]), "月".encode()[:2], b" the"]  # 256: two bytes of three


def _pieces(rng, n):
    """Draw a text, and cut its bytes into tokens of one to three at random."""
    text = "".join(rng.choice(list("aé月🙂 !"), size=n))
    content, vocab, ids = text.encode(), [b"?", b"#"], []
    while content:
        k = int(rng.integers(1, 4))
        ids.append(len(vocab))
        vocab.append(content[:k])
        content = content[k:]
    return ids, vocab


def _cut(rng, n):
    """The same, with a token left out here and there."""
    ids, vocab = _pieces(rng, n)
    return [i for i in ids if rng.random() < 0.8], vocab


decode_tokens = Exercise(
    bpe.decode_tokens,
    kind="derive",
    cases=[
        Case.hand(([230, 156, 136, 33], bpe.vocabulary([])), "月!", says="bytes 230, 156, 136, 33"),
        Case.hand(([230, 156], bpe.vocabulary([])), "�", says="bytes 230, 156"),
        Case.random(lambda rng: _pieces(rng, 9), says="nine characters, cut anywhere", n=2),
        Case.random(lambda rng: _cut(rng, 12), says="twelve characters, some bytes missing", n=2),
        Case.extreme(([256, 136, 257], _MOON), says="a token of two bytes of 月, and the third"),
        Case.extreme(([257, 256, 257], _MOON), says="two bytes of 月 between words"),
        Case.extreme(([257, 136], _MOON), says="the last byte of 月 alone"),
        Case.extreme(([], _MOON), says="no tokens", expected=""),
    ],
    laws=[
        Law(
            "however a text is cut into tokens, it comes back",
            lambda f, rng: _reads_back(f, *_pieces(rng, 15)),
        ),
    ],
    mistakes=[
        """
        b"".join(vocab[i] for i in ids).decode(errors="replace") ⇒ "".join(vocab[i].decode(errors="replace") for i in ids)
            You decoded each token by itself. A character may begin in one token and end in the
            next: join the bytes first, decode once.
        errors="replace" ⇒
            Bytes that make no character raise an error here. A model may write any tokens: ask for
            the replacement character.
        "replace" ⇒ "ignore"
            Bytes that make no character vanish without a trace. � must show that something was
            there.
        "replace" ⇒ "backslashreplace"
            You wrote such bytes as \\x… . The replacement character � is wanted.
        decode(errors="replace") ⇒ decode("latin-1")
            You took each byte for a character: that is Latin-1. UTF-8 may use up to four bytes for
            one.
        decode(errors="replace") ⇒ decode("ascii", errors="replace")
            You read ASCII, which knows nothing above 127. The bytes are UTF-8.
        .decode(errors="replace") ⇒
            You returned the bytes. Text is wanted: decode them.
        b"".join ⇒ b" ".join
            You put spaces between the tokens. The spaces are in the tokens already.
        b"".join(vocab[i] for i in ids).decode(errors="replace") ⇒ "".join(chr(i) for i in ids)
            You took the tokens for code points. What a token stands for is in `vocab`.
        b"".join(vocab[i] for i in ids).decode(errors="replace") ⇒ bytes(ids).decode(errors="replace")
            You took the tokens for bytes. That is right up to 255; what others stand for is in
            `vocab`.
        b"".join(vocab[i] for i in ids).decode(errors="replace") ⇒ str(b"".join(vocab[i] for i in ids))
            str of bytes is what Python prints of them, b'…'. To read them as text, decode them.
        b"".join(vocab[i] for i in ids).decode(errors="replace") ⇒ [vocab[i].decode(errors="replace") for i in ids]
            You returned a list of pieces. One text is wanted, and a piece may be half a character.
        b"".join(vocab[i] for i in ids).decode(errors="replace") ⇒ "".join(vocab[i] for i in ids)
            "" joins texts, and these are bytes: b"".join, and then decode.
        b"".join(vocab[i] for i in ids).decode(errors="replace") ⇒ sum(vocab[i] for i in ids).decode(errors="replace")
            `sum` begins at 0, and a number and bytes don't add up. b"".join puts bytes together.
        """,
    ],
    hints=[
        "Where does the first byte of 月 have to be when its third is read?",
        'Join the bytes of all tokens, then read them as UTF-8, once, with errors="replace".',
        'whole = b"".join(…)\nreturn whole.decode(…)',
    ],
    why='Only all bytes together are sure to be whole characters. With errors="replace" nothing '
    "that a model writes can stop the program, and � shows where it wrote no text.",
    difficulty=2,
    minutes=5,
    importance=4,
)


def _reads_back(f, ids, vocab):
    text = b"".join(vocab[i] for i in ids).decode()
    back = f(ids, vocab)
    if back == text:
        return ""
    return say(
        "15 characters, cut anywhere: {text!r} came back as {back!r}.",
        text=text,
        back=back,
    )


# --- bits_per_byte ---------------------------------------------------------------------------


def _surprises(rng, n):
    return rng.uniform(0.1, 9, n), rng.integers(1, 8, n)


bits_per_byte = Exercise(
    score.bits_per_byte,
    kind="derive",
    cases=[
        Case.hand(
            (np.log([8.0, 4.0]), np.array([1, 4])), 1.0, says="ln 8 and ln 4 nats, 1 and 4 bytes"
        ),
        Case.random(lambda rng: _surprises(rng, 5), says="5 tokens"),
        Case.random(lambda rng: _surprises(rng, 13), says="13 tokens"),
        Case.extreme((np.array([1.5]), np.array([3])), says="one token of 3 bytes"),
        Case.extreme((np.zeros(4), np.array([1, 2, 3, 4])), says="no surprise at all"),
    ],
    laws=[
        Law(
            "two neighbours taken as one token, with both surprises and both sizes, change nothing",
            lambda f, rng: _joined_is_the_same(f, *_surprises(rng, 6)),
        ),
    ],
    mistakes=[
        """
        np.sum(nats) / np.log(2) / np.sum(sizes) ⇒ np.mean(nats) / np.log(2)
            That is bits per token. Divide by the bytes of the text, not by its tokens.
        / np.log(2) ⇒
            That is nats per byte. A bit is ln 2 nats: divide by ln 2.
        / np.log(2) ⇒ * np.log(2)
            You multiplied by ln 2. A bit is the smaller unit (ln 2 ≈ 0.69 nats), so there are more
            bits than nats.
        np.sum(nats) / np.log(2) / np.sum(sizes) ⇒ np.mean(nats / sizes) / np.log(2)
            You took the mean of each token's own ratio, so a token of one byte counts as much as
            one of ten. Add up first, then divide once.
        np.sum(nats) / np.log(2) / np.sum(sizes) ⇒ np.sum(nats / sizes) / np.log(2)
            You added up each token's own ratio. Add up the surprises and the bytes, then divide
            once.
        np.sum(nats) / np.log(2) / np.sum(sizes) ⇒ nats / np.log(2) / sizes
            You have one number for each token. Asked is one for the text: add up first.
        / np.sum(sizes) ⇒
            That is the surprise of the whole text, in bits. Divide by its bytes.
        np.sum(nats) / np.log(2) ⇒ np.sum(np.log2(nats))
            `nats` are logarithms already. Taking log2 of them is no change of unit; dividing by
            ln 2 is.
        np.sum(nats) / np.log(2) ⇒ np.mean(nats) / np.log(2)
            You divided by the tokens and by the bytes. Only the bytes count.
        np.sum(nats) / np.log(2) ⇒ np.sum(nats * sizes) / np.log(2)
            You weighted each surprise by its token's size. A surprise is that of the whole token,
            and counts once.
        np.sum(nats) / np.log(2) / np.sum(sizes) ⇒ np.sum(sizes) * np.log(2) / np.sum(nats)
            Upside down: these are bytes per bit.
        / np.sum(sizes) ⇒ / np.sum(sizes) / 8
            You divided by 8. A byte stores 8 bits, but here bits measure surprise, and bytes only
            count the text's length.
        np.log(2) ⇒ np.log2(np.e) ** 0 / np.log10(2)
            You used another logarithm than the natural one: a bit is ln 2 nats.
        """,
    ],
    hints=[
        "How surprising is the whole text, and how long is it, whoever cut it?",
        "(Σ nats / ln 2) / Σ sizes",
        "bits = … / np.log(2)\nreturn bits / …",
    ],
    why="The probability of a text is the product of its tokens', so surprises add up, and the sum "
    "belongs to the text. A ratio of sums, and not a mean of ratios: every byte counts alike.",
    difficulty=2,
    minutes=5,
    importance=5,
)


def _joined_is_the_same(f, nats, sizes):
    apart = float(f(nats, sizes))
    together = float(f(np.add.reduceat(nats, [0, 2, 3]), np.add.reduceat(sizes, [0, 2, 3])))
    if np.isclose(apart, together, rtol=1e-4):
        return ""
    return say(
        "6 tokens give {apart:.4g}; the same text with some of them joined gives {together:.4g}.",
        apart=apart,
        together=together,
    )


# --- encode_text -----------------------------------------------------------------------------

# As learnt from a text; and two merges that could only apply across words.
_TEXT = "the thin cat, the  then \n\n café, the moon 月 月"
_RANKS = bpe.ranks_of([*bpe.learn_merges(bpe.count_words(_TEXT), 14), (101, 32), (32, 32)])


def splits_at_spaces(text, ranks):
    """You cut at single spaces and put them back. That returns the text, but training cut its words
    otherwise: a comma, a line end, a digit is a word of its own. Use bpe.split_words.
    """
    pieces = text.split(" ")
    words = [pieces[0], *(" " + piece for piece in pieces[1:])]
    return [i for word in words for i in bpe.encode_word(tuple(word.encode()), ranks)]


def the_colleagues(text, ranks):
    """This still loses all three: capitals, white space, and every sign outside ASCII."""
    ids = []
    for word in text.lower().split():
        ids += bpe.encode_word(tuple(word.encode("ascii", errors="ignore")), ranks)
    return ids


def lower_mended(text, ranks):
    """Capitals are kept now. White space and signs outside ASCII are still lost."""
    ids = []
    for word in text.split():
        ids += bpe.encode_word(tuple(word.encode("ascii", errors="ignore")), ranks)
    return ids


encode_text = Exercise(
    bpe.encode_text,
    kind="diagnose",
    cases=[
        Case.hand(("É a", {}), [195, 137, 32, 97], says="“É a”, no merges"),
        Case.hand(
            ("The hat", {(104, 97): 0, (32, 256): 1}),
            [84, 104, 101, 257, 116],
            says="“The hat”, merges (104, 97), (32, 256)",
        ),
        Case.random(
            lambda rng: ("".join(rng.choice(list("the cafoné ,\n1月E"), size=24)), _RANKS),
            says="24 characters drawn at random",
            n=3,
        ),
        Case.random(
            lambda rng: (
                " ".join(rng.choice(["the", "Then", "moon,", "café", "月", ""], 8)),
                _RANKS,
            ),
            says="eight words drawn at random",
            n=2,
        ),
        Case.extreme(("the  cat\n\nthen\n", _RANKS), says="two spaces, line ends"),
        Case.extreme(("🙂月", _RANKS), says="“🙂月”"),
        Case.extreme(("", _RANKS), says="an empty text", expected=[]),
    ],
    laws=[
        Law(
            "every text comes back",
            lambda f, rng: _comes_back(f, "".join(rng.choice(list("tHe é\n月,🙂"), size=30))),
        ),
    ],
    mistakes=[
        """
        split_words(text) ⇒ split_words(text.lower())
            Capitals come back as small letters: `lower` is still there.
        split_words(text) ⇒ text.split()
            White space is lost: `split()`, or `strip()`, throws it away. bpe.split_words keeps it.
        word.encode() ⇒ word.encode("ascii", errors="ignore")
            Signs outside ASCII are dropped without a word. UTF-8 can write them all.
        word.encode() ⇒ word.encode("ascii", errors="replace")
            Signs outside ASCII come back as question marks. UTF-8 can write them all.
        word.encode() ⇒ word.encode("ascii")
            ASCII can't write this. UTF-8 can write every character.
        word.encode() ⇒ word.encode("latin-1", errors="replace")
            Latin-1 has 256 characters. UTF-8 has them all, and is what the merges were learnt on.
        word.encode() ⇒ word.encode("utf-16")
            The merges were learnt on bytes of UTF-8; these are other bytes for the same text.
        word.encode() ⇒ map(ord, word)
            You took code points for bytes. Above 127 they differ, and beyond 255 they collide with
            merged tokens.
        word.encode() ⇒ (word.strip() or word).encode()
            The space before each word is lost. It belongs to the word.
        in split_words(text) ⇒ in [text]
            You treated the text as one word, so merges reach across words, as they never did in
            training.
        encode_word(tuple(word.encode()), ranks) ⇒ word.encode()
            These are the bytes alone, without any merge.
        [i for word in split_words(text) for i in encode_word(tuple(word.encode()), ranks)] ⇒ [encode_word(tuple(word.encode()), ranks) for word in split_words(text)]
            You have a list of words, each a tuple of tokens. One list of tokens is wanted: extend,
            don't append.
        [i for word in split_words(text) for i in encode_word(tuple(word.encode()), ranks)] ⇒ [i for word in split_words(text.lower()) for i in encode_word(tuple(word.encode("ascii", "ignore")), ranks)]
            White space is kept now. Capitals and signs outside ASCII are still lost.
        """,
        splits_at_spaces,
        the_colleagues,
        lower_mended,
    ],
    hints=[
        "Three steps change the text before any merge. Which, and what does each throw away?",
        "Keep capitals, cut with bpe.split_words, and take the bytes of UTF-8: word.encode().",
        "ids = []\nfor word in …:\n    ids += bpe.encode_word(…)\nreturn ids",
    ],
    why='What can\'t be undone must not be done: small letters, `split()` and `errors="ignore"` each '
    "map different texts to the same tokens. bpe.split_words only cuts, and UTF-8 has bytes for "
    "every character.",
    difficulty=2,
    minutes=10,
    importance=4,
)


def _comes_back(f, text):
    vocab = bpe.vocabulary(sorted(_RANKS, key=_RANKS.get))
    back = bpe.decode_tokens(_numbers(np.ravel(f(text, _RANKS))), vocab)
    return "" if back == text else say("{text!r} came back as {back!r}.", text=text, back=back)
