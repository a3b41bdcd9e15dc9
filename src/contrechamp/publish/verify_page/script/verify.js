// All checks of a bundle, each of which goes as far as it can without the others.

const INFO = "bag-info.txt";
const FIXED = [
  STATEMENT, CLAIMS, KEYS, PEM, ENTRIES, NODES, CHECKPOINT, INFO, "bagit.txt", "README.txt", "verify.html",
  "CITATION.cff", "ro-crate-metadata.json", "claims.schema.json",
  "manifest-sha256.txt", "manifest-sha512.txt", "tagmanifest-sha256.txt", "tagmanifest-sha512.txt",
];

/** Return what holds in a bundle: its statement, claims, keys and anchors, and what is wrong. */
async function verifyBundle(bundle, progress = () => {}) {
  const done = { bundle, problems: bundle.problems, root: "", claims: [], anchors: [], stated: null };
  await checkManifests(bundle, progress);
  const log = (done.log = new Log(bundle));
  await log.open();
  const statement = (done.statement = await bundle.parsed(STATEMENT, statementOf));
  if (statement) {
    done.root = await sha256Hex(await bundle.content(STATEMENT));
    done.stated = await checkStated(bundle, log, statement);
    const file = await bundle.parsed(CLAIMS, claimsOf);
    if (file) {
      done.evidence = file.evidence;
      done.claims = await checkClaims(bundle, log, statement, file, progress);
      await checkPages(bundle, statement, done.root, file.claims);
    }
    checkStatedFiles(bundle, statement);
    await checkInfo(bundle, log, statement);
  }
  checkNothingElse(bundle, log, statement);
  if (log.checkpoint) {
    done.anchors = await checkAnchors(bundle, log);
  }
  done.holds = bundle.problems.length === 0 && Boolean(statement) && Boolean(log.checkpoint);
  return done;
}

/** Return the entry of the log that has the statement. */
async function checkStated(bundle, log, statement) {
  if (statement.log) {
    await log.compare(statement.log);
  }
  const published = [...log.entries.values()].filter(({ entry }) =>
    entry.subject.startsWith("publication/"),
  );
  if (!published.length || !log.keys) {
    bundle.report("statement", ENTRIES, "", "no-statement");
    return null;
  }
  const { number } = published.at(-1).entry;
  log.used.add(number).add(statement.publication.entry);
  try {
    const entry = await log.entry(number, "publication/");
    if ((await hmacHex(log.keys.salt, await bundle.content(STATEMENT))) !== entry.digest) {
      bundle.report("statement", STATEMENT, "", "not-what-entry-says", { number });
    }
    await log.entry(statement.publication.entry, "record/");
    return entry;
  } catch (error) {
    bundle.reportRefused(error, "proof", ENTRIES);
    return null;
  }
}

function checkStatedFiles(bundle, statement) {
  for (const [path, digest] of Object.entries(statement.files)) {
    if (!bundle.has(path)) {
      bundle.report("missing", path, "", "missing");
    } else if (![digest, undefined].includes(bundle.digests.get(path))) {
      bundle.report("statement", path, "", "not-as-published");
    }
  }
}

/** Check what bag-info.txt says: it follows from the statement, the signature and the sizes. */
async function checkInfo(bundle, log, statement) {
  const content = log.checkpoint && bundle.has(INFO) ? await bundle.content(INFO) : null;
  if (content === null) {
    return;
  }
  const payload = [...bundle.files].filter(([path]) => path.startsWith("data/"));
  const bytes = payload.reduce((sum, [, file]) => sum + file.size, 0);
  const { id } = statement.publication;
  const lines = [
    `Bagging-Date: ${log.signedAt.slice(0, 10)}`,
    `Bag-Software-Agent: ${log.software}`,
    `External-Identifier: ${log.checkpoint.origin}/${id}/${statement.edition}`,
    "External-Description: A publication, with proofs of what it says; see README.txt",
    `Payload-Oxum: ${bytes}.${payload.length}`,
    "",
  ];
  if (textOf(content) !== lines.join("\n")) {
    bundle.report("altered", INFO, "", "does-not-follow");
  }
}

/** Report files that no bundle has, and entries that nothing in it is about. */
function checkNothingElse(bundle, log, statement) {
  const wanted = new Set(FIXED);
  if (statement) {
    Object.keys(statement.files).forEach((path) => wanted.add(path));
    for (const language of statement.languages) {
      wanted.add(`data/report/report-${language}.html`).add(`data/report/report-${language}.pdf`);
    }
  }
  for (const path of bundle.files.keys()) {
    if (!wanted.has(path) && !path.startsWith("anchors/")) {
      bundle.report("extra", path, "", "no-such-file");
    }
  }
  for (const path of wanted) {
    if (!bundle.has(path)) {
      bundle.report("missing", path, "", "missing");
    }
  }
  for (const number of statement ? log.entries.keys() : []) {
    if (!log.used.has(number)) {
      bundle.report("extra", ENTRIES, `entry:${number}`, "of-nothing", { number });
    }
  }
}
