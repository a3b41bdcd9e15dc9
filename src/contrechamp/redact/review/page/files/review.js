// The review of masked copies: one place after the other, the worst first. Words come from the server.

import * as boxes from "./boxes.js";
import { Reading } from "./reading.js";
import { View } from "./view.js";

const $ = (id) => document.getElementById(id);
const COVERED = 0.8, HEAD = 1.3, AROUND = 6, STEPS = 400, BESIDE_S = 0.5;
// Looks at what the program left uncovered: "covered, next" covers these first.
const UNCOVERED = new Set(["low-score-uncovered", "found-in-output", "near-word"]);

let texts = {}, signs = false, files = [], seeded = 0;
// Everything that can be undone, and where one is.
let state = { boxes: {}, answers: {}, spans: {}, dirty: {} };
let past = [], future = [];
let current = null, later = [], trail = [];
let fresh = true, moment = 0, shown = "source", selected = -1, playing = false, asking = false;

const say = (name, values = {}) =>
  (texts[name] ?? name).replace(/\{(\w+)\}/g, (_all, key) => values[key] ?? "");
const file = () => files.find((one) => one.key === current?.key);
// Texts, office files, sound, mail and archives are read: no box lies on them.
const isSeen = (one) => ["image", "video", "pdf"].includes(one?.kind);
const lookOf = (one, number) => one.looks.find((look) => look.number === number);
const copyOf = (value) => JSON.parse(JSON.stringify(value));

// --- the queue ---

const urgent = (one) => one.looks.filter((look) => look.urgency === 1 && one.asked.includes(look.number)).length;

function queue() {
  const order = [...files].sort((a, b) => urgent(b) - urgent(a) || b.asked.length - a.asked.length);
  const every = order.flatMap((one) => {
    const numbers = [...one.asked].sort((a, b) => (a || Infinity) - (b || Infinity));
    return numbers.map((number) => ({ key: one.key, number }));
  });
  const isLater = (place) => later.some((one) => one.key === place.key && one.number === place.number);
  return [...every.filter((place) => !isLater(place)), ...every.filter(isLater)];
}
const answered = (place) => state.answers[place.key]?.[place.number];
const open = () => queue().filter((place) => !answered(place));

function go(place) {
  fresh = true;
  current = place;
  const one = file(), look = lookOf(one, place.number);
  moment = one.kind === "pdf" ? (look?.page ?? 1) : (look?.seconds ?? (one.key === trail.at(-1)?.key ? moment : 0));
  shown = isSeen(one) ? "source" : "copy";
  selected = -1;
  $("reason").hidden = true;
  show();
  $("name").focus({ preventScroll: false });
}

function next() {
  trail.push(current);
  const left = open();
  if (left.length) go(left[0]);
  else finish();
}

// --- changes, each of which can be undone ---

function change(does) {
  past.push(copyOf({ state, current, moment }));
  future = [];
  does();
  show();
}

function revert(from, onto) {
  if (!from.length) return;
  onto.push(copyOf({ state, current, moment }));
  const before = from.pop();
  state = before.state;
  const moved = before.current?.key !== current?.key || before.current?.number !== current?.number;
  $("end").hidden = true;
  $("ask").hidden = false;
  if (moved && before.current) go(before.current);
  moment = before.moment;
  show();
}

function setBoxes(does) {
  if (!isSeen(file())) return;
  change(() => {
    const key = current.key;
    state.boxes[key] = does(copyOf(state.boxes[key]));
    state.dirty[key] = true;
  });
}

function changeBox(does) {
  const one = state.boxes[current.key].cover[selected];
  if (one) setBoxes((all) => ({ ...all, cover: all.cover.map((box, number) => (number === selected ? does(box) : box)) }));
}

function add(rect) {
  const kind = file().kind;
  const beside = { from: Math.max(0, moment - BESIDE_S), to: Math.min(file().seconds, moment + BESIDE_S) };
  const box = kind === "pdf" ? { box: rect, page: moment } : kind === "video" ? { box: rect, ...beside } : { box: rect };
  setBoxes((all) => ({ ...all, cover: [...all.cover, box] }));
  selected = state.boxes[current.key].cover.length - 1;
  show();
}

function answer(what, why = "") {
  const one = file(), look = lookOf(one, current.number);
  if (current.number === 0 && !watched(one)) {
    $("said").textContent = say("unwatched", { name: one.name });
    return;
  }
  $("said").textContent = "";
  if (what === "covered" && look?.box && UNCOVERED.has(look.code) && !isCovered(one, look)) {
    moment = one.kind === "pdf" ? (look.page ?? moment) : (look.seconds ?? moment);
    add(boxes.grown(look.box, HEAD));
  }
  change(() => {
    (state.answers[current.key] ??= {})[current.number] = { answer: what, why };
  });
  next();
}

function isCovered(one, look) {
  const at = one.kind === "pdf" ? look.page : (look.seconds ?? 0);
  const hand = state.boxes[one.key].cover.map((box) => boxes.rectAt(box, at, one.kind)).filter(Boolean);
  const hits = one.covered.filter((hit) => hit.box && (hit.page ?? null) === (look.page ?? null));
  const covers = one.kind === "video" ? hand : [...hand, ...hits.map((hit) => hit.box)];
  return covers.some((rect) => boxes.share(look.box, rect) >= COVERED);
}

// --- what is seen ---

const hands = {
  drawn: add,
  placed: (number, rect) => { selected = number; changeBox((box) => boxes.placed(box, moment, rect)); },
  selected: (number) => { selected = number; show(); },
};
const near = new View($("near"), hands), all = new View($("all"), hands);
const reading = new Reading(say);
const sizes = new Map();

async function sizeOf(one) {
  if (one.kind !== "pdf") return [one.width || 1, one.height || 1];
  const key = `${one.key} ${moment}`;
  if (!sizes.has(key)) {
    const answer = await fetch(`size.json?file=${one.key}&at=${moment}`);
    sizes.set(key, answer.ok ? await answer.json() : [1, 1]);
  }
  return sizes.get(key);
}

const address = (one, side, crop) =>
  `picture.jpg?file=${one.key}&what=${shown}&at=${moment}&side=${side}${crop ? `&crop=${crop.map((edge) => Math.round(edge)).join("_")}` : ""}`;

function around(rect, [width, height]) {
  const reach = Math.max(rect[2] - rect[0], rect[3] - rect[1], 8) * AROUND;
  const side = Math.min(Math.max(reach, Math.min(width, height) / 12), width, height);
  const x = Math.min(Math.max((rect[0] + rect[2] - side) / 2, 0), width - side);
  const y = Math.min(Math.max((rect[1] + rect[3] - side) / 2, 0), height - side);
  return [x, y, x + side, y + side].map(Math.round);
}

async function show() {
  const one = file();
  if (!one) return;
  const mine = current, at = moment, look = lookOf(one, current.number);
  tell(one, look);
  const seen = isSeen(one);
  document.querySelector(".views").hidden = !seen;
  $("tools").closest("section").hidden = !seen;
  $("reading").hidden = seen;
  if (!seen) { const to = fresh ? { part: look?.part, page: look?.page } : null; fresh = false; await reading.show(one.key, shown, to); return; }
  const size = await sizeOf(one);
  if (mine !== current || at !== moment) return;
  const drawn = state.boxes[one.key];
  const told = drawn.cover.map((box, number) => ({ rect: boxes.rectAt(box, moment, one.kind), kind: "hand", number })).filter((box) => box.rect);
  const leave = drawn.leave.map((box) => ({ rect: boxes.rectAt(box, moment, one.kind), kind: "leave" })).filter((box) => box.rect);
  const hits = one.covered.filter((hit) => hit.box && (one.kind === "image" || (one.kind === "pdf" && hit.page === moment))).map((hit) => ({ rect: hit.box, kind: "face" }));
  const here = look?.box && (one.kind !== "pdf" || look.page === moment) && (one.kind !== "video" || Math.abs((look.seconds ?? 0) - moment) < 0.2);
  const place = here ? [{ rect: look.box, kind: "look" }] : [];
  const outlines = [...(shown === "source" ? hits : []), ...leave, ...told, ...place];
  all.show({ frame: [0, 0, ...size], url: address(one, 1400), boxes: outlines, selected });
  const focus = told.find((box) => box.number === selected)?.rect ?? (here ? look.box : null);
  $("near-figure").hidden = !focus;
  if (focus) {
    const crop = around(focus, size);
    near.show({ frame: crop, url: address(one, 700, crop), boxes: outlines, selected });
  }
}

function tell(one, look) {
  $("name").textContent = `${one.name} · ${one.kind_label}`;
  $("message").textContent = look ? `${look.urgency === 1 ? `${say("first")}: ` : ""}${look.place ? `${look.place}: ` : ""}${look.message}` : say("whole");
  $("left").textContent = say("queue", { left: open().length, all: queue().length });
  $("shown").textContent = say(shown);
  for (const button of document.querySelectorAll('[data-do="swap"]')) button.textContent = say("show", { what: say(shown === "source" ? "copy" : "source") });
  $("read-shown").textContent = say(shown);
  const cover = state.boxes[one.key].cover, box = cover[selected];
  const how = !box ? say("none") : box.path ? `${selected + 1} (${say("moving", { count: box.path.length })})` : String(selected + 1);
  $("boxes").textContent = say("boxes", { count: cover.length, selected: how });
  $("moving").hidden = one.kind !== "video";
  $("paged").hidden = one.kind !== "pdf";
  $("play").textContent = say(playing ? "pause" : "play");
  $("at").max = String(one.seconds);
  $("at").value = String(moment);
  $("moment").textContent = say("moment", { second: moment.toFixed(2), seconds: one.seconds.toFixed(2) });
  $("page").textContent = say("page", { page: moment, pages: one.pages });
}

// --- time ---

function step(count) {
  const one = file();
  if (!isSeen(one)) { reading.turn(count); return; }
  if (one.kind === "pdf") moment = Math.min(Math.max(moment + count, 1), one.pages);
  else if (one.kind === "video") moment = Math.min(Math.max((Math.round(moment * one.rate) + count) / one.rate, 0), one.seconds);
  show();
}

const loaded = (url) => new Promise((done) => {
  const picture = new Image();
  picture.onload = picture.onerror = () => done();
  picture.src = url;
});

async function play() {
  const one = file();
  if (one.kind !== "video") return;
  playing = !playing;
  if (moment >= one.seconds - 1 / one.rate) moment = 0;
  const begun = moment, mine = current;
  while (playing && current === mine) {
    await loaded(address(one, 1400));
    if (!playing || current !== mine) break;
    if (moment >= one.seconds - 1 / one.rate) { playing = false; break; }
    step(1);
    await new Promise((done) => setTimeout(done, STEPS / one.rate));
  }
  playing = false;
  if (moment > begun) (state.spans[one.key] ??= []).push([begun, moment >= one.seconds - 1.5 / one.rate ? one.seconds : moment]);
  if (current === mine) show();
}

function watched(one) {
  let reached = 0;
  for (const [begin, end] of [...(state.spans[one.key] ?? [])].sort((a, b) => a[0] - b[0])) {
    if (begin > reached + 0.5) break;
    reached = Math.max(reached, end);
  }
  return one.kind !== "video" || !one.asked.includes(0) || reached + 0.5 >= one.seconds;
}

// --- the end ---

async function finish() {
  current = null;
  $("ask").hidden = true;
  $("end").hidden = false;
  document.querySelector(".views").hidden = true;
  $("reading").hidden = true;
  if (seeded) await reveal().catch((error) => { $("said").textContent = say("failed", { why: error.message }); });
  const dirty = files.filter((one) => state.dirty[one.key]).length;
  $("again").hidden = !dirty;
  $("again").textContent = say("again", { count: dirty });
  $("sign").hidden = dirty > 0;
  $("sign").textContent = say(signs ? "sign" : "keep");
  $("left").textContent = say("queue", { left: 0, all: queue().length });
  $("ending").focus();
}

// Covers that were hidden: told once, and boxes drawn on them are no correction.
async function reveal() {
  seeded = 0;
  const told = await posted("seeds", Object.fromEntries(files.map((one) => [one.key, state.boxes[one.key].cover])));
  for (const { file: key, box } of told.places) {
    const kept = state.boxes[key].cover.filter((one) => !one.box || boxes.share(box, one.box) < 0.5);
    if (kept.length < state.boxes[key].cover.length) state.boxes[key] = { ...state.boxes[key], cover: kept };
    state.dirty[key] = kept.length > 0 || state.boxes[key].leave.length > 0;
  }
  files = files.map((one) => told.files.find((made) => made.key === one.key) ?? one);
  past = [];
  future = [];
  const percent = (share) => String(Math.round(share * 100));
  $("seeded").textContent = say("seeds", { shown: told.shown, found: told.found, low: percent(told.low), high: percent(told.high) });
}

const posted = async (path, body) => {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const content = await answer.text();
  if (!answer.ok) throw new Error(content);
  return JSON.parse(content || "{}");
};

async function again() {
  for (const one of files.filter((each) => state.dirty[each.key])) {
    $("said").textContent = say("making", { name: one.name });
    const drawn = state.boxes[one.key];
    const sent = { cover: drawn.cover.map(boxes.cleaned), leave: drawn.leave.map(boxes.cleaned) };
    take(one, await posted("again", { file: one.key, boxes: sent }));
    reading.forget();
  }
  past = [];
  future = [];
  $("said").textContent = say("made");
  const left = open();
  if (left.length) { $("end").hidden = true; $("ask").hidden = false; go(left[0]); } else finish();
}

// A copy that was made again: places that are the same keep their answers, all others are to be looked at.
function take(old, made) {
  const same = (look) => old.looks.find((one) => one.code === look.code && one.page === look.page && one.message === look.message && JSON.stringify(one.box) === JSON.stringify(look.box));
  const given = state.answers[old.key] ?? {}, kept = {};
  for (const look of made.looks) {
    const before = same(look);
    if (before && given[before.number]) kept[look.number] = given[before.number];
  }
  for (const key of [old.key]) { delete state.answers[key]; delete state.boxes[key]; delete state.dirty[key]; delete state.spans[key]; }
  files = files.map((one) => (one.key === old.key ? made : one));
  state.answers[made.key] = kept;
  state.boxes[made.key] = made.boxes;
}

async function sign() {
  for (const one of files) {
    if (!watched(one)) { $("said").textContent = say("unwatched", { name: one.name }); return; }
  }
  const copies = files.map((one) => ({
    copy: one.key,
    verdict: "agreed",
    looks: one.asked.map((number) => ({ look: number, ...state.answers[one.key][number] })),
    spans: state.spans[one.key] ?? [],
  }));
  const done = await posted("sign", { copies });
  $("said").textContent = [say(signs ? "signed" : "saved"), ...done.lines].join(" ");
  $("sign").hidden = true;
  $("close").hidden = false;
}

// --- hands ---

const move = (x, y, size) => changeBox((box) => {
  const rect = boxes.rectAt(box, moment, file().kind) ?? box.box ?? box.path[0].box;
  const way = Math.max(1, Math.round((rect[2] - rect[0]) / 12));
  const moved = size ? boxes.ordered([rect[0], rect[1], rect[2] + x * way, rect[3] + y * way]) : boxes.shifted(rect, x * way, y * way);
  return boxes.placed(box, moment, moved);
});
// A hit of the detector at the place, or at the selected box, that is no face: it stays uncovered.
function release() {
  const one = file(), look = lookOf(one, current.number);
  const at = selected >= 0 ? boxes.rectAt(state.boxes[one.key].cover[selected], moment, one.kind) : look?.box;
  if (!at) return;
  const rect = boxes.grown(at, HEAD);
  const box = one.kind === "pdf" ? { box: rect, page: moment } : one.kind === "video" ? { box: rect, from: Math.max(0, moment - BESIDE_S), to: moment + BESIDE_S } : { box: rect };
  const cover = selected;
  setBoxes((every) => ({ cover: every.cover.filter((_one, number) => number !== cover), leave: [...every.leave, box] }));
  selected = -1;
  show();
}

const grow = (factor) => changeBox((box) => boxes.placed(box, moment, boxes.grown(boxes.rectAt(box, moment, file().kind) ?? box.box ?? box.path[0].box, factor)));

function remove(wholly) {
  const box = state.boxes[current.key].cover[selected];
  if (!box) return;
  if (box.path && !wholly) { changeBox((one) => boxes.withoutKey(one, moment)); return; }
  setBoxes((every) => ({ ...every, cover: every.cover.filter((_one, number) => number !== selected) }));
  selected = -1;
  show();
}

async function draw() {
  const size = await sizeOf(file()), look = lookOf(file(), current.number);
  const rect = look?.box ? boxes.grown(look.box, HEAD) : boxes.grown([0, 0, ...size], 0.12);
  add(rect.map(Math.round));
}

function select(count) {
  const total = state.boxes[current.key].cover.length;
  if (!total) return;
  selected = selected < 0 ? (count > 0 ? 0 : total - 1) : (selected + count + total) % total;
  const box = state.boxes[current.key].cover[selected];
  if (file().kind === "pdf" && box.page) moment = box.page;
  if (file().kind === "video" && !boxes.rectAt(box, moment, "video")) moment = box.path?.[0].at ?? box.from ?? 0;
  show();
}

function back() {
  const place = trail.pop();
  if (!place) return;
  $("end").hidden = true;
  $("ask").hidden = false;
  if (files.some((one) => one.key === place.key)) go(place);
  else back();
}

const deeds = {
  covered: () => answer("covered"),
  nothing: () => answer("nothing"),
  uncovered: () => { $("reason").hidden = false; $("why").value = ""; $("why").focus(); },
  skip: () => { later = [...later.filter((one) => one.key !== current.key || one.number !== current.number), current]; next(); },
  back,
  draw,
  select: () => select(1),
  "select-back": () => select(-1),
  larger: () => grow(1.15),
  smaller: () => grow(1 / 1.15),
  remove: () => remove(true),
  "remove-key": () => remove(false),
  undo: () => revert(past, future),
  redo: () => revert(future, past),
  release,
  swap: () => { shown = shown === "source" ? "copy" : "source"; show(); },
  "step-back": () => step(-1),
  step: () => step(1),
  play,
  key: () => changeBox((box) => boxes.keyed(box, moment, file().seconds)),
  from: () => changeBox((box) => boxes.from(box, moment)),
  to: () => changeBox((box) => boxes.to(box, moment)),
  again,
  sign,
  close: () => posted("close", {}),
};
const KEYS = {
  Enter: "covered", n: "nothing", u: "uncovered", l: "skip", Backspace: "back", b: "draw", "[": "select-back", "]": "select",
  "+": "larger", "=": "larger", "-": "smaller", Delete: "remove-key", z: "undo", y: "redo", s: "swap", h: "release", ",": "step-back", ".": "step",
  p: "play", k: "key", i: "from", o: "to",
};
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const AT_THE_END = new Set(["back", "undo", "redo", "again", "sign", "close"]);

async function act(name) {
  if (asking || (!current && !AT_THE_END.has(name))) return;
  asking = name === "again" || name === "sign";
  try {
    await deeds[name]();
  } catch (error) {
    $("said").textContent = say("failed", { why: error.message });
  } finally {
    asking = false;
  }
}

document.addEventListener("click", (event) => {
  const name = event.target.closest("[data-do]")?.dataset.do;
  if (name) act(name);
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, summary")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "Enter" && event.target.closest("button")) return;
  if (current && ARROWS[key] && selected >= 0) move(...ARROWS[key], event.shiftKey);
  else if (key === "Delete" && current) { const box = state.boxes[current.key].cover[selected]; remove(event.shiftKey || !box?.path); }
  else if (key === "Escape") { selected = -1; $("reason").hidden = true; show(); }
  else if (KEYS[key]) act(KEYS[key]);
  else return;
  event.preventDefault();
});
$("reason").addEventListener("submit", (event) => {
  event.preventDefault();
  const why = $("why").value.trim();
  if (why) answer("uncovered", why);
});
$("read-part").addEventListener("change", () => reading.choose($("read-part").value));
$("at").addEventListener("input", () => { moment = Number($("at").value); show(); });

const began = await fetch("queue.json");
({ texts, signs, files, seeded } = await began.json());
$("seeded").hidden = !seeded;
$("seeded").textContent = say("seeded", { count: seeded });
for (const one of files) {
  state.boxes[one.key] = one.boxes;
  state.answers[one.key] = {};
}
const first = open();
if (first.length) go(first[0]);
else finish();
