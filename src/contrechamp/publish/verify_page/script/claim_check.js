// The claims of a bundle, held against the statement and the log: which hold, and why not.

const CLAIMS_A_BREATH = 200;

async function checkClaims(bundle, log, statement, file, progress) {
  const opened = await openRecords(bundle, !statement.log);
  const evidence = await checkEvidence(bundle, log, statement, file.evidence);
  if (file.claims.length !== statement.claims.length) {
    const fields = { found: file.claims.length, stated: statement.claims.length };
    bundle.report("claim", CLAIMS, "", "claims-counted", fields);
  }
  const digests = [];
  for (const claim of file.claims) {
    digests.push(await sha256Hex(claim.line));
  }
  const there = new Map(digests.map((digest, at) => [digest, at + 1]));
  for (const [at, told] of statement.claims.entries()) {
    const found = there.get(told.sha256);
    if (found !== at + 1) {
      const isThere = at < file.claims.length;
      const code = found ? "claim-moved" : isThere ? "not-as-published" : "claim-missing";
      bundle.report("claim", CLAIMS, `claim:${at + 1}`, code, found ? { other: found } : {});
    }
  }
  const checked = [];
  for (const [at, claim] of file.claims.entries()) {
    const told = statement.claims[at];
    const isStatedSo = told !== undefined && told.sha256 === digests[at];
    checked.push(await checkClaim(bundle, log, claim, isStatedSo ? told : null, evidence, opened));
    if (at % CLAIMS_A_BREATH === 0) {
      progress(at, file.claims.length);
      await breath();
    }
  }
  return checked;
}

/** Let the page draw, and its reader stop. */
function breath() {
  return new Promise((go) => setTimeout(go));
}

async function checkEvidence(bundle, log, statement, pieces) {
  if (pieces.length !== statement.evidence.length) {
    const fields = { found: pieces.length, stated: statement.evidence.length };
    bundle.report("claim", CLAIMS, "", "evidence-counted", fields);
  }
  const digests = new Map();
  for (const one of pieces) {
    const place = `evidence:${one.n}`;
    if ((await sha256Hex(one.line)) !== statement.evidence[one.n - 1]) {
      bundle.report("claim", CLAIMS, place, "not-as-published");
    }
    let digest = one.sealed || "";
    if (one.entry !== undefined) {
      log.used.add(one.entry);
      try {
        digest = (await log.entry(one.entry, one.kind === "item" ? "item/" : "record/")).digest;
      } catch (error) {
        bundle.reportRefused(error, "proof", CLAIMS, place);
      }
    }
    digests.set(one.n, digest);
  }
  return digests;
}

async function checkClaim(bundle, log, claim, told, evidence, opened) {
  const found = { claim, entry: null, isOpen: false, holds: true };
  const wrong = (kind, code, fields = {}) => {
    found.holds = false;
    bundle.report(kind, CLAIMS, `claim:${claim.n}`, code, fields);
  };
  if (claim.record !== undefined) {
    log.used.add(claim.record);
    try {
      found.entry = await log.entry(claim.record, "record/");
      const open = opened.get(claim.record);
      found.isOpen = open !== undefined;
      if (open && !(await isOfEntry(open, found.entry))) {
        throw new Refused("not-what-entry-says", { number: claim.record });
      }
    } catch (error) {
      bundle.reportRefused(error, "proof", CLAIMS, `claim:${claim.n}`);
      found.holds = false;
    }
  }
  if (!claim.evidence.every((number) => evidence.has(number))) {
    wrong("proof", "evidence-not-listed");
  }
  if (!told) {
    found.holds = false;
  } else if (found.holds && !(await isAsStated(claim, told, found.entry, evidence))) {
    wrong("claim", "stated-otherwise");
  }
  return found;
}

async function isAsStated(claim, told, entry, evidence) {
  const digest = entry ? entry.digest : claim.sealed || "";
  const rests = [digest, claim.evidence.map((number) => evidence.get(number))];
  const languages = Object.keys(claim.words);
  for (const language of languages) {
    if (told.words[language] !== (await shortDigest(claim.words[language]))) {
      return false;
    }
  }
  return (
    hasFields(told.words, languages) &&
    told.id === claim.id &&
    told.kind === claim.kind &&
    told.rests === (await shortDigest(rests))
  );
}
