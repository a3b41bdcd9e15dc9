// The pages of the report: is each the one that was stated, and does it say what was claimed, in
// order? Nothing in them is shown or run.

const SILENT = ["head", "style", "script", "template"];
const SPOKEN = ["alt", "aria-label"];

/** Stands in a page for the root when its digest is taken: the root is over that digest. */
const BLANK = "0".repeat(64);

/** Return a page with zeros in the place of a root. */
function blanked(content, root) {
  const [letters, found] = [bytesOfText(root), Uint8Array.from(content)];
  let at = found.indexOf(letters[0]);
  while (at >= 0) {
    const isThere = letters.every((letter, place) => found[at + place] === letter);
    if (isThere) {
      found.fill(BLANK.charCodeAt(0), at, at + letters.length);
    }
    at = found.indexOf(letters[0], at + (isThere ? letters.length : 1));
  }
  return found;
}

/** Report claims that a page does not say, or not in this order.
 *
 * Within a claim the order is free: what stands for a picture comes before or after it. The next one
 * has to come behind the longest text of a claim. */
async function checkPages(bundle, statement, root, claims) {
  for (const language of statement.languages) {
    const path = `data/report/report-${language}.html`;
    const content = await bundle.content(path);
    if (content === null) {
      continue;
    }
    const stated = statement.pages ? statement.pages[language] : null;
    if (stated && (await sha256Hex(blanked(content, root))) !== stated) {
      bundle.report("statement", path, "", "not-the-page");
    }
    const page = bare(wordsOfPage(new TextDecoder().decode(content)));
    let at = 0;
    for (const claim of claims) {
      const words = Object.hasOwn(claim.words, language) ? claim.words[language] : [];
      const said = words.map(bare).sort((one, other) => lettersOf(other) - lettersOf(one));
      const places = said.map((one) => page.indexOf(one, at));
      if (places.includes(-1)) {
        bundle.report("claim", path, `claim:${claim.n}`, "page-differs");
      } else if (said.length) {
        at = places[0] + said[0].length;
      }
    }
  }
}

function lettersOf(text) {
  return Array.from(text).length;
}

/** Return whether a node is a link to another place of the page. A figure is one as well, and is read. */
function isReference(node) {
  const isInside = node.localName === "a" && (node.getAttribute("href") || "").startsWith("#");
  return isInside && node.getAttribute("class") !== "number";
}

/** Return what is read in a page, without the links within it: numbers of evidence.
 *
 * The parsed page has no window: its scripts do not run, and its styles are refused by our policy. */
function wordsOfPage(html) {
  const said = [];
  const walk = (node, isSilent) => {
    if (node.nodeType === Node.TEXT_NODE && !isSilent) {
      said.push(node.data);
    }
    if (node.nodeType === Node.ELEMENT_NODE) {
      said.push(...SPOKEN.filter((name) => node.hasAttribute(name)).map((name) => node.getAttribute(name)));
    }
    const isStill = isSilent || isReference(node) || SILENT.includes(node.localName);
    node.childNodes.forEach((child) => walk(child, isStill));
  };
  walk(new DOMParser().parseFromString(html, "text/html"), false);
  return said.join("");
}

// Spaces, and marks of direction: a page has its own ways to keep words apart.
function bare(text) {
  return text.replace(/[\s\x1c-\x1f\x85\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, "");
}
