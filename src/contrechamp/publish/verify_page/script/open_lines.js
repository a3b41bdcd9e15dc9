// data/open/records.jsonl, a line a record. Lines are canonical JSON; of format 1 they were not.

const RECORDS = "data/open/records.jsonl";
const MAX_RECORD_BYTES = 3 * MAX_JSON_BYTES;
const SALT_BYTES = 32;

/** Return the records that are open, by the number of their entry. */
async function openRecords(bundle, isLoose) {
  const [opened, seen] = [new Map(), new Set()];
  const content = bundle.has(RECORDS) ? await bundle.content(RECORDS) : null;
  const lines = content === null ? [] : linesOf(content);
  if (lines.length && !lines.at(-1).length) {
    lines.pop();
  }
  for (const [at, line] of lines.entries()) {
    const place = `line:${at + 1}`;
    const said = recordOf(line, isLoose);
    if (said === null || (!isLoose && seen.has(said.entry))) {
      bundle.report("altered", RECORDS, place, "not-a-record");
      continue;
    }
    seen.add(said.entry);
    if (said.opened) {
      opened.set(said.entry, said);
      if (!said.isSame) {
        bundle.report("record", RECORDS, place, "other-fields");
      }
    }
  }
  return opened;
}

/** Return what a line says, with salt and state where it has them; null if it is no record. */
function recordOf(line, isLoose) {
  try {
    const said = isLoose ? JSON.parse(textOf(line)) : valueOf(line, MAX_RECORD_BYTES);
    const names = ["id", "kind", "entry", "fields"];
    const isOpen = hasFields(said, [...names, "salt", "state"]);
    if (!(isOpen || hasFields(said, names)) || typeof said.id !== "string" || !isCount(said.entry)) {
      return null;
    }
    if (!isOpen) {
      return { ...said, opened: null };
    }
    const opened = { salt: bytesOfBase64(said.salt), state: bytesOfBase64(said.state) };
    if (!opened.salt || opened.salt.length !== SALT_BYTES || !opened.state) {
      return null;
    }
    const told = bytesOfText(canonicalText({ kind: said.kind, fields: said.fields }));
    return { ...said, opened, isSame: isSame(told, opened.state) };
  } catch {
    return null;
  }
}

/** Return whether a record is what an entry of the log says. */
async function isOfEntry({ id, opened }, entry) {
  return entry.subject === `record/${id}` && (await hmacHex(opened.salt, opened.state)) === entry.digest;
}
