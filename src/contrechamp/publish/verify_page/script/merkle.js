// Merkle trees over SHA-256 (RFC 9162 2.1). Numbers pass 32 bits, so nothing here shifts bits.

function half(number) {
  return Math.floor(number / 2);
}

function isPowerOfTwo(number) {
  let left = number;
  while (left % 2 === 0) {
    left /= 2;
  }
  return left === 1;
}

function leafHash(entry) {
  return sha256(joined(Uint8Array.of(0), entry));
}

function nodeHash(left, right) {
  return sha256(joined(Uint8Array.of(1), left, right));
}

/** Return whether hashes lead from an entry to the root of a tree (RFC 9162 2.1.3.2). */
async function isIncluded(entry, number, size, proof, root) {
  if (number >= size) {
    return false;
  }
  let [node, last, hash] = [number, size - 1, await leafHash(entry)];
  for (const step of proof) {
    if (last === 0) {
      return false;
    }
    if (node % 2 || node === last) {
      hash = await nodeHash(step, hash);
      while (node % 2 === 0 && node) {
        [node, last] = [half(node), half(last)];
      }
    } else {
      hash = await nodeHash(hash, step);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && isSame(hash, root);
}

/** Return whether a tree goes on from a smaller one (RFC 9162 2.1.4.2). */
async function goesOn(first, firstRoot, second, secondRoot, proof) {
  if (first < 1 || first > second) {
    return false;
  }
  if (first === second) {
    return proof.length === 0 && isSame(firstRoot, secondRoot);
  }
  const steps = isPowerOfTwo(first) ? [firstRoot, ...proof] : proof;
  if (!steps.length) {
    return false;
  }
  let [node, last] = [first - 1, second - 1];
  while (node % 2) {
    [node, last] = [half(node), half(last)];
  }
  let [old, now] = [steps[0], steps[0]];
  for (const step of steps.slice(1)) {
    if (last === 0) {
      return false;
    }
    if (node % 2 || node === last) {
      [old, now] = [await nodeHash(step, old), await nodeHash(step, now)];
      while (node % 2 === 0 && node) {
        [node, last] = [half(node), half(last)];
      }
    } else {
      now = await nodeHash(now, step);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && isSame(old, firstRoot) && isSame(now, secondRoot);
}

/** Follows entries to the root, by the hashes of log/nodes.txt. What one entry showed is kept. */
class Tree {
  constructor(nodes, size, root) {
    this.nodes = nodes;
    this.size = size;
    this.root = root;
    this.shown = new Map();
  }

  /** Refuse an entry that is not in the tree, or whose hashes are not all there. */
  async check(entry, number) {
    await this.checkHash(await leafHash(entry), number);
  }

  /** Refuse the hash of an entry that is not in the tree. */
  async checkHash(leaf, number) {
    let [hash, index, width, level] = [leaf, number, this.size, 0];
    const path = [];
    while (width > 1 && this.shown.get(`${level} ${index}`) !== hexOf(hash)) {
      path.push([`${level} ${index}`, hexOf(hash)]);
      const other = index % 2 ? index - 1 : index + 1;
      if (other < width) {
        const beside = this.nodes.get(`${level} ${other}`);
        if (beside === undefined) {
          throw new Refused("node-missing", { level, index: other });
        }
        hash = await (index % 2 ? nodeHash(beside, hash) : nodeHash(hash, beside));
      }
      [index, width, level] = [half(index), half(width + 1), level + 1];
    }
    if (width <= 1 && !isSame(hash, this.root)) {
      throw new Refused("not-in-log", { number });
    }
    path.forEach(([place, shown]) => this.shown.set(place, shown));
  }
}
