"""The merges of byte-pair encoding from a large text: `bpe.learn_merges` with an index of pairs.

Used in *Tokenization*. Counting everything anew for each merge costs words × merges; here a merge
touches only the words that hold its pair, and the most frequent pair lies on top of a heap.
"""

import heapq
import itertools
from collections import Counter, defaultdict

from course.transformers import bpe


def learn(words, n: int) -> list[tuple]:
    """Find the merges of `bpe.learn_merges`, recounting only the words that a merge changes."""
    table, merges = _Pairs(words), []
    while len(merges) < n and (best := table.most_frequent()):
        table.merge(best, bpe.BYTES + len(merges))
        merges.append(best)
    return merges


class _Pairs:
    """How often each pair occurs and in which words, kept up to date merge by merge.

    A merge only lowers the counts of pairs that were there, and makes pairs with the new token.
    So the heap needs each pair once: a count that is too high is put right when it comes up.
    """

    def __init__(self, words):
        self.words, self.times = list(words), list(words.values())
        self.counts, self.where = Counter(), defaultdict(set)
        for i in range(len(self.words)):
            self._add(i)
        self.heap = [(-n, pair) for pair, n in self.counts.items()]
        heapq.heapify(self.heap)

    def most_frequent(self):
        """Return the most frequent pair, of equals the smallest; None if there is none."""
        while self.heap:
            negative, pair = self.heap[0]
            now = self.counts[pair]
            if now and now == -negative:
                return pair
            heapq.heappop(self.heap)
            if now:
                heapq.heappush(self.heap, (-now, pair))
        return None

    def merge(self, pair, new: int):
        """Merge a pair in every word that holds it."""
        fresh = set()
        for i in self.where.pop(pair):
            self._take(i)
            self.words[i] = bpe.merge_pair(self.words[i], pair, new)
            fresh |= {p for p in self._add(i) if new in p}
        for p in fresh:
            heapq.heappush(self.heap, (-self.counts[p], p))

    def _add(self, i: int) -> list:
        """Count the pairs of word i, and note where they are."""
        pairs = list(itertools.pairwise(self.words[i]))
        for pair in pairs:
            self.counts[pair] += self.times[i]
            self.where[pair].add(i)
        return pairs

    def _take(self, i: int):
        """Take the pairs of word i off the counts."""
        for pair in itertools.pairwise(self.words[i]):
            self.counts[pair] -= self.times[i]
