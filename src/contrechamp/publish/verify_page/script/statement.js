// statement.json: what is published, in digests. Its own digest is the root.

const STATEMENT = "statement.json";
const NEWEST = 2; // 1 names neither log nor pages: its root is over claims and data alone
const MAX_CLAIMS = 20000;
const DIGEST = /^[0-9a-f]{64}$/;
const SHORT_DIGEST = /^[0-9a-f]{32}$/;
const ID = /^[0-9a-f]{16}$/;

function statementOf(bytes) {
  const said = valueOf(bytes);
  const names = [
    "v", "publication", "edition", "languages", "claims", "evidence", "counts", "files", "software",
  ];
  if (hasFields(said, ["v"], Object.keys(said)) && isCount(said.v) && said.v > NEWEST) {
    throw new Refused("newer-format");
  }
  const isOne =
    hasFields(said, said.v === 1 ? names : [...names, "log", "pages"], ["former"]) &&
    isCount(said.v) && said.v > 0 &&
    isNamed(said.publication) &&
    isCount(said.edition) && said.edition > 0 &&
    areTexts(said.languages) && said.languages.every((one) => /^[a-z]{2,8}$/.test(one)) &&
    Array.isArray(said.claims) && said.claims.length <= MAX_CLAIMS &&
    said.claims.every(isStated) &&
    areTexts(said.evidence) && said.evidence.every((one) => DIGEST.test(one)) &&
    isObject(said.files) && Object.values(said.files).every((one) => isDigest(one)) &&
    typeof said.software === "string" &&
    areCounts(said.counts, said.claims) &&
    (said.former === undefined || isFormer(said.former)) &&
    (said.v === 1 || (isNamedLog(said.log) && arePages(said.pages, said.languages)));
  if (!isOne) {
    throw new Refused("not-a-statement");
  }
  return said;
}

function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function areTexts(value) {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isDigest(value) {
  return typeof value === "string" && DIGEST.test(value);
}

function isNamed(named) {
  const texts = ["id", "title", "number", "by", "day"];
  return (
    hasFields(named, [...texts, "entry"]) &&
    texts.every((name) => typeof named[name] === "string") &&
    isCount(named.entry)
  );
}

function isStated(one) {
  return (
    hasFields(one, ["id", "kind", "sha256", "words", "rests"]) &&
    typeof one.id === "string" && ID.test(one.id) &&
    typeof one.kind === "string" &&
    isDigest(one.sha256) &&
    isObject(one.words) &&
    [...Object.values(one.words), one.rests].every(
      (short) => typeof short === "string" && SHORT_DIGEST.test(short),
    )
  );
}

function isNamedLog(log) {
  return (
    hasFields(log, ["origin", "first", "key"]) &&
    typeof log.origin === "string" && isDigest(log.first) && isDigest(log.key)
  );
}

function arePages(pages, languages) {
  return hasFields(pages, languages) && Object.values(pages).every((one) => isDigest(one));
}

function areCounts(counts, claims) {
  const found = new Map();
  claims.forEach((one) => found.set(one.kind, (found.get(one.kind) || 0) + 1));
  return hasFields(counts, [...found.keys()]) && [...found].every(([kind, n]) => counts[kind] === n);
}

function isFormer(former) {
  return (
    hasFields(former, ["root", "changes"]) &&
    isDigest(former.root) &&
    Array.isArray(former.changes) &&
    former.changes.every((one) => isObject(one) && typeof one.change === "string")
  );
}

/** Return a digest of a value that tells only whether it is still the same. */
async function shortDigest(value) {
  return (await sha256Hex(bytesOfText(canonicalText(value)))).slice(0, 32);
}
