// Bytes, and the texts that stand for them.

/** Something that is not as it should be; its words are looked up by `code`. */
class Refused extends Error {
  constructor(code, fields = {}) {
    super(code);
    this.code = code;
    this.fields = fields;
  }
}

function hexOf(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytesOfHex(text) {
  return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
}

/** Return the bytes of base64 that is written in the one way that there is; null if it is none. */
function bytesOfBase64(text) {
  if (typeof text !== "string" || text.length % 4 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    return null;
  }
  const letters = atob(text);
  // Stray bits behind the last byte: the same bytes could be written in several ways.
  return btoa(letters) === text ? Uint8Array.from(letters, (letter) => letter.charCodeAt(0)) : null;
}

/** Return the text of UTF-8; null if it is none. */
function textOf(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function bytesOfText(text) {
  return new TextEncoder().encode(text);
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function isSame(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** Return lines as bytes, split at newlines only. */
function linesOf(bytes) {
  const lines = [];
  let from = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
    lines.push(bytes.subarray(from, at));
    from = at + 1;
  }
  lines.push(bytes.subarray(from));
  return lines;
}

function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Return whether an object has these fields, those that may be there, and no others. */
function hasFields(value, wanted, optional = []) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return false;
  }
  const names = Object.keys(value);
  return (
    wanted.every((name) => Object.hasOwn(value, name)) &&
    names.every((name) => wanted.includes(name) || optional.includes(name))
  );
}
