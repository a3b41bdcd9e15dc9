// What has no picture of its own: texts as text, office files as pages, archives and mail file by file.

const $ = (id) => document.getElementById(id);

export class Reading {
  // say: (name, values) => text.
  constructor(say) {
    this.say = say;
    this.asked = 0;
    this.told = new Map();
    this.part = "";
    this.page = 1;
  }

  // key: of the copy; what: copy or source; to: what to begin at, {part: name, page}, or null.
  async show(key, what, to) {
    if (to) { this.part = ""; this.page = 1; }
    this.key = key;
    this.what = what;
    const mine = ++this.asked;
    const whole = await this.fetched("");
    if (mine !== this.asked) return;
    const at = to?.part ? (whole.parts ?? []).indexOf(to.part) : -1;
    if (at >= 0) this.part = String(at);
    if (to?.page) this.page = to.page;
    const told = this.part === "" || whole.failed ? whole : await this.fetched(this.part);
    if (mine !== this.asked) return;
    this.list(whole.parts ?? []);
    this.pages = Math.max(1, told.pages ?? 1);
    $("read-paged").hidden = this.pages < 2;
    $("read-picture").hidden = told.shows !== "picture";
    $("read-text").hidden = told.shows === "picture" || !told.text;
    $("read-text").textContent = told.shows === "picture" ? "" : told.text ?? "";
    $("read-said").textContent = told.failed ?? (told.cut ? this.say("cut") : told.shows === "text" && !told.text && !whole.parts?.length ? this.say("unseen") : "");
    if (told.shows === "picture") this.turn(0);
  }

  // Asked once: an office file takes seconds to be drawn.
  fetched(part) {
    const address = `look.json?file=${this.key}&what=${this.what}&part=${part}`;
    if (!this.told.has(address)) this.told.set(address, this.asking(address));
    return this.told.get(address);
  }

  async asking(address) {
    const answer = await fetch(address);
    return answer.ok ? answer.json() : { failed: await answer.text() };
  }

  forget() {
    this.told.clear();
  }

  list(parts) {
    const select = $("read-part");
    select.parentElement.hidden = !parts.length;
    select.replaceChildren(...[this.say("itself"), ...parts].map((name, number) => new Option(name, number ? number - 1 : "")));
    select.value = this.part;
  }

  choose(part) {
    this.part = part;
    this.page = 1;
    return this.show(this.key, this.what, null);
  }

  turn(count) {
    this.page = Math.min(Math.max(this.page + count, 1), this.pages);
    $("read-picture").src = `picture.jpg?file=${this.key}&what=${this.what}&part=${this.part}&at=${this.pages > 1 ? this.page : 1}&side=1400`;
    $("read-picture").alt = this.say("page", { page: this.page, pages: this.pages });
    $("read-page").textContent = this.say("page", { page: this.page, pages: this.pages });
  }
}
