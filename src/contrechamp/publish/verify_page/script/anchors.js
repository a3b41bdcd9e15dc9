// anchors/: what dates the log from outside. Whose certificate or which block that is, a page that
// asks no network cannot check; that there is a proof of just this checkpoint, it can.

const ANCHOR_FILE = /^anchors\/([1-9][0-9]{0,3})\.(note|consistency|tsr|ots)$/;
const OTS_MAGIC = "004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e89294";
// DER: the name of SHA-256, as a timestamp has it before the digest of what it is of.
const SHA256_NAME = "608648016503040201";
const BITCOIN_BLOCK = "000588960d73d71901";
const MAX_ANCHORS = 1000;

async function checkAnchors(bundle, log) {
  const numbers = new Set();
  for (const path of bundle.files.keys()) {
    if (!path.startsWith("anchors/") || path === "anchors/roots.pem" || path === "anchors/headers.txt") {
      continue;
    }
    const match = ANCHOR_FILE.exec(path);
    if (match) {
      numbers.add(Number(match[1]));
    } else {
      bundle.report("anchor", path, "", "does-not-belong");
    }
  }
  const found = [];
  for (const number of [...numbers].sort((one, other) => one - other).slice(0, MAX_ANCHORS)) {
    const anchor = await checkAnchor(bundle, log, number);
    if (anchor) {
      found.push(anchor);
    }
  }
  return found;
}

async function checkAnchor(bundle, log, number) {
  const named = (suffix) => `anchors/${number}.${suffix}`;
  const suffix = bundle.has(named("ots")) && !bundle.has(named("tsr")) ? "ots" : "tsr";
  const contents = {};
  for (const one of ["note", "consistency", suffix]) {
    contents[one] = await bundle.content(named(one));
  }
  if (Object.values(contents).includes(null)) {
    return null;
  }
  let path = named("note");
  try {
    const said = checkpointOf(textOf(contents.note) || "");
    if (said.origin !== log.checkpoint.origin) {
      throw new Refused("other-log");
    }
    path = named("consistency");
    const lines = (textOf(contents.consistency) || "").split("\n");
    const isEmpty = contents.consistency.length === 0;
    if (lines.pop() !== "" || !lines.every(isDigest) || (!lines.length && !isEmpty) || lines.length > 129) {
      throw new Refused("not-hashes");
    }
    const { size, root } = log.checkpoint;
    if (!(await goesOn(said.size, said.root, size, root, lines.map(bytesOfHex)))) {
      throw new Refused("does-not-go-on");
    }
    path = named(suffix);
    if (!(await isOfNote(suffix, contents[suffix], contents.note))) {
      throw new Refused("other-anchor");
    }
    return { number, size: said.size, kind: suffix, promise: suffix === "ots" && !hasBlock(contents.ots) };
  } catch (error) {
    bundle.reportRefused(error, "anchor", path);
    return null;
  }
}

/** Return whether a proof says that it is of these bytes; who says so is not checked. */
async function isOfNote(kind, proof, note) {
  const digest = await sha256Hex(note);
  const hex = hexOf(proof);
  if (kind === "ots") {
    return hex.startsWith(`${OTS_MAGIC}0108${digest}`);
  }
  return hex.startsWith("30") && new RegExp(`${SHA256_NAME}(0500)?0420${digest}`).test(hex);
}

/** Return whether an OpenTimestamps proof leads to a Bitcoin block; else it is a promise. */
function hasBlock(proof) {
  return hexOf(proof).includes(BITCOIN_BLOCK);
}
