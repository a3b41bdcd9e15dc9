// What was found, in the reader's language.

const CLAIMS_AT_ONCE = 50;
const PROBLEMS_AT_ONCE = 100;

/** Return the word for a code of somebody else; the code itself if we have none. */
function wordFor(words, code) {
  return Object.hasOwn(words, code) ? words[code] : String(code);
}

class Results {
  constructor(done, words, language) {
    this.done = done;
    this.words = words;
    this.language = language;
    this.sealed = new Set(
      (done.evidence || []).filter((piece) => piece.sealed).map((piece) => piece.n),
    );
  }

  say(name, fields) {
    return filled(this.words.texts[name], fields);
  }

  paragraph(name, fields, attributes = {}) {
    return make("p", attributes, ...this.say(name, fields));
  }

  heading(name) {
    return make("h3", {}, ...this.say(name));
  }

  /** Return the verdict: it is never a good one without something from outside of the bundle. */
  verdict(expected) {
    const { done } = this;
    const [tone, name] = this.verdictName(expected);
    const parts = [
      make("h2", { class: "verdict-title" }, ...this.say(`${name}-title`)),
      this.paragraph(`${name}-told`),
    ];
    if (!done.holds) {
      parts.push(this.problems());
    }
    return make("div", { class: `verdict ${tone}` }, ...parts);
  }

  /** A root that names no key is over claims and data alone: others can sign another PDF with it. */
  verdictName({ root, words }) {
    const { done } = this;
    if (!done.holds) {
      return ["bad", "wrong"];
    }
    if (root && root !== done.root) {
      return ["bad", "other-root"];
    }
    if (words && !done.log.signers.some((one) => one.words === words)) {
      return ["bad", "other-words"];
    }
    if (root && words) {
      return ["good", "same-both"];
    }
    if (root) {
      return done.statement.log ? ["good", "same-report"] : ["open", "same-root"];
    }
    return words ? ["good", "same-words"] : ["open", "fits"];
  }

  problems() {
    const { problems, untold } = this.done.bundle;
    const list = make("ul", { class: "problems" });
    for (const one of problems.slice(0, PROBLEMS_AT_ONCE)) {
      list.append(make("li", {}, this.where(one), ": ", ...this.what(one)));
    }
    const left = Math.max(0, problems.length - PROBLEMS_AT_ONCE) + untold;
    return make("div", {}, list, ...(left ? [this.paragraph("more-problems", { count: left })] : []));
  }

  where({ path, place }) {
    const [kind, number] = place.split(":");
    const told = make("span", { class: "where" }, make("code", {}, apart(path, 200)));
    if (Object.hasOwn(this.words.texts, `at-${kind}`)) {
      told.append(", ", ...this.say(`at-${kind}`, { number }));
    }
    return told;
  }

  what({ code, fields }) {
    return filled(this.words.problems[code], fields);
  }

  /** Return what is published, who signed it and what dates it. */
  facts() {
    const { done } = this;
    const { statement, log } = done;
    const found = make("div", { class: "facts" });
    if (statement) {
      found.append(this.heading("publication"), this.named(statement), this.changes(statement));
    }
    if (log.checkpoint) {
      found.append(this.heading("signed"), ...this.signers(), this.heading("dates"), ...this.dates());
    }
    if (done.bundle.beside) {
      found.append(this.paragraph("beside", { count: done.bundle.beside }));
    }
    return found;
  }

  named(statement) {
    const { publication, former } = statement;
    const pairs = [
      ["title-of-it", publication.title],
      ["number", publication.number],
      ["by", publication.by],
      ["day", publication.day],
      ["edition", statement.edition],
      ["claims-counted", statement.claims.length],
      ["root", this.done.root],
      ...(former ? [["former", former.root], ["changes", former.changes.length]] : []),
    ];
    const list = make("dl");
    for (const [name, value] of pairs) {
      if (value !== "") {
        list.append(make("div", {}, make("dt", {}, ...this.say(name)), make("dd", {}, apart(value))));
      }
    }
    return list;
  }

  /** Return what changed since the edition before, as this one says. */
  changes({ former }) {
    const list = make("ul");
    for (const one of former ? former.changes.slice(0, PROBLEMS_AT_ONCE) : []) {
      const label = wordFor(this.words.changes, one.change);
      const what = one.change === "kept-back" ? one.count : wordFor(this.words.kinds, one.kind);
      list.append(make("li", {}, apart(label, 100), ": ", apart(what, 100)));
    }
    return list;
  }

  signers() {
    const { signers, members, signedAt } = this.done.log;
    const moment = this.moment(signedAt);
    return [
      ...signers.map(({ words }) => this.paragraph("signed-with", { words, moment })),
      make("ul", {}, ...members.map((one) => make("li", {}, ...this.member(one)))),
    ];
  }

  member({ id, keys, left, replaced }) {
    const made = keys.map(({ words, since }) => `${words} (${since})`).join(", ");
    const told = [...this.say("member", { id, keys: made })];
    if (replaced.length) {
      told.push(" ", ...this.say("replaced", { numbers: replaced.join(", ") }));
    }
    if (left !== null) {
      told.push(" ", ...this.say("left", { number: left }));
    }
    return told;
  }

  dates() {
    const { anchors, stated } = this.done;
    const covers = (one) => stated !== null && one.size > stated.number;
    const told = anchors.map((one) => {
      const name = one.promise ? "promise" : one.kind;
      const which = covers(one) ? "covers" : "covers-not";
      const more = one.promise ? [] : [" ", ...this.say(which), " ", ...this.say("anchor-limit")];
      const fields = { number: one.number, last: one.size - 1 };
      return make("li", {}, ...this.say(name, fields), ...more);
    });
    const isDated = anchors.some((one) => covers(one) && !one.promise);
    return [make("ul", {}, ...told), ...(isDated ? [] : [this.paragraph("undated")])];
  }

  moment(text) {
    const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? new Date(text) : NaN;
    if (Number.isNaN(Number(time))) {
      return text;
    }
    const how = { dateStyle: "long", timeStyle: "short", timeZone: "UTC", numberingSystem: "latn" };
    return `${new Intl.DateTimeFormat(this.language, how).format(time)} UTC`;
  }

  /** Return the claims, some at once, with a button for more. */
  claims() {
    const all = this.done.claims;
    const held = all.filter((one) => one.holds).length;
    const list = make("ol", { class: "claims" });
    const only = make("input", { type: "checkbox", id: "only-wrong" });
    const more = make("button", { type: "button" });
    let at = 0;
    const wanted = () => (only.checked ? all.filter((one) => !one.holds) : all);
    const go = () => {
      const some = wanted().slice(at, at + CLAIMS_AT_ONCE);
      list.append(...some.map((one) => this.claim(one)));
      at += some.length;
      const left = wanted().length - at;
      more.hidden = left === 0;
      empty(more).append(...this.say("more-claims", { count: left }));
      return list.children[at - some.length];
    };
    more.addEventListener("click", () => go()?.focus());
    only.addEventListener("change", () => {
      at = 0;
      empty(list);
      go();
    });
    go();
    return make(
      "div", {},
      this.heading("claims"),
      this.paragraph("held", { held, all: all.length }),
      make("p", {}, only, " ", make("label", { for: "only-wrong" }, ...this.say("only-wrong"))),
      list, more,
    );
  }

  claim(one) {
    const { claim, holds } = one;
    const kind = wordFor(this.words.kinds, claim.kind);
    const stands = this.say(holds ? "holds" : "holds-not");
    const head = make(
      "p", { class: "claim-head" },
      make("strong", {}, ...this.say("at-claim", { number: claim.n })), " ", apart(kind), " ",
      make("span", { class: holds ? "label good" : "label bad" }, ...stands),
    );
    const reasons = this.done.bundle.problems
      .filter((problem) => problem.path === CLAIMS && problem.place === `claim:${claim.n}`)
      .map((problem) => make("p", { class: "reason" }, ...this.what(problem)));
    const basis = make("p", { class: "soft" }, ...this.basis(one));
    return make("li", { tabindex: "-1" }, head, ...reasons, ...this.said(claim.words), basis);
  }

  /** Return the words of a claim: in the reader's language, or in the first that there is. */
  said(words) {
    const language = Object.hasOwn(words, this.language) ? this.language : Object.keys(words)[0];
    const isName = /^[a-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(language || "");
    const texts = language === undefined ? [] : words[language].slice(0, 100);
    return texts.map((text) =>
      make("p", { dir: "auto", class: "said", ...(isName ? { lang: language } : {}) }, shown(text)),
    );
  }

  basis({ claim, entry, isOpen }) {
    const told = entry
      ? this.say("from-record", { number: entry.number, moment: this.moment(entry.at) })
      : this.say(claim.sealed ? "from-somebody" : claim.record === undefined ? "of-itself" : "not-shown");
    if (isOpen && entry) {
      told.push(" ", ...this.say("open-record"));
    }
    if (claim.evidence.length) {
      const sealed = claim.evidence.filter((number) => this.sealed.has(number)).length;
      told.push(" ", ...this.say("rests", { count: claim.evidence.length, sealed }));
    }
    return told;
  }
}
