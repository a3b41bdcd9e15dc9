// Signed notes (C2SP signed-note), and the checkpoints of a log that they hold (tlog-checkpoint).

const MAX_NOTE_LETTERS = 2 ** 18;
const MAX_SIGNATURES = 64;

/** Return the text of a note and its signatures, none of which is checked. */
function noteOf(text) {
  const gap = text.lastIndexOf("\n\n");
  const isPlain = !/[\0-\x09\x0b-\x1f]|\p{Surrogate}/u.test(text);
  if (text.length > MAX_NOTE_LETTERS || !isPlain || gap < 0 || !text.endsWith("\n")) {
    throw new Refused("not-a-note");
  }
  const lines = text.slice(gap + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) {
    throw new Refused("not-a-note");
  }
  return { body: text.slice(0, gap + 1), signatures: lines.map(signatureOf) };
}

function signatureOf(line) {
  const words = line.split(" ");
  const raw = words.length === 3 ? bytesOfBase64(words[2]) : null;
  if (words[0] !== "—" || raw === null || raw.length <= 4 || !/^[^\s\x85+]+$/.test(words[1])) {
    throw new Refused("not-a-note");
  }
  return { name: words[1], id: raw.slice(0, 4), signature: raw.slice(4) };
}

/** Return the names of the known keys that signed a note; a wrong signature is refused.
 *
 * `keys` is a Map of public keys by name. A signature by an unknown key counts for nothing. */
async function signersOf(text, keys) {
  const note = noteOf(text);
  const names = new Set();
  for (const one of note.signatures) {
    const key = keys.get(one.name);
    if (key === undefined) {
      continue;
    }
    const named = joined(bytesOfText(`${one.name}\n`), Uint8Array.of(1), key);
    if (!isSame((await sha256(named)).subarray(0, 4), one.id)) {
      continue;
    }
    if (!(await isSignedBy(key, one.signature, bytesOfText(note.body)))) {
      throw new Refused("wrong-signature", { key: one.name });
    }
    names.add(one.name);
  }
  return [...names];
}

/** Return what a note says of a log: its name, number of entries, root, and further lines. */
function checkpointOf(text) {
  const lines = noteOf(text).body.slice(0, -1).split("\n");
  const [origin, size, root, ...more] = lines;
  const bytes = lines.length < 3 ? null : bytesOfBase64(root);
  const isSize = /^(0|[1-9][0-9]{0,15})$/.test(size) && Number.isSafeInteger(Number(size));
  if (!lines.every(Boolean) || bytes === null || bytes.length !== 32 || !isSize) {
    throw new Refused("not-a-checkpoint");
  }
  return { origin, size: Number(size), root: bytes, more };
}
