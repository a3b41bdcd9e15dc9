// What the browser computes for us: SHA-256, SHA-512, HMAC and Ed25519. Nothing of it is our own.

const KEY_LABEL = "contrechamp/key\n";
const CONSONANTS = "bdfghjklmnprstvz";
const VOWELS = "aiou";

async function digestOf(algorithm, bytes) {
  return new Uint8Array(await crypto.subtle.digest(algorithm, bytes));
}

function sha256(bytes) {
  return digestOf("SHA-256", bytes);
}

async function sha256Hex(bytes) {
  return hexOf(await sha256(bytes));
}

async function hmacHex(salt, bytes) {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", salt, algorithm, false, ["sign"]);
  return hexOf(new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes)));
}

/** Return whether this browser can check signatures at all. */
async function canCheckSignatures() {
  try {
    await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
    return true;
  } catch {
    return false;
  }
}

async function isSignedBy(publicKey, signature, bytes) {
  try {
    const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature, bytes);
  } catch {
    return false; // bytes that are no public key
  }
}

/** Return a public key in five words of five letters (proquints, arXiv:0901.4016). */
async function wordsOfKey(publicKey) {
  const digest = await sha256(joined(bytesOfText(KEY_LABEL), publicKey));
  const words = [];
  for (let at = 0; at < 10; at += 2) {
    const number = digest[at] * 256 + digest[at + 1];
    words.push(
      CONSONANTS[number >> 12] +
        VOWELS[(number >> 10) & 3] +
        CONSONANTS[(number >> 6) & 15] +
        VOWELS[(number >> 4) & 3] +
        CONSONANTS[number & 15],
    );
  }
  return words.join("-");
}
