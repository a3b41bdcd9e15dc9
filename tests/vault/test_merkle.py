"""Trees and proofs against published vectors, the RFC's own recursion and pymerkle."""

from hashlib import sha256

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.vault.log.merkle import (
    EMPTY_ROOT,
    Frontier,
    check_inclusion,
    inclusion_proof,
    leaf_hash,
    levels,
    node_hash,
    root,
)

# The tree that the implementations of Certificate Transparency test each other with
# (github.com/transparency-dev/merkle, proof/verify_test.go, Apache-2.0).
ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    bytes.fromhex(digest)
    for digest in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
INCLUSION = [  # leaf counted from 0, size, proof
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


def leaves(size: int) -> list[bytes]:
    """The hashes of `size` leaves that all differ."""
    return [leaf_hash(str(number).encode()) for number in range(size)]


def unhex(proof: list[str]) -> list[bytes]:
    return [bytes.fromhex(step) for step in proof]


# The definitions of RFC 9162, word for word: recursive, on slices, slow.


def split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def mth(hashes: list[bytes]) -> bytes:
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = split(len(hashes))
    return sha256(b"\x01" + mth(hashes[:k]) + mth(hashes[k:])).digest()


def path(m: int, hashes: list[bytes]) -> list[bytes]:
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if m < k:
        return [*path(m, hashes[:k]), mth(hashes[k:])]
    return [*path(m - k, hashes[k:]), mth(hashes[:k])]


def test_the_published_tree_has_the_published_roots():
    hashes = [leaf_hash(entry) for entry in ENTRIES]
    assert [root(hashes[:size]) for size in range(9)] == ROOTS
    assert ROOTS[0] == EMPTY_ROOT


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_inclusion_proofs_are_the_published_ones(index: int, size: int, proof: list[str]):
    hashes = [leaf_hash(entry) for entry in ENTRIES[:size]]
    assert inclusion_proof(index, levels(hashes)) == unhex(proof)
    assert check_inclusion(hashes[index], index, size, unhex(proof), ROOTS[size])


@pytest.mark.parametrize("size", range(34))
def test_roots_and_proofs_follow_the_definition_of_the_rfc(size: int):
    hashes = leaves(size)
    assert root(hashes) == mth(hashes)
    for index in range(size):
        assert inclusion_proof(index, levels(hashes)) == path(index, hashes)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 64, 65, 100])
def test_pymerkle_finds_the_same_roots_and_inclusion_proofs(size: int):
    entries = [str(number).encode() for number in range(size)]
    theirs = pymerkle.InmemoryTree()
    theirs.append_entries(entries)
    ours = [leaf_hash(entry) for entry in entries]
    assert root(ours) == theirs.get_root(size)
    for index in range(size):
        # Theirs counts leaves from one and opens each proof with the leaf itself.
        proof = theirs.prove_inclusion(index + 1, size)
        assert [ours[index], *inclusion_proof(index, levels(ours))] == proof.path
        assert check_inclusion(ours[index], index, size, proof.path[1:], theirs.get_root(size))


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
def test_every_inclusion_proof_verifies(place: tuple[int, int]):
    index, size = place
    hashes = leaves(size)
    assert check_inclusion(
        hashes[index], index, size, inclusion_proof(index, levels(hashes)), root(hashes)
    )


@given(st.data())
def test_a_flipped_bit_breaks_an_inclusion_proof(data: st.DataObject):
    size = data.draw(st.integers(1, 70))
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    parts = [hashes[index], root(hashes), *inclusion_proof(index, levels(hashes))]
    changed = flip(data, parts)
    assert not check_inclusion(changed[0], index, size, changed[2:], changed[1])


def flip(data: st.DataObject, parts: list[bytes]) -> list[bytes]:
    """The same byte strings with one bit of one of them flipped."""
    which = data.draw(st.integers(0, len(parts) - 1))
    bit = data.draw(st.integers(0, 255))
    value = int.from_bytes(parts[which]) ^ (1 << bit)
    return [*parts[:which], value.to_bytes(32), *parts[which + 1 :]]


@given(st.data())
def test_a_leaf_is_not_found_at_another_place(data: st.DataObject):
    size = data.draw(st.integers(2, 70))
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-2, size + 2).filter(lambda n: n != index))
    hashes = leaves(size)
    proof = inclusion_proof(index, levels(hashes))
    assert not check_inclusion(hashes[index], other, size, proof, root(hashes))


@given(st.data())
def test_a_proof_does_not_fit_the_root_of_another_size(data: st.DataObject):
    # Size and root come together from one checkpoint, so both are those of the other tree.
    size, other = data.draw(st.lists(st.integers(1, 70), min_size=2, max_size=2, unique=True))
    index = data.draw(st.integers(0, size - 1))
    hashes, others = leaves(size), leaves(other)
    proof = inclusion_proof(index, levels(hashes))
    assert not check_inclusion(hashes[index], index, other, proof, root(others))


@given(st.data())
def test_a_proof_with_a_step_too_many_or_too_few_fails(data: st.DataObject):
    size = data.draw(st.integers(2, 70))
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    extra = data.draw(st.sampled_from([root(hashes), hashes[0], b"", bytes(32)]))
    proof = inclusion_proof(index, levels(hashes))
    for wrong in (proof[:-1], proof[1:], [*proof, extra], [extra, *proof]):
        assert not check_inclusion(hashes[index], index, size, wrong, root(hashes))


def test_the_same_steps_can_serve_two_sizes_so_the_root_decides():
    # Why size and root are to be taken from one checkpoint: three and four leaves have paths of
    # one shape for leaf 0. The check accepts the wrong size with the right root, as RFC 9162 does.
    hashes = leaves(3)
    proof = inclusion_proof(0, levels(hashes))
    assert check_inclusion(hashes[0], 0, 4, proof, root(hashes))
    assert not check_inclusion(hashes[0], 0, 4, proof, root(leaves(4)))


def test_a_proof_that_is_too_short_for_the_size_fails_even_with_the_root_that_it_reaches():
    hashes = leaves(4)
    proof = inclusion_proof(1, levels(hashes))
    assert not check_inclusion(hashes[1], 1, 8, proof, root(hashes))
    assert not check_inclusion(hashes[0], 0, 2, [], hashes[0])


@given(st.integers(0, 200))
def test_the_frontier_has_the_root_of_the_tree(size: int):
    frontier = Frontier()
    for leaf in leaves(size):
        frontier.append(leaf)
    assert frontier.root() == root(leaves(size))
    assert frontier.size == size


def test_proofs_of_what_is_not_there_are_refused():
    with pytest.raises(ValueError, match="no leaf 3"):
        inclusion_proof(3, levels(leaves(3)))


def test_a_leaf_cannot_pass_for_a_node():
    left, right = leaves(2)
    assert leaf_hash(left + right) != node_hash(left, right)
