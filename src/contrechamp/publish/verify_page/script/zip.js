// A small reader of zip files: stored and deflated entries, each where the directory says, once.
//
// Two readers of one zip file can see different things in it. What could be read in two ways (names
// that differ, entries that overlap, a second directory) is refused as a whole.

const MAX_FILES = 100000;
const MAX_FILE_BYTES = 2 ** 29;
const MAX_TOTAL_BYTES = 2 ** 31;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;

async function viewOf(blob, from, length) {
  const bytes = await blob.slice(from, from + length).arrayBuffer();
  if (bytes.byteLength !== length) {
    throw new Refused("bad-zip");
  }
  return new DataView(bytes);
}

/** Return the files of a zip file by path, and the paths of links in it. */
async function filesOfZip(blob) {
  const directory = await directoryOf(blob);
  const files = new Map();
  const links = [];
  const taken = [];
  let total = 0;
  for (const entry of entriesOf(directory.view, directory.count)) {
    if (entry.name.endsWith("/")) {
      continue;
    }
    const from = await contentOf(blob, entry);
    taken.push([entry.offset, from + entry.packed]);
    total += entry.size;
    if (files.has(entry.name) || total > MAX_TOTAL_BYTES || entry.size > MAX_FILE_BYTES) {
      throw new Refused(files.has(entry.name) ? "bad-zip" : "too-large");
    }
    if (entry.isLink) {
      links.push(entry.name);
    } else {
      files.set(entry.name, { size: entry.size, bytes: () => unpacked(blob, entry, from) });
    }
  }
  taken.push([directory.at, Infinity]);
  taken.sort((one, other) => one[0] - other[0]);
  if (taken.some(([from], at) => at > 0 && from < taken[at - 1][1])) {
    throw new Refused("bad-zip");
  }
  return { files, links };
}

async function directoryOf(blob) {
  const tail = await viewOf(blob, Math.max(0, blob.size - END_BYTES), Math.min(END_BYTES, blob.size));
  // A comment behind the directory could hold another one: we read none that has one.
  if (tail.byteLength < END_BYTES || tail.getUint32(0, true) !== 0x06054b50) {
    throw new Refused("bad-zip");
  }
  const count = tail.getUint16(10, true);
  const [length, at] = [tail.getUint32(12, true), tail.getUint32(16, true)];
  if (count === 0xffff || length === 0xffffffff || at === 0xffffffff) {
    throw new Refused("zip-too-new");
  }
  if (tail.getUint32(4, true) || at + length + END_BYTES !== blob.size || count > MAX_FILES) {
    throw new Refused("bad-zip");
  }
  return { at, count, view: await viewOf(blob, at, length) };
}

function* entriesOf(view, count) {
  let at = 0;
  for (let number = 0; number < count; number += 1) {
    if (at + ENTRY_BYTES > view.byteLength || view.getUint32(at, true) !== 0x02014b50) {
      throw new Refused("bad-zip");
    }
    const [nameBytes, extraBytes, noteBytes] = [28, 30, 32].map((by) => view.getUint16(at + by, true));
    const next = at + ENTRY_BYTES + nameBytes + extraBytes + noteBytes;
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    if (next > view.byteLength || flags & 1 || ![0, 8].includes(method)) {
      throw new Refused("bad-zip");
    }
    const raw = new Uint8Array(view.buffer, view.byteOffset + at + ENTRY_BYTES, nameBytes);
    yield {
      raw,
      name: cleanName(textOf(raw)),
      method,
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
      isLink: (view.getUint16(at + 40, true) & 0xf000) === 0xa000,
    };
    at = next;
  }
  if (at !== view.byteLength) {
    throw new Refused("bad-zip");
  }
}

function cleanName(name) {
  const parts = name === null ? [] : name.replace(/\/$/, "").split("/");
  const isClean = parts.length && parts.every((part) => part && part !== "." && part !== "..");
  if (!isClean || /[\\\0]/.test(name)) {
    throw new Refused("bad-zip");
  }
  return name;
}

/** Return where the content of an entry begins. */
async function contentOf(blob, entry) {
  const local = await viewOf(blob, entry.offset, LOCAL_BYTES);
  const [nameBytes, extraBytes] = [local.getUint16(26, true), local.getUint16(28, true)];
  const named = await viewOf(blob, entry.offset + LOCAL_BYTES, nameBytes);
  const isIt = local.getUint32(0, true) === 0x04034b50 && local.getUint16(8, true) === entry.method;
  if (!isIt || !isSame(new Uint8Array(named.buffer), entry.raw)) {
    throw new Refused("bad-zip");
  }
  return entry.offset + LOCAL_BYTES + nameBytes + extraBytes;
}

/** Return the content of an entry: never more of it than the directory says. */
async function unpacked(blob, entry, from) {
  const packed = blob.slice(from, from + entry.packed);
  const stream = entry.method
    ? packed.stream().pipeThrough(new DecompressionStream("deflate-raw"))
    : packed.stream();
  const content = new Uint8Array(entry.size);
  let at = 0;
  try {
    for (const reader = stream.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) {
        break;
      }
      if (at + value.length > entry.size) {
        await reader.cancel();
        throw new Refused("bad-zip");
      }
      content.set(value, at);
      at += value.length;
    }
  } catch {
    throw new Refused("bad-zip");
  }
  if (at !== entry.size) {
    throw new Refused("bad-zip");
  }
  return content;
}
