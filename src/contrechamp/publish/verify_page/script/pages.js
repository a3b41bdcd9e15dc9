// The pages of the report: does each say what was claimed, in order? Nothing in them is shown or run.

const SILENT = ["style", "script", "title", "template"];

async function checkPages(bundle, statement, claims) {
  for (const language of statement.languages) {
    const path = `data/report/report-${language}.html`;
    const content = await bundle.content(path);
    if (content === null) {
      continue;
    }
    const page = bare(wordsOfPage(new TextDecoder().decode(content)));
    let at = 0;
    for (const claim of claims) {
      for (const words of Object.hasOwn(claim.words, language) ? claim.words[language] : []) {
        const said = bare(words);
        const found = page.indexOf(said, at);
        if (found < 0) {
          bundle.report("claim", path, `claim:${claim.n}`, "page-differs");
          break;
        }
        at = found + said.length;
      }
    }
  }
}

/** Return what is read in a page, without the links within it: numbers of evidence. */
function wordsOfPage(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const walker = page.createTreeWalker(page, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, {
    acceptNode(node) {
      const isLink = node.localName === "a" && (node.getAttribute("href") || "").startsWith("#");
      const isSilent = SILENT.includes(node.localName) || isLink;
      return isSilent ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;
    },
  });
  const said = [];
  while (walker.nextNode()) {
    if (walker.currentNode.nodeType === Node.TEXT_NODE) {
      said.push(walker.currentNode.data);
    }
  }
  return said.join("");
}

function bare(text) {
  return text.replace(/[\s\x1c-\x1f\x85]+/g, "");
}
