// BagIt (RFC 8493): every file is listed, once, with digests that are right; nothing else is there.

const ALGORITHMS = { sha256: "SHA-256", sha512: "SHA-512" };
const CHECKPOINT = "checkpoint.txt";
const DECLARED = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
const HEX_LETTERS = { sha256: 64, sha512: 128 };

async function checkManifests(bundle, progress) {
  checkNames(bundle);
  const declared = await bundle.content("bagit.txt");
  if (declared !== null && textOf(declared) !== DECLARED) {
    bundle.report("altered", "bagit.txt", "", "not-written-so");
  }
  if (bundle.has("fetch.txt")) {
    bundle.report("fetch", "fetch.txt", "", "fetch");
  }
  const expected = await expectedDigests(bundle);
  const paths = [...expected.keys()].filter((path) => bundle.has(path)).sort();
  for (const [number, path] of paths.entries()) {
    progress(number, paths.length);
    await compareDigests(bundle, path, expected.get(path));
  }
}

/** Report names that some systems take for one: there, one file would hide the other. */
function checkNames(bundle) {
  const first = new Map();
  for (const path of [...bundle.files.keys()].sort()) {
    const folded = path.normalize("NFC").toUpperCase().toLowerCase();
    if (first.has(folded)) {
      bundle.report("extra", path, "", "same-name", { other: first.get(folded) });
    }
    first.set(folded, first.get(folded) || path);
  }
}

async function expectedDigests(bundle) {
  const expected = new Map();
  for (const tag of ["", "tag"]) {
    for (const path of bundle.files.keys()) {
      const match = /^(tag)?manifest-([a-z0-9]{1,16})\.txt$/.exec(path);
      if (match && (match[1] || "") === tag && !Object.hasOwn(ALGORITHMS, match[2])) {
        bundle.report("manifest", path, "", "unknown-digest");
      }
    }
    const wanted = [...bundle.files.keys()].filter((path) => isToBeListed(path, tag === ""));
    for (const algorithm of Object.keys(ALGORITHMS)) {
      const name = `${tag}manifest-${algorithm}.txt`;
      const content = await bundle.content(name);
      if (content === null) {
        continue;
      }
      const listed = listedIn(bundle, name, algorithm, content, tag === "");
      wanted
        .filter((path) => !listed.has(path))
        .forEach((path) => bundle.report("extra", path, "", "not-listed", { manifest: name }));
      for (const [path, digest] of listed) {
        if (!bundle.has(path)) {
          bundle.report("missing", path, "", "missing");
        }
        expected.set(path, { ...expected.get(path), [algorithm]: digest });
      }
    }
  }
  return expected;
}

function isToBeListed(path, isPayload) {
  const isListed = !path.startsWith("tagmanifest-") && path !== CHECKPOINT;
  return isListed && path.startsWith("data/") === isPayload;
}

/** Return what a manifest lists. It has one form: anything else could be read in two ways. */
function listedIn(bundle, name, algorithm, content, isPayload) {
  const listed = new Map();
  const text = textOf(content);
  if (text === null) {
    bundle.report("manifest", name, "", "not-utf8");
    return listed;
  }
  const lines = text.split("\n");
  const isEnded = lines.pop() === "";
  const form = new RegExp(`^([0-9a-f]{${HEX_LETTERS[algorithm]}})  ([^\\0\\r]+)$`);
  let last = "";
  for (const [number, line] of lines.entries()) {
    const match = form.exec(line);
    if (!match || !isInside(match[2], isPayload)) {
      bundle.report("manifest", name, `line:${number + 1}`, "not-a-listing");
    } else if (listed.has(match[2])) {
      bundle.report("manifest", name, `line:${number + 1}`, "listed-twice");
    } else {
      listed.set(match[2], match[1]);
      if (!comesBefore(last, match[2])) {
        bundle.report("manifest", name, "", "not-written-so");
      }
      last = match[2];
    }
    if (listed.size > MAX_FILES) {
      break;
    }
  }
  if (!isEnded) {
    bundle.report("manifest", name, "", "not-written-so");
  }
  return listed;
}

/** Return whether one text sorts before another by code points, as the program sorts them. */
function comesBefore(one, other) {
  const [left, right] = [bytesOfText(one), bytesOfText(other)];
  const at = left.findIndex((byte, place) => byte !== right[place]);
  return at < 0 ? left.length < right.length : right.length > at && left[at] < right[at];
}

function isInside(path, isPayload) {
  const parts = path.split("/");
  const isClean = parts.every((part) => part && part !== "." && part !== "..");
  return isClean && path.startsWith("data/") === isPayload;
}

async function compareDigests(bundle, path, expected) {
  let content;
  try {
    content = await bundle.read(path, MAX_FILE_BYTES);
  } catch (error) {
    bundle.reportRefused(error, "altered", path);
    return;
  }
  const found = {};
  for (const [name, algorithm] of Object.entries(ALGORITHMS)) {
    found[name] = hexOf(await digestOf(algorithm, content));
  }
  bundle.digests.set(path, found.sha256);
  if (Object.entries(expected).some(([name, digest]) => found[name] !== digest)) {
    bundle.report("altered", path, "", "not-as-listed");
  }
}
