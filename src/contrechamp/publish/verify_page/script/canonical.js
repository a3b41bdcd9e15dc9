// Canonical JSON (RFC 8785), whole numbers only: whatever can be written in two ways is refused.

const MAX_JSON_BYTES = 2 ** 20;
const MAX_DEPTH = 16;

/** Return the value of canonical JSON.
 *
 * A name that occurs twice, a fraction, a space: each comes out otherwise than it went in. */
function valueOf(bytes, most = MAX_JSON_BYTES) {
  if (bytes.length > most) {
    throw new Refused("too-long");
  }
  const text = textOf(bytes);
  if (text === null) {
    throw new Refused("not-json");
  }
  if (nestingOf(text) > MAX_DEPTH) {
    throw new Refused("too-deep");
  }
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refused("not-json");
  }
  if (canonicalText(value) !== text) {
    throw new Refused("not-canonical");
  }
  return value;
}

/** Return the canonical text of a value; JSON.stringify escapes texts just as RFC 8785 does. */
function canonicalText(value) {
  if (typeof value === "string") {
    return wellFormed(value);
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      throw new Refused("not-canonical");
    }
    return String(value);
  }
  if (value === null || typeof value === "boolean") {
    return String(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map(canonicalText).join(",")}]`;
  }
  const names = Object.keys(value).sort(); // by UTF-16 code units, as RFC 8785 3.2.3 has it
  return `{${names.map((name) => `${wellFormed(name)}:${canonicalText(value[name])}`).join(",")}}`;
}

function wellFormed(text) {
  if (/\p{Surrogate}/u.test(text)) {
    throw new Refused("not-json");
  }
  return JSON.stringify(text);
}

function nestingOf(text) {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (inText) {
      if (letter === "\\") {
        at += 1;
      } else if (letter === '"') {
        inText = false;
      }
    } else if (letter === '"') {
      inText = true;
    } else if (letter === "[" || letter === "{") {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (letter === "]" || letter === "}") {
      depth -= 1;
    }
  }
  return deepest;
}
