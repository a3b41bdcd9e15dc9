"""Merkle trees over SHA-256: roots, proofs and their checks (RFC 6962 2.1, RFC 9162 2.1).

A proof binds a leaf, or an older tree, to a *root*; it does not bind the size by itself: the
proof of leaf 0 is the same list of hashes in a tree of three leaves and in one of four, and
only the root differs. So take size and root together, from one signed checkpoint.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

HASH_BYTES = 32

#: The root of the tree without leaves.
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256 of 0x00 and the entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256 of 0x01 and its two children."""
    return sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root of the tree over `leaf_hashes`; that of no leaves is SHA-256 of nothing.

    >>> root([leaf_hash(b"")]).hex()[:16]
    '6e340b9cffb37a98'
    """
    return levels(leaf_hashes)[-1][0] if leaf_hashes else EMPTY_ROOT


def levels(leaf_hashes: Sequence[bytes]) -> list[Sequence[bytes]]:
    """Return the levels of the tree, leaves first, root last; with them, many proofs are cheap."""
    found = [leaf_hashes]
    while len(found[-1]) > 1:
        found.append(_parents(found[-1]))
    return found


def inclusion_proof(index: int, tree: Sequence[Sequence[bytes]]) -> list[bytes]:
    """Return the hashes that lead from leaf `index` to the root, leaf first (RFC 9162 2.1.3.1).

    Args:
        index: the leaf, counted from 0.
        tree: its `levels`.

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= index < len(tree[0]):
        raise ValueError(f"no leaf {index} in a tree of {len(tree[0])}")
    return [tree[level][sibling] for level, sibling in needed(index, len(tree[0]))]


def check_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], tree_root: bytes
) -> bool:
    """Return whether `proof` leads from a leaf to the root (RFC 9162 2.1.3.2).

    Args:
        leaf: the leaf's hash.
        index: its number, counted from 0.
        size: the number of leaves of the tree, as the checkpoint says.
        proof: as `inclusion_proof` makes it.
        tree_root: the root, from the same checkpoint.
    """
    if not 0 <= index < size or not _are_hashes([leaf, tree_root, *proof]):
        return False
    node, last, hashed = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            hashed = node_hash(step, hashed)
            # A right end without a sibling has moved up unhashed.
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            hashed = node_hash(hashed, step)
        node, last = node >> 1, last >> 1
    return last == 0 and hashed == tree_root


def needed(index: int, size: int) -> list[tuple[int, int]]:
    """Return level and index of each hash of `inclusion_proof`, leaf first.

    Args:
        index: the leaf, counted from 0.
        size: the number of leaves of the tree.
    """
    found = []
    for level in range((size - 1).bit_length()):
        sibling = (index >> level) ^ 1
        if sibling << level < size:  # a right end without a sibling moves up unhashed
            found.append((level, sibling))
    return found


def consistency_proof(first: int, tree: Sequence[Sequence[bytes]]) -> list[bytes]:
    """Return the hashes that show that a tree goes on from its first leaves (RFC 9162 2.1.4.1).

    Args:
        first: number of those leaves, at least 1.
        tree: its `levels`.

    Raises:
        ValueError: the tree has not so many.
    """
    size = len(tree[0])
    if not 0 < first <= size:
        raise ValueError(f"no {first} leaves in a tree of {size}")

    def node(begin: int, end: int) -> bytes:
        # Every subtree of the recursion begins at a multiple of the width that it has or would have
        # if it were full; a right end moved up unhashed, so that it stands there as well.
        height = (end - begin - 1).bit_length()
        return tree[height][begin >> height]

    begin, end, whole, found = 0, size, True, list[bytes]()
    while first < end:
        split = begin + (1 << ((end - begin - 1).bit_length() - 1))
        if first <= split:
            found.append(node(split, end))
            end = split
        else:
            found.append(node(begin, split))
            begin, whole = split, False
    return [*([] if whole else [node(begin, end)]), *reversed(found)]


def check_consistency(
    first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Return whether a tree goes on from a smaller one (RFC 9162 2.1.4.2).

    Args:
        first: number of leaves of the smaller one, at least 1.
        first_root: its root, from the same checkpoint.
        second: number of leaves of the larger one.
        second_root: its root, from the same checkpoint.
        proof: as `consistency_proof` makes it.
    """
    if not 0 < first <= second or not _are_hashes([first_root, second_root, *proof]):
        return False
    if first == second:
        return not proof and first_root == second_root
    steps = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not steps:
        return False
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, step)
        node, last = node >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


class Frontier:
    """The right edge of a growing tree: enough to append and to know the root, O(log n) each."""

    def __init__(self) -> None:
        self._size = 0
        #: Roots of the full subtrees that make up the tree, left to right, largest first: one for
        #: every bit that is set in the size.
        self._peaks: list[bytes] = []

    @property
    def size(self) -> int:
        """The number of leaves."""
        return self._size

    def copy(self) -> "Frontier":
        """Return a frontier that grows by itself from here on."""
        made = Frontier()
        made._size, made._peaks = self._size, list(self._peaks)
        return made

    def append(self, leaf: bytes) -> None:
        """Add a leaf, given by its hash, at the right end."""
        if not _are_hashes([leaf]):
            raise ValueError("a leaf is given by its hash, 32 bytes")
        peak = leaf
        carried = self._size
        while carried & 1:
            peak, carried = node_hash(self._peaks.pop(), peak), carried >> 1
        self._peaks.append(peak)
        self._size += 1

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        if not self._peaks:
            return EMPTY_ROOT
        *others, folded = self._peaks
        for peak in reversed(others):
            folded = node_hash(peak, folded)
        return folded


def _parents(level: Sequence[bytes]) -> list[bytes]:
    """Return the level above: pairs are hashed; a last node without a sibling moves up as it is."""
    parents = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    if len(level) & 1:
        parents.append(level[-1])
    return parents


def _are_hashes(candidates: Iterable[bytes]) -> bool:
    return all(isinstance(each, bytes) and len(each) == HASH_BYTES for each in candidates)
