// The page itself: what is chosen, what is typed, and which language is spoken.

const state = { language: "en", done: null, run: 0, refused: null };

function byId(id) {
  return document.getElementById(id);
}

/** Return what was typed without what a page or a PDF puts between letters. */
function bareOf(typed) {
  return typed.normalize("NFKC").replace(/[\s\xad\u200b-\u200f\u2060-\u2069]+/g, "").toLowerCase();
}

/** Return a root that was typed: "" for nothing yet, null for what is none. */
function rootOf(typed) {
  const bare = bareOf(typed);
  return bare === "" || isDigest(bare) ? bare : null;
}

/** Return the words of a key that were typed: "" for nothing yet, null for what is none. */
function wordsOf(typed) {
  const letters = bareOf(typed).replace(/[^\p{L}\p{N}]/gu, "");
  const word = `[${CONSONANTS}][${VOWELS}][${CONSONANTS}][${VOWELS}][${CONSONANTS}]`;
  const areWords = new RegExp(`^(${word}){5}$`).test(letters);
  return letters === "" ? "" : areWords ? letters.match(/.{5}/g).join("-") : null;
}

function speak(language) {
  state.language = language;
  document.documentElement.lang = language;
  document.documentElement.dir = WORDS[language].direction;
  document.title = WORDS[language].texts.title;
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = WORDS[language].texts[element.dataset.text];
  }
  show();
}

/** Show the verdict alone: what is typed changes nothing else. */
function showVerdict() {
  const words = WORDS[state.language];
  const expected = { root: rootOf(byId("root").value), words: wordsOf(byId("words").value) };
  for (const [name, value] of Object.entries(expected)) {
    byId(name).setAttribute("aria-invalid", String(value === null));
    empty(byId(`${name}-odd`)).append(...(value === null ? filled(words.texts[`${name}-odd`]) : []));
  }
  const verdict = empty(byId("verdict"));
  if (state.refused) {
    const told = make("p", {}, ...filled(words.problems[state.refused.code], state.refused.fields));
    const title = make("h2", { class: "verdict-title" }, ...filled(words.texts["unread-title"]));
    verdict.append(make("div", { class: "verdict bad" }, title, told));
  } else if (state.done) {
    verdict.append(new Results(state.done, words, state.language).verdict(expected));
  }
}

function show() {
  showVerdict();
  const found = empty(byId("found"));
  if (state.done) {
    const results = new Results(state.done, WORDS[state.language], state.language);
    found.append(results.facts(), results.claims());
  }
}

function tellProgress(at, all) {
  const words = WORDS[state.language];
  empty(byId("progress")).append(...filled(words.texts.working, { at: at + 1, all }));
}

/** Check what was chosen. Only what was chosen last is shown. */
async function check(gather) {
  const run = (state.run += 1);
  [state.done, state.refused] = [null, null];
  show();
  try {
    if (!(await canCheckSignatures())) {
      throw new Refused("old-browser");
    }
    const bundle = bundleAmong(await gather());
    const done = await verifyBundle(bundle, (at, all) => run === state.run && tellProgress(at, all));
    if (run === state.run) {
      state.done = done;
    }
  } catch (error) {
    if (run === state.run) {
      state.refused = error instanceof Refused ? error : new Refused("unreadable");
    }
  }
  if (run === state.run) {
    empty(byId("progress"));
    show();
  }
}

function start() {
  const names = Object.keys(WORDS);
  const chooser = byId("language");
  chooser.append(...names.map((code) => make("option", { value: code, lang: code }, WORDS[code].name)));
  chooser.addEventListener("change", () => speak(chooser.value));
  byId("folder").addEventListener("change", ({ target }) => {
    if (target.files.length) {
      const files = [...target.files];
      check(() => filesOfFolder(files));
    }
  });
  byId("zip").addEventListener("change", ({ target }) => {
    if (target.files.length) {
      const file = target.files[0];
      check(() => filesOfZip(file));
    }
  });
  byId("root").addEventListener("input", showVerdict);
  byId("words").addEventListener("input", showVerdict);
  // What is dropped beside the two fields would open in place of this page.
  for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => event.target.type === "file" || event.preventDefault());
  }
  const spoken = (navigator.languages || []).map((tag) => tag.split("-")[0].replace("iw", "he"));
  chooser.value = spoken.find((code) => names.includes(code)) || names[0];
  speak(chooser.value);
}

start();
