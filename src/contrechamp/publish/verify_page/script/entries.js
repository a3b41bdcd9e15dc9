// log/entries.txt and log/nodes.txt: entries of the log, and the hashes that lead to its root.

const ENTRIES = "log/entries.txt";
const NODES = "log/nodes.txt";
const NODE = /^(0|[1-9][0-9]?) (0|[1-9][0-9]{0,15}) ([0-9a-f]{64})$/;

/** Return what an entry says; its bytes are the leaf. */
function entryOf(bytes) {
  const said = valueOf(bytes);
  const texts = ["at", "member", "action", "subject", "digest"];
  const optional = said !== null && said.v === 2 ? ["reason", "keys", "compartment", "branch"] : ["reason"];
  const isOne =
    hasFields(said, [...texts, "v", "number"], optional) &&
    (said.v === 1 || said.v === 2) &&
    isCount(said.number) &&
    texts.every((name) => typeof said[name] === "string") &&
    ["reason", "branch"].every((name) => said[name] === undefined || typeof said[name] === "string") &&
    (said.keys === undefined || areKeys(said.keys)) &&
    (said.compartment === undefined || isObject(said.compartment));
  if (!isOne) {
    throw new Refused("not-an-entry");
  }
  return said;
}

function areKeys(keys) {
  return (
    hasFields(keys, ["recipient", "signing", "number"]) &&
    isCount(keys.number) &&
    isDigest(keys.signing) &&
    typeof keys.recipient === "string" && /^age1[0-9a-z]{58}$/.test(keys.recipient)
  );
}

function wholeLines(bytes) {
  const lines = linesOf(bytes);
  if (lines.pop().length) {
    throw new Refused("cut-off");
  }
  return lines;
}

/** Return entries by their number, each with its bytes. */
function logEntriesOf(bytes) {
  const found = new Map();
  let last = -1;
  for (const [at, line] of wholeLines(bytes).entries()) {
    let entry;
    try {
      entry = entryOf(line);
    } catch (error) {
      throw error instanceof Refused ? new Refused("bad-entry-line", { line: at + 1 }) : error;
    }
    if (entry.number <= last) {
      throw new Refused("out-of-order", { line: at + 1 });
    }
    last = entry.number;
    found.set(entry.number, { entry, bytes: line });
  }
  return found;
}

/** Return hashes of the tree by "level index". */
function nodesOf(bytes) {
  const found = new Map();
  let [lastLevel, lastIndex] = [-1, -1];
  for (const [at, line] of wholeLines(bytes).entries()) {
    const match = NODE.exec(textOf(line) || "");
    if (!match || !Number.isSafeInteger(Number(match[2]))) {
      throw new Refused("bad-node-line", { line: at + 1 });
    }
    const [level, index] = [Number(match[1]), Number(match[2])];
    if (level < lastLevel || (level === lastLevel && index <= lastIndex)) {
      throw new Refused("out-of-order", { line: at + 1 });
    }
    [lastLevel, lastIndex] = [level, index];
    found.set(`${level} ${index}`, bytesOfHex(match[3]));
  }
  return found;
}
