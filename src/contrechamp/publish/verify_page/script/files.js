// The files of a bundle, from a folder or a zip file that somebody chose; and what is wrong with it.

const MAX_PROBLEMS = 1000;
const MAX_TEXT_BYTES = 2 ** 26;
const MAX_PATH_LETTERS = 4096;

/** Return the files that a folder picker gave, by path. */
function filesOfFolder(list) {
  if (list.length > MAX_FILES) {
    throw new Refused("too-many-files");
  }
  const files = new Map();
  for (const file of list) {
    const path = file.webkitRelativePath || file.name;
    files.set(path, {
      size: file.size,
      bytes: async () => new Uint8Array(await file.arrayBuffer()),
    });
  }
  return { files, links: [] };
}

/** Return the bundle among files: those below the one folder that has bagit.txt and a statement. */
function bundleAmong({ files, links }) {
  const folders = [];
  for (const path of files.keys()) {
    const folder = path.endsWith("bagit.txt") ? path.slice(0, -"bagit.txt".length) : null;
    const isFolder = folder === "" || (folder !== null && folder.endsWith("/"));
    if (isFolder && files.has(`${folder}statement.json`)) {
      folders.push(folder);
    }
  }
  if (folders.length !== 1) {
    throw new Refused(folders.length ? "several-bundles" : "no-bundle");
  }
  const bundle = new Bundle();
  for (const [path, file] of files) {
    if (path.startsWith(folders[0])) {
      bundle.files.set(path.slice(folders[0].length), file);
    } else {
      bundle.beside += 1;
    }
  }
  for (const path of links.filter((one) => one.startsWith(folders[0]))) {
    bundle.report("link", path.slice(folders[0].length), "", "link");
  }
  return bundle;
}

class Bundle {
  constructor() {
    this.files = new Map();
    this.beside = 0;
    this.problems = [];
    this.untold = 0;
    this.digests = new Map();
    this.known = new Map();
  }

  /** Note that something is wrong: where, in which line or claim of it, and what. */
  report(kind, path, place, code, fields = {}) {
    if (this.problems.some((one) => one.kind === kind && one.path === path && one.place === place)) {
      return;
    }
    if (this.problems.length >= MAX_PROBLEMS) {
      this.untold += 1;
      return;
    }
    this.problems.push({ kind, path: path.slice(0, MAX_PATH_LETTERS), place, code, fields });
  }

  /** Note what was refused; whatever else went wrong is no matter of the bundle. */
  reportRefused(error, kind, path, place = "") {
    if (!(error instanceof Refused)) {
      throw error;
    }
    const { line } = error.fields;
    this.report(kind, path, place || (line ? `line:${line}` : ""), error.code, error.fields);
  }

  has(path) {
    return this.files.has(path);
  }

  size(path) {
    return this.has(path) ? this.files.get(path).size : 0;
  }

  /** Return the content of a file. */
  async read(path, limit) {
    if (!this.has(path)) {
      throw new Refused("missing");
    }
    if (this.size(path) > limit) {
      throw new Refused("too-large");
    }
    try {
      return await this.files.get(path).bytes();
    } catch (error) {
      throw error instanceof Refused ? error : new Refused("unreadable");
    }
  }

  /** Return the content of a text; null if it cannot be read, which is reported. */
  async content(path) {
    if (!this.known.has(path)) {
      let found = null;
      try {
        found = await this.read(path, MAX_TEXT_BYTES);
      } catch (error) {
        this.reportRefused(error, this.has(path) ? "altered" : "missing", path);
      }
      this.known.set(path, found);
    }
    return this.known.get(path);
  }

  /** Return what a text says; null if that cannot be told, which is reported. */
  async parsed(path, parse) {
    const content = await this.content(path);
    if (content === null) {
      return null;
    }
    try {
      return await parse(content);
    } catch (error) {
      this.reportRefused(error, "altered", path);
      return null;
    }
  }
}
