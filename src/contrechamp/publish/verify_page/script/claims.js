// data/claims.json: each claim and each piece of evidence on a line of its own.

const CLAIMS = "data/claims.json";
const KIND = /^[a-z0-9-]{1,64}$/;
const ANCHOR = /^[A-Za-z0-9_.-]{1,120}$/;

/** Return claims and evidence, each with the line that it stands on. */
function claimsOf(bytes) {
  const lines = linesOf(bytes);
  const isLine = (at, text) => at >= 0 && at < lines.length && isSame(lines[at], bytesOfText(text));
  const middle = lines.findIndex((_line, at) => isLine(at, '],"evidence":['));
  const isOne =
    isLine(0, '{"claims":[') && middle > 0 &&
    isLine(lines.length - 2, '],"v":1}') && isLine(lines.length - 1, "");
  if (!isOne) {
    throw new Refused("not-claims");
  }
  return {
    claims: eachOf(lines, 1, middle, claimOf),
    evidence: eachOf(lines, middle + 1, lines.length - 2, evidenceOf),
  };
}

/** Return what lines say; all but the last of them end in a comma, which is no part of them. */
function eachOf(lines, from, to, parse) {
  const found = [];
  for (let at = from; at < to; at += 1) {
    const hasComma = lines[at].at(-1) === 44;
    if (hasComma === (at === to - 1)) {
      throw new Refused("not-a-claim", { line: at + 1 });
    }
    const line = hasComma ? lines[at].subarray(0, -1) : lines[at];
    try {
      found.push({ ...parse(valueOf(line), at - from + 1), line });
    } catch (error) {
      throw error instanceof Refused ? new Refused("not-a-claim", { line: at + 1 }) : error;
    }
  }
  return found;
}

function claimOf(said, number) {
  const isOne =
    hasFields(said, ["n", "id", "kind", "at", "words", "evidence"], ["record", "sealed", "reply"]) &&
    isCommon(said, number, "record") &&
    typeof said.id === "string" && ID.test(said.id) &&
    typeof said.at === "string" && ANCHOR.test(said.at) &&
    Array.isArray(said.evidence) && said.evidence.every(isCount) &&
    (said.reply === undefined || (typeof said.reply === "string" && KIND.test(said.reply)));
  if (!isOne) {
    throw new Refused("not-a-claim");
  }
  return said;
}

function evidenceOf(said, number) {
  const isOne =
    hasFields(said, ["n", "kind", "words"], ["entry", "sealed"]) && isCommon(said, number, "entry");
  if (!isOne) {
    throw new Refused("not-a-claim");
  }
  return said;
}

function isCommon(said, number, entry) {
  return (
    said.n === number &&
    typeof said.kind === "string" && KIND.test(said.kind) &&
    isObject(said.words) && Object.values(said.words).every(areTexts) &&
    (said.sealed === undefined || isDigest(said.sealed)) &&
    (said[entry] === undefined || (isCount(said[entry]) && said.sealed === undefined))
  );
}
