# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Tokenization
#
# A language model reads and writes integers. Before it sees a text, somebody has decided what one
# integer stands for, and that decision shows in everything that follows: in the loss, in how long a
# text of another language becomes, in how well the model can do sums.
#
# **You will** build the kind of tokenizer that most large models use, train it on Shakespeare and on Chinese
# poems, and measure what it does to a loss, to another language and to arithmetic. This takes about two
# hours.
#
# **You need** lesson *Start here* for tokens and counting, and lesson *Probability* for surprise in nats and
# bits. From Python: dictionaries, tuples and the type `bytes`.

# %% [markdown]
# ## Symbols
#
# | symbol | meaning | type |
# |---|---|---|
# | $V$ | size of the vocabulary | |
# | $N$ | number of tokens in a text | |
# | $p$ | probabilities | |
# | `words` | how often each word of a text occurs; a word is a tuple of tokens | dict: tuple → count |
# | `merges` | what is learnt: pairs of tokens, in the order in which they were found | list of pairs |
# | `ranks` | the place of each pair in that list, 0 for the first (not the rank of a matrix) | dict: pair → rank |
# | `vocab` | the bytes that each token stands for | list of `bytes` |
# | `ids` | a text as tokens | $(N,)$ |

# %% tags=["setup"]
from collections import Counter

import numpy as np

from course.data import shakespeare, split_text, tang
from course.interactive import plot, predict
from course.lessons import yours
from course.lessons.tokenization import bank as ex
from course.lessons.tokenization import curves, diagrams, widgets
from course.transformers import bpe, merges, ngram, score
from course.transformers.tokenizer import BytePairs

# %% [markdown]
# ## What should a token be?
#
# *A character, as in lesson Start here? A word? Something else?*
#
# Here are Shakespeare's plays, of which the last tenth is held out, and 320 Chinese poems.

# %%
plays, poems = shakespeare(), tang()
learnt, held_out = split_text(plays)
known = set(bpe.split_words(learnt))
new = 100 * np.mean([word not in known for word in bpe.split_words(held_out)])
print(f"plays: {len(set(plays))} different characters in {len(plays):,}")
print(f"poems: {len(set(poems)):,} different characters in {len(poems):,}")
print(f"words of the plays: {len(known):,}; of the words held out, {new:.1f} % are none of them")

# %% [markdown]
# Characters make long texts, and each language brings its own. Words make short texts, but one word in
# seventeen is new: what should the model read there? There is a third unit. A file holds **bytes**, numbers
# from 0 to 255, and **UTF-8** is the standard by which characters become bytes. Each character has a number in
# a list of all the world's, its **code point**. Up to 127 it is the byte itself; larger ones take two to four
# bytes.

# %%
plot.table(
    [[c, f"{ord(c):,}", " ".join(map(str, c.encode())), str(len(c.encode()))] for c in "té月🙂"],
    header=["character", "code point", "its bytes in UTF-8", "how many"],
)

# %% [markdown]
# With the 256 bytes as tokens, any text can be written, and nothing is ever new. The price is length: one token
# for each letter, three for each Chinese character.
#
# **Byte-pair encoding** (BPE) starts from the bytes and makes longer tokens out of what is frequent. It joins
# the most frequent pair of neighbours to a new token, then the next pair, and so on, until the vocabulary
# is as large as you want. In the drawing, ␣ is a space.

# %%
diagrams.way()

# %% [markdown]
# ### Words first
#
# *What stops it from joining "of the" to one token?*
#
# The text is cut into words first, and no merge reaches across a cut. Each word takes along the space
# before it, so joining the words gives the text back.


# %% tags=["worked:bpe.split_words"]
def split_words(text):
    return bpe.PATTERN.findall(text)


print(bpe.PATTERN.pattern)
print(split_words("O  Romeo, wherefore art thou in 1599?\n"))

# %% [markdown]
# The pattern has five parts, and the first that fits wins: letters, digits, other signs (each with one
# space before them, if it is there), white space except for the last one before a word, other white space.
# So a comma is a word here, too. GPT-2 cuts in nearly the same way.
#
# A word that occurs a thousand times needs to be looked at only once, if you remember how often it occurs.

# %%
words = bpe.count_words(learnt)
print(f"{sum(words.values()):,} words, {len(words):,} different ones; the most frequent:")
for word, n in Counter(words).most_common(3):
    print(n, word, bytes(word))

# %% [markdown]
# ## Count, and merge
#
# Two tokens that stand side by side within a word are a pair. By hand: let the word *aaa* occur twice and
# *ab* five times. The byte of *a* is 97 and that of *b* is 98. The pair (97, 97) stands at two places in
# *aaa*, so it counts $2 \cdot 2 = 4$, and (97, 98) counts 5.
#
# ### Exercise: `pair_counts`
#
# `words` maps each word, a tuple of tokens, to how often it occurs. Return a dict: pair of tokens → how
# often the two stand side by side in the text. A pair that doesn't occur is not in the dict.


# %% tags=["exercise:bpe.pair_counts"]
def pair_counts(words):
    ...  # two loops


# %%
ex.pair_counts.check(pair_counts)

# %% [markdown]
# To merge a pair is to write one new token wherever the pair stands. Go from left to right; a token that has
# been used in a merge is gone. By hand: merging (97, 97) to 256 makes (97, 97, 97, 98) into (256, 97, 98).
#
# ### Exercise: `merge_pair`
#
# Return the word, a tuple, with the pair replaced by the token `new`.


# %% tags=["exercise:bpe.merge_pair"]
def merge_pair(word, pair, new):
    ...  # a loop


# %%
ex.merge_pair.check(merge_pair)

# %% [markdown]
# ### Exercise: `learn_merges`
#
# Now put the two together. Find `n` merges and return them as a list of pairs. Each time, take the most
# frequent pair; of equally frequent ones, the smallest (Python compares tuples by their first entry, then by
# their second). Merge it in all words before you count again. The first merge makes token 256, the next one
# 257. Stop earlier if no pair is left. You may call `bpe.pair_counts` and `bpe.merge_pair`, and the argument
# `words` must stay as it is.
#
# By hand, from *aaa* twice and *ab* five times: (97, 98) counts 5 and becomes 256. Then only *aaa* has pairs:
# (97, 97) becomes 257, and *aaa* is (257, 97). The third merge is (257, 97).


# %% tags=["exercise:bpe.learn_merges"]
def learn_merges(words, n):
    ...  # a loop: count, choose, merge, note


# %%
ex.learn_merges.check(learn_merges)

# %% [markdown]
# This loop counts everything anew for each merge, although a merge changes only the words that hold its
# pair. `merges.learn` remembers in which words each pair stands, and after a merge it corrects only those. It
# finds the same merges, and thousands of them in seconds.

# %%
found = merges.learn(words, 4096 - 256)
vocab = bpe.vocabulary(found)
print("the same first merges:", bpe.learn_merges(words, 8) == found[:8])
print("first:", *(repr(token.decode()) for token in vocab[256:268]))
print("last: ", *(repr(token.decode()) for token in vocab[-8:]))

# %% [markdown]
# The first merges are letters that often meet, the last ones whole words and pieces of names. And since each
# merge only adds to the list, its first 256 entries are the tokenizer with $V = 512$: one training gives
# every smaller vocabulary.

# %% [markdown]
# ## A word that training never saw
#
# *Training chose by counts, but a single new word has nothing to count. How should it be cut?*
#
# As training would have cut it: apply the merges to its bytes, one after another, in the order in which they
# were learnt. Then the tokens of a word don't depend on whether it was seen in training.
#
# By hand: the merges are (98, 99), (97, 98), (256, 100), so their ranks are 0, 1, 2, and they make 256, 257,
# 258. Take *abcd*, that is (97, 98, 99, 100). Merge 0 makes it (97, 256, 100). Merge 1 finds no 98 any more.
# Merge 2 makes it (97, 258). In the same way, the merges of the plays make one token of “ another”:

# %%
diagrams.tree()

# %% [markdown]
# The lower the rank, the earlier the merge: that of *her* comes long before that of *another*.
#
# ### Exercise: `encode_word`
#
# `word` is a tuple of bytes and `ranks` a dict: pair → rank. The pair of rank $r$ becomes token $256 + r$.
# Return the tuple of tokens. With thousands of merges and a word of five letters, don't try every merge.


# %% tags=["exercise:bpe.encode_word"]
def encode_word(word, ranks):
    ...  # a loop that ends when no pair of the word has a rank


# %%
ex.encode_word.check(encode_word)

# %% [markdown]
# There seems to be a simpler way: from the left, always take the longest token that fits. Is it the same?

# %%
english = BytePairs(found)
print("by rank:", " | ".join(english.decode([i]) for i in english.encode(" ship")))
print(
    "tokens that “ ship” begins with:",
    [token.decode() for token in vocab if b" ship".startswith(token)],
)

# %% [markdown]
# It isn't: the longest of them is " shi", but by rank the cut comes after " s". Nothing here says that one way
# is better. But whoever reads with a model should cut as the texts were cut that it has learnt from. What mixing
# the two ways costs isn't measured here.
#
# Here a line that is in none of the plays is cut by the first 768 merges. Below each token stands its
# number.

# %% [markdown] tags=["lab"]
# Type a sentence. How many merges does it take until your name is one token? What happens to a word in
# capitals? Signs outside ASCII are drawn as their bytes, in hexadecimal.

# %%
widgets.sentence()

# %% [markdown]
# ## Back to text
#
# *A token stands for bytes. Is each of them a piece of text?*
#
# Not always. 月 has the bytes 230, 156, 136, and a token may end after the second. A model that writes token
# by token may stop there, too. Whoever reads bytes as UTF-8 can ask for the replacement character � wherever
# they make no character; otherwise it is an error.
#
# ### Exercise: `decode_tokens`
#
# `vocab[i]` holds the bytes of token $i$. Return the text. Where bytes make no character, � must stand, as
# `bytes.decode(errors="replace")` puts it; nothing may raise. By hand, with bytes as tokens: 230, 156, 136,
# 33 is "月!", and 230, 156 is "�".


# %% tags=["exercise:bpe.decode_tokens"]
def decode_tokens(ids, vocab):
    ...  # one line


# %%
ex.decode_tokens.check(decode_tokens)

# %% [markdown]
# Some tokens come from no text. A **special token** such as `<|end|>` marks where a document ends or whose turn
# it is to speak. Its place in the vocabulary is after the merges. Can a user make one by typing its name?

# %%
marked = BytePairs(found, special=["<|end|>"])
line = "Exit.<|end|>"
print("typed by a user:  ", marked.encode(line))
print("set by the program:", marked.encode(line, special=True))

# %% [markdown]
# By default the name is text like any other. If it weren't, whoever types `<|end|>` could end the model's
# instructions and begin others.
#
# ## English merges, Chinese text
#
# *A tokenizer that has learnt from English is given Chinese. How much do its merges help?*
#
# With the bytes as tokens, the poems take 2.82 tokens a character: three for each Chinese sign, one for the end
# of a line. Now take the tokenizer that was trained on the plays.

# %%
chinese = predict.number(
    "tokenization.chinese",
    "Trained on the plays, V = 4,096: how many tokens does it take for a character of the poems?",
    low=0.1, high=10, factor=1.15,
)  # fmt: skip
chinese

# %%
verses, verses_held_out = split_text(poems)
trained = {
    "plays": found,
    "poems": merges.learn(bpe.count_words(verses), 3840),
    "both": merges.learn(bpe.count_words(learnt + verses), 3840),
}
sizes, texts = (256, 512, 1024, 2048, 4096), (held_out, verses_held_out)
cost = {
    name: [[len(BytePairs(m[: V - 256]).encode(text)) / len(text) for V in sizes] for text in texts]
    for name, m in trained.items()
}
chinese.reveal(cost["plays"][1][-1], shown=f"{cost['plays'][1][-1]:.2f}")

# %% tags=["plot"]
curves.over_sizes(
    sizes,
    {f"{language}, held out": {f"trained on {name}": cost[name][k] for name in trained} for k, language in enumerate(("English", "Chinese"))},
    units=["tokens per character"] * 2, tops=(3, 3),
    alt="Tokens per character over the size of the vocabulary, English first, Chinese second. "
    "Merges trained on the plays bring English from 1 to about 0.35 and leave Chinese flat at 2.82. Merges "
    "trained on the poems bring Chinese from 2.82 to 1 and leave English flat at 1. Trained on both, the "
    "English curve nearly covers that of the plays and Chinese ends at about 1.3.",
)  # fmt: skip
print("largest byte in any merge from the plays:", max(max(token) for token in vocab[256:]))
for k, (language, name) in enumerate({"English": "plays", "Chinese": "poems"}.items()):
    print(f"{language}, V = 4,096: {cost[name][k][-1]:.3f} with its own merges, {cost['both'][k][-1]:.3f} with those of both")

# %% [markdown]
# Not one merge from the plays holds a byte above 127, and a Chinese character consists of nothing else. So not
# a single merge applies, however many there are. Where a service is paid by the token, or a model can read only
# so many, some languages get less for the same money. Trained on both texts, each side does worse than with
# merges of its own, because they share the room. The plays are forty times as long, so they lose little.

# %% tags=["answers"]
for name in trained:
    tokenizer = BytePairs(trained[name])
    pieces = [tokenizer.decode([i]) for i in tokenizer.encode("床前明月光")]
    print(f"{name}: {len(pieces):2} tokens, {'|'.join(pieces)}")

# %% [markdown] tags=["answers"]
# The line is *Before my bed the bright moon shines*, and a � is a fragment of a character. The tokenizer of the
# poems knows *bright moon*, 明月, as one token, but it, too, cuts within the first character.
#
# ## A loss that can't be compared
#
# *Two models have losses per token of 1.2 and 2.4. Which is the better one?*
#
# A loss is a surprise: $-\ln p$ in nats for what came, or $-\log_2 p$ in bits. A bit is
# $\ln 2 \approx 0.69$ nats. The probability of a text is a product, one factor for each of its $N$ tokens, so
# the surprises add up to that of the whole text as it is cut. Divide it by $N$, and the result depends on how
# the tokenizer cuts. The number of bytes doesn't.
#
# By hand: two tokens, of 1 and 4 bytes, came with probabilities $\tfrac18$ and $\tfrac14$: surprises of
# $\ln 8$ and $\ln 4$ nats. In bits that is $3 + 2$ for 5 bytes, so 1 bit per byte.
#
# ### Exercise: `bits_per_byte`
#
# `nats` is an array with the surprise at each token, `sizes` an array with the number of bytes of each
# token. Return the average surprise per byte of the text, in bits.


# %% tags=["exercise:score.bits_per_byte"]
def bits_per_byte(nats, sizes):
    ...  # one line


# %%
ex.bits_per_byte.check(bits_per_byte)

# %% [markdown]
# Two simple models will do. The first gives each token its share of the learnt text as its probability,
# whatever came before. The second is the table of pairs from lesson *Start here*: what followed this token?
# Where it has seen little, it leans on the first. Both are smoothed, so that no probability is 0.

# %%
rise = predict.number(
    "tokenization.rise",
    "The first model, with V = 256, is surprised by 4.8 bits per token on the held-out text. By how many bits "
    "per token with V = 4,096?",
    unit="bits", low=0.1, high=100, factor=1.2,
)  # fmt: skip
rise

# %%
results = {"shares": [], "pairs": []}
for V in sizes:
    tokenizer = BytePairs(found[: V - 256])
    ids, new_ids = tokenizer.encode(learnt), tokenizer.encode(held_out)
    lengths = np.array([len(tokenizer.vocab[i]) for i in new_ids])
    for order, points in enumerate(results.values(), start=1):
        nats = -np.log(ngram.probabilities(ngram.fit(ids, V, order), new_ids))
        points.append((nats.mean() / np.log(2), score.bits_per_byte(nats, lengths)))
per_token, per_byte = np.array(results["shares"]).T
rise.reveal(per_token[-1], shown=f"{per_token[-1]:.2f} bits")

# %% tags=["plot"]
units = ("bits per token", "bits per byte")
curves.over_sizes(
    sizes,
    {unit: {name: np.array(points)[:, k] for name, points in results.items()} for k, unit in enumerate(units)},
    units=[f"surprise, {unit}" for unit in units], tops=(10, 6),
    alt="Two panels over the size of the vocabulary. Bits per token rise for both models, for the shares from "
    "4.8 to 9.1. Bits per byte fall for both, for the shares from 4.8 to 3.2, for the pairs from 3.6 to 2.6, "
    "where the curve is almost level at the end.",
)  # fmt: skip
for name, points in results.items():
    print(f"{name}, bits per byte from V = 256 to 4,096: {points[0][1]:.2f} to {points[-1][1]:.2f}")

# %% [markdown]
# The first model's loss per token nearly doubles, and yet the model has become better: a token now stands for
# almost three bytes, so each one is a harder question, and there are fewer of them. Losses per token of two
# tokenizers have two units. Compare losses per byte.
#
# A model without memory gains much from long tokens, because each holds several characters. The second model
# remembers one token, and it gains less: merges and memory do part of the same work.
#
# ## How often a token is seen
#
# *Each token is something that the model must learn about. How often does it get the chance?*

# %%
rare = predict.number(
    "tokenization.rare",
    "V = 4,096. What share of the tokens comes fewer than 20 times in the million characters they were learnt from?",
    unit="%", low=0, high=100, within=10,
)  # fmt: skip
rare

# %%
used = np.bincount(english.encode(learnt), minlength=english.V)
share_rare = 100 * np.mean(used < 20)
rare.reveal(share_rare, shown=f"{share_rare:.0f} %")
never = [i for i in range(256, english.V) if used[i] == 0]
inside = {i for pair in found for i in pair}
print(f"{len(never)} merged tokens never come: {', '.join(repr(vocab[i].decode()) for i in never[5:11])} …")
swallowed = [100 * np.mean([i in inside for i in group]) for group in (never, set(range(256, english.V)) - {*never})]
print(f"part of a later merge: {swallowed[0]:.0f} % of these, {swallowed[1]:.0f} % of the merged tokens that do come")

# %% [markdown]
# A pair that is frequent when it is merged need not stay so. *ELLO* was made on the way to *OTHELLO*, and
# since then it never stands alone. A model has parameters for such a token, and no example to learn them from.
# If a user's text does contain it, anything may happen: large models have answered such tokens with nonsense.
#
# ## Numbers
#
# *A child adds column by column. Which columns does a model see?*
#
# The plays hold no digits, so train on 20,000 sums of numbers up to 9,999.


# %%
def sums(rng, n, low):
    pairs = rng.integers(low, 10_000, size=(n, 2))
    return [(str(a), str(b), str(a + b)) for a, b in pairs]


book = "\n".join(f"{a}+{b}={c}" for a, b, c in sums(np.random.default_rng(9), 20_000, 0))
digits = BytePairs(merges.learn(bpe.count_words(book), 1000))
for number in ("517", "1234", "5812", "9876", "19876"):
    print(f"{number:>6}  {'|'.join(digits.decode([i]) for i in digits.encode(number))}")

# %% [markdown]
# The cuts fall where counts put them: 5|17, but 12|34, and 5812 is one token. How much harder does that make a
# sum? Take the easiest part of adding: the last digit of the result, which depends only on the last digits of
# the two numbers. The learner is a table. For each pair of *last tokens* it remembers which last digit came
# most often; for a new pair it guesses, and one guess in ten is right. With digits as tokens and 3,000 sums of two four-digit numbers, it is
# right on every new sum.


# %%
def last_digit_right(last, learnt, test):
    table = {}
    for a, b, c in learnt:
        table.setdefault((last(a), last(b)), Counter())[c[-1]] += 1
    guesses = (table.get((last(a), last(b))) for a, b, _ in test)
    return 100 * np.mean(
        [
            g.most_common(1)[0][0] == c[-1] if g else 0.1
            for g, (*_, c) in zip(guesses, test, strict=True)
        ]
    )


# %%
adds = predict.number(
    "tokenization.adds",
    "With byte-pair tokens (V = 1,256) and the same 3,000 sums: how often is the table right?",
    unit="%", low=0, high=100, within=8,
)  # fmt: skip
adds

# %%
rows = []
for n in (1000, 3000, 10_000, 30_000):
    right = []
    for seed in range(3):
        drawn = sums(np.random.default_rng(seed), n + 1000, 1000)
        last = {x: digits.encode(x)[-1] for a, b, _ in drawn for x in (a, b)}
        right.append(
            [last_digit_right(way, drawn[:n], drawn[n:]) for way in (lambda x: x[-1], last.get)]
        )
    ways = zip(*right, strict=True)
    shares = [f"{np.mean(r):.0f} % ({min(r):.0f} to {max(r):.0f})" for r in ways]
    rows.append([f"{n:,}", *shares])
    if n == 3000:
        bpe_right = np.mean(right, axis=0)[1]
adds.reveal(bpe_right, shown=f"{bpe_right:.0f} %")
plot.table(rows, header=["sums learnt from", "digits", "byte pairs"])
print(f"{len(set(last.values()))} byte-pair tokens come last, so there are {len(set(last.values())) ** 2:,} pairs")

# %% [markdown]
# Digits make a hundred pairs, so a thousand sums show each of them about ten times. Byte-pair tokens make far more
# pairs than there are sums. Today's large models mostly cut numbers into digits, or into groups of up to three.
# That networks, which are no tables, find byte pairs harder for the same reason is a conjecture: nothing here
# measures it.
#
# ## A tokenizer that loses things
#
# *A colleague's tokenizer works on all the words that she tried. On some texts it does not.*


# %%
def colleague(text, ranks):
    ids = []
    for word in text.lower().split():
        ids += bpe.encode_word(tuple(word.encode("ascii", errors="ignore")), ranks)
    return ids


ranks = bpe.ranks_of(found)
for text in ("art", "art thou", "Romeo", "café", "one\ntwo"):
    back = bpe.decode_tokens(colleague(text, ranks), vocab)
    print(f"{text!r:12} comes back as {back!r}")

# %% [markdown]
# ### Exercise: `encode_text`
#
# What is lost, and in which steps? Write the function so that decoding gives back every text, and so that
# words are cut as in training (`bpe.split_words`, `bpe.encode_word`). Return a list of tokens. By hand,
# without merges, "É a" is 195, 137, 32, 97.


# %% tags=["exercise:bpe.encode_text"]
def encode_text(text, ranks):
    ...  # one to four lines


# %%
ex.encode_text.check(encode_text)

# %% [markdown]
# ## Your tokenizer, on your text
#
# Here is a tokenizer made of your own functions. It learns from the first poems. Put a text of your own in
# their place: `own_text = read_text("my_letters.txt")`, with `read_text` from `course.data`.

# %%
parts = "pair_counts merge_pair learn_merges encode_word decode_tokens bits_per_byte encode_text"
made = yours.using(*(f"tokenization.{part}" for part in parts.split()))
own_text = poems[:6000]
own_words = bpe.count_words(own_text)
counts, own_merges = made.pair_counts(own_words), made.learn_merges(own_words, 150)
own_ranks, own_vocab = bpe.ranks_of(own_merges), bpe.vocabulary(own_merges)
ids = np.array(made.encode_text(own_text, own_ranks))
shares = np.bincount(ids) / len(ids)
byte_counts = np.array([len(own_vocab[i]) for i in ids])
own_bits = made.bits_per_byte(-np.log(shares[ids]), byte_counts)
first, longest = own_merges[0], max(own_words, key=len)
print(
    f"first merge: {first}, {counts[first]} times: "
    f"{(*first, 10)} becomes {made.merge_pair((*first, 10), first, 256)}"
)
print(f"the longest word: {len(longest)} bytes, {len(made.encode_word(longest, own_ranks))} tokens")
print(f"comes back whole: {made.decode_tokens(ids, own_vocab) == own_text}")
print(f"{len(own_text.encode()):,} bytes, {len(ids):,} tokens, {own_bits:.2f} bits per byte")
whole = [
    text
    for i in range(256, len(own_vocab))
    if "�" not in (text := made.decode_tokens([i], own_vocab))
]
print("tokens that are whole characters:", *whole[:16])
print(made.credit("Your tokenizer"))

# %% [markdown]
# In a terminal, `course train --tokens bpe --out my_run` trains a small GPT on such tokens and reports its loss
# per byte, so that you can compare it with one that reads characters.
#
# ## What you measured

# %%
plot.table(
    [
        ["words held out that training never saw", f"{new:.1f} %"],
        ["tokens per Chinese character, merges from the plays", f"{cost['plays'][1][-1]:.2f}"],
        ["tokens per Chinese character, merges from the poems", f"{cost['poems'][1][-1]:.2f}"],
        ["bits per token, smallest and largest vocabulary", f"{per_token[0]:.2f}, {per_token[-1]:.2f}"],
        ["bits per byte, smallest and largest vocabulary", f"{per_byte[0]:.2f}, {per_byte[-1]:.2f}"],
        ["tokens seen fewer than 20 times", f"{share_rare:.0f} %"],
        ["merged tokens that never come", str(len(never))],
        ["last digits right, byte pairs", f"{bpe_right:.0f} %"],
    ],
    header=["quantity", "measured"],
)

# %% [markdown]
# **You can now** train a tokenizer, write any text with it and read it back, say what a loss per token is
# worth, and tell which texts a vocabulary makes long.
#
# ## Questions to answer without looking
#
# 1. Model A reports a loss of 2 nats per token, model B of 5. What must you know before you prefer A?
#
#    <details><summary>Answer</summary>
#
#    How many bytes a token is, on the same text, for each of them. Divide both by $\ln 2$ and by the bytes
#    per token. If B's tokens are three times as long as A's, B is better.
#
#    </details>
#
# 2. A tokenizer learnt from English with a million merges reads Chinese. How many tokens does a character
#    take?
#
#    <details><summary>Answer</summary>
#
#    Three, if its text held no Chinese: no merge joins bytes above 127, so each byte stays a token. More
#    merges change nothing.
#
#    </details>
#
# 3. Why may a token of the vocabulary never occur in the very text that it was learnt from?
#
#    <details><summary>Answer</summary>
#
#    Because it was a step on the way to a longer one. Each time it stands there, a later merge takes it in.
#
#    </details>
#
# 4. From lesson *Start here*: the model by pairs of characters was right 27 % of the time when it named the
#    most frequent follower. Would 27 % with byte-pair tokens be better or worse?
#
#    <details><summary>Answer</summary>
#
#    It can't be said from the number: one right token may be one character or ten. Hits per token compare
#    as little as losses per token do.
#
#    </details>

# %% [markdown]
# ## Sources
#
# - R. Sennrich, B. Haddow, A. Birch (2016), *Neural machine translation of rare words with subword units*,
#   https://arxiv.org/abs/1508.07909.
# - A. Radford et al. (2019), *Language models are unsupervised multitask learners*: byte-pair encoding on bytes.
# - A. Petrov et al. (2023), *Language model tokenizers introduce unfairness between languages*,
#   https://arxiv.org/abs/2305.15425.
# - A. Singh, D. Strouse (2024), *Tokenization counts: the impact of tokenization on arithmetic in frontier LLMs*,
#   https://arxiv.org/abs/2402.14903.
# - J. Rumbelow, M. Watkins (2023), *SolidGoldMagikarp*: tokens that large models had hardly seen.
# - *Three Hundred Tang Poems*, chosen by Sun Zhu (1763); the line is by Li Bai.
