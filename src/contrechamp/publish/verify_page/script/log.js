// What a bundle shows of the log: its signature, the keys that made it, and entries in its tree.

const FORM = "contrechamp.bundle/1";
const SIGNED = ["tagmanifest-sha256.txt", STATEMENT];

class Log {
  constructor(bundle) {
    this.bundle = bundle;
    this.checkpoint = null;
    this.signedAt = "";
    this.software = "";
    this.signers = [];
    this.members = [];
    this.used = new Set();
    this.proved = new Map();
  }

  async open() {
    const { bundle } = this;
    this.keys = await bundle.parsed(KEYS, keysFileOf);
    await this.checkSignature();
    this.entries = (await bundle.parsed(ENTRIES, logEntriesOf)) || new Map();
    const nodes = (await bundle.parsed(NODES, nodesOf)) || new Map();
    if (this.checkpoint) {
      this.tree = new Tree(nodes, this.checkpoint.size, this.checkpoint.root);
      await this.checkKeys();
    }
  }

  /** Return an entry that is proved to be in the log, of a subject that begins so. */
  async entry(number, subject) {
    if (!this.proved.has(number)) {
      this.proved.set(number, await this.prove(number));
    }
    const found = this.proved.get(number);
    if (found instanceof Refused) {
      throw found;
    }
    if (!found.subject.startsWith(subject)) {
      throw new Refused("of-something-else", { number });
    }
    return found;
  }

  async prove(number) {
    const found = this.entries.get(number);
    if (!this.checkpoint || !found) {
      return new Refused(this.checkpoint ? "entry-missing" : "unsigned-log", { number });
    }
    if (number >= this.checkpoint.size) {
      return new Refused("not-in-log", { number });
    }
    try {
      await this.tree.check(found.bytes, number);
      return found.entry;
    } catch (error) {
      if (error instanceof Refused) {
        return error;
      }
      throw error;
    }
  }

  async checkSignature() {
    const { bundle } = this;
    const content = await bundle.content(CHECKPOINT);
    if (content === null || this.keys === null) {
      return;
    }
    try {
      const text = textOf(content);
      if (text === null) {
        throw new Refused("not-a-note");
      }
      const said = checkpointOf(text);
      const names = await signersOf(text, this.keys.keys);
      if (!names.length) {
        throw new Refused("no-signature");
      }
      const [form, at, software, ...listed] = said.more;
      const digests = listed.map((line) => /^([0-9a-f]{64})  ([!-~]+)$/.exec(line));
      const isOurs =
        form === FORM &&
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(at) &&
        /^contrechamp [0-9A-Za-z.+-]{1,64}$/.test(software) &&
        digests.length === SIGNED.length &&
        digests.every((match, place) => match && match[2] === SIGNED[place]);
      if (!isOurs) {
        throw new Refused("signed-for-other");
      }
      if (!names.every((name) => name.startsWith(`${said.origin}/`))) {
        throw new Refused("other-log");
      }
      this.checkpoint = said;
      [this.signedAt, this.software] = [at, software];
      await this.keepSigners(names);
      await this.compareSigned(digests.map((match) => match[1]));
    } catch (error) {
      bundle.reportRefused(error, "checkpoint", CHECKPOINT);
    }
  }

  /** Compare log and key with those that a statement names. */
  async compare(named) {
    if (!this.checkpoint) {
      return;
    }
    if (this.checkpoint.origin !== named.origin) {
      this.bundle.report("checkpoint", CHECKPOINT, "", "not-named-log");
    }
    if (!this.signers.some(({ name }) => hexOf(this.keys.keys.get(name)) === named.key)) {
      this.bundle.report("checkpoint", CHECKPOINT, "", "not-named-key");
    }
    try {
      await this.tree.checkHash(bytesOfHex(named.first), 0);
    } catch (error) {
      this.bundle.reportRefused(error, "proof", NODES);
    }
  }

  async keepSigners(names) {
    for (const name of names) {
      this.signers.push({ name, words: await wordsOfKey(this.keys.keys.get(name)) });
    }
    const pem = this.bundle.has(PEM) ? await this.bundle.content(PEM) : null;
    if (pem !== null && textOf(pem) !== pemOf(this.keys.keys.get(names[0]))) {
      this.bundle.report("altered", PEM, "", "other-key");
    }
  }

  async compareSigned(digests) {
    for (const [place, path] of SIGNED.entries()) {
      const content = await this.bundle.content(path);
      if (content !== null && (await sha256Hex(content)) !== digests[place]) {
        this.bundle.report("checkpoint", path, "", "signed-with-other");
      }
    }
  }

  /** Check how the keys that signed came about. */
  async checkKeys() {
    const { members, keys } = this.keys;
    const isNewer = [...this.entries.values()].some(({ entry }) => entry.v > 1);
    try {
      if (!members.length) {
        if (isNewer) {
          throw new Refused("keys-taken-out");
        }
        return;
      }
      const roll = await membersOf(members, this.checkpoint);
      const known = new Map();
      for (const one of roll.members.values()) {
        const key = one.keys.at(-1);
        if (one.left === null) {
          known.set(keyNameOf(roll.origin, one.id, key.number), key.signing);
        }
        await this.keepMember(one);
      }
      if (!this.signers.every(({ name }) => known.get(name) === hexOf(keys.get(name)))) {
        throw new Refused("other-keys");
      }
    } catch (error) {
      this.bundle.reportRefused(error, "authority", KEYS);
    }
  }

  async keepMember({ id, keys, left, replaced }) {
    const told = [];
    for (const key of keys) {
      told.push({ words: await wordsOfKey(bytesOfHex(key.signing)), since: key.since });
    }
    this.members.push({ id, keys: told, left, replaced });
  }
}
