// log/keys.json: the keys that signed, and the entries by which members of the case got theirs.
//
// The rules are those of the program (who may say what is signed), as far as such entries need them.

const KEYS = "log/keys.json";
const PEM = "log/key.pem";
const MAX_KEYS = 64;
const MAX_MEMBERS = 1000;
const ACTIONS = ["share", "new-key", "replace-key", "adopt", "unshare"];

function keysFileOf(bytes) {
  const said = valueOf(bytes);
  const isOne =
    hasFields(said, ["v", "salt", "keys", "members"]) &&
    said.v === 1 &&
    isDigest(said.salt) &&
    isObject(said.keys) &&
    Array.isArray(said.members) && said.members.length <= MAX_MEMBERS;
  const keys = isOne ? Object.entries(said.keys).map(([name, key]) => [name, bytesOfBase64(key)]) : [];
  if (!keys.length || keys.length > MAX_KEYS || keys.some(([, key]) => !key || key.length !== 32)) {
    throw new Refused("not-keys");
  }
  return {
    salt: bytesOfHex(said.salt),
    keys: new Map(keys),
    members: said.members.map(memberProofOf),
  };
}

function memberProofOf(said) {
  if (!hasFields(said, ["entry", "proof", "checkpoint", "signed"])) {
    throw new Refused("not-keys");
  }
  const bytes = bytesOfBase64(said.entry);
  const [proof, signed] = [said.proof, said.signed].map((steps) =>
    Array.isArray(steps) && steps.length <= 64 ? steps.map(bytesOfBase64) : [null],
  );
  const areHashes = [...proof, ...signed].every((step) => step && step.length === 32);
  if (bytes === null || !areHashes || typeof said.checkpoint !== "string") {
    throw new Refused("not-keys");
  }
  return { bytes, proof, signed, note: said.checkpoint };
}

/** Return the key as openssl reads it: RFC 8410 in PEM. */
function pemOf(key) {
  const prefix = bytesOfHex("302a300506032b6570032100");
  const body = btoa(String.fromCharCode(...joined(prefix, key)));
  return `-----BEGIN PUBLIC KEY-----\n${body}\n-----END PUBLIC KEY-----\n`;
}

function keyNameOf(origin, member, number) {
  return `${origin}/${member}${number > 1 ? `/${number}` : ""}`;
}

/** Return members by id, as the entries make them; refuse what was not for its author to write. */
async function membersOf(proofs, log) {
  const roll = { origin: log.origin, members: new Map(), adopter: null, adopting: null };
  for (const proof of proofs) {
    const entry = entryOf(proof.bytes);
    const { number } = entry;
    if (!(await isIncluded(proof.bytes, number, log.size, proof.proof, log.root))) {
      throw new Refused("not-in-log", { number });
    }
    const said = checkpointOf(proof.note);
    const isSigned = await isIncluded(proof.bytes, number, said.size, proof.signed, said.root);
    if (said.origin !== log.origin || !isSigned) {
      throw new Refused("not-in-log", { number });
    }
    const member = entry.subject.startsWith("member/") ? entry.subject.slice(7) : "";
    if (entry.v !== 2 || !member || !ACTIONS.includes(entry.action) || entry.branch) {
      throw new Refused("not-allowed", { number });
    }
    if ((entry.keys !== undefined) !== (entry.action !== "unshare") || entry.compartment) {
      throw new Refused("not-allowed", { number });
    }
    await step(roll, entry, member, proof.note);
  }
  return roll;
}

async function step(roll, entry, member, note) {
  const { number, action, keys } = entry;
  const begins = roll.members.size === 0;
  const allow = (holds) => {
    if (!holds) {
      throw new Refused("not-allowed", { number });
    }
  };
  const signs = async (who, key) => {
    const name = keyNameOf(roll.origin, who, key.number);
    const names = await signersOf(note, new Map([[name, bytesOfHex(key.signing)]])).catch(() => []);
    if (!names.includes(name)) {
      throw new Refused("not-signed", { number });
    }
  };
  const made = () => ({ id: member, keys: [{ ...keys, since: number }], left: null, replaced: [] });
  if (action === "adopt") {
    allow(begins ? number > 0 && member === entry.member : roll.adopting === note);
    allow(begins || (roll.adopter === entry.member && !roll.members.has(member)));
    const author = begins ? made() : roll.members.get(entry.member);
    allow(author && author.left === null);
    await signs(entry.member, author.keys.at(-1));
    roll.members.set(member, made());
    [roll.adopter, roll.adopting] = [entry.member, note];
    return;
  }
  if (begins) {
    allow(number === 1 && action === "share" && member === entry.member && keys.number === 1);
    await signs(member, keys);
    roll.members.set(member, made());
    return;
  }
  const author = roll.members.get(entry.member);
  allow(author && author.left === null);
  await signs(entry.member, author.keys.at(-1));
  const one = roll.members.get(member);
  const all = [...roll.members.values()];
  const isFresh = () => all.every((other) => other.keys.every((key) => key.signing !== keys.signing));
  if (action === "share") {
    const current = all.filter((other) => other.left === null);
    allow(!one && keys.number === 1 && isFresh());
    allow(current.every((other) => other.keys.at(-1).recipient !== keys.recipient));
    roll.members.set(member, made());
    return;
  }
  allow(one && one.left === null);
  if (action === "unshare") {
    allow(member !== entry.member);
    one.left = number;
    return;
  }
  allow((action === "new-key") === (member === entry.member));
  allow(keys.number === one.keys.at(-1).number + 1 && isFresh());
  if (action === "new-key") {
    await signs(member, keys);
  } else {
    one.replaced.push(number);
  }
  one.keys.push({ ...keys, since: number });
}
