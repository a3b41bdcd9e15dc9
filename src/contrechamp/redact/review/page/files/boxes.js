// Boxes as a sidecar has them (docs/reference/boxes-sidecar.md): pure functions, none changes what it is given.

const NEAR_S = 0.012;

const mixed = (one, other, share) => one.map((edge, side) => edge + (other[side] - edge) * share);

// The keyframe of a moving box at a moment, or -1.
export const keyAt = (one, moment) =>
  (one.path ?? []).findIndex((key) => Math.abs(key.at - moment) <= NEAR_S);

// Where a box is at a moment (a second, or a page); null where it is not.
export function rectAt(one, moment, kind) {
  if (kind !== "video") return kind !== "pdf" || (one.page ?? moment) === moment ? one.box : null;
  if (!one.path) {
    const inside = moment >= (one.from ?? 0) - NEAR_S && moment <= (one.to ?? Infinity) + NEAR_S;
    return inside ? one.box : null;
  }
  const keys = one.path, last = keys.at(-1);
  if (moment < keys[0].at - NEAR_S || moment > last.at + NEAR_S) return null;
  const next = keys.findIndex((key) => key.at >= moment);
  if (next <= 0) return (next === 0 ? keys[0] : last).box;
  const [before, after] = [keys[next - 1], keys[next]];
  return mixed(before.box, after.box, (moment - before.at) / (after.at - before.at));
}

// A box that has another place at a moment; a moving one gets a keyframe there.
export function placed(one, moment, rect) {
  if (!one.path) return { ...one, box: rect };
  const key = { at: moment, box: rect }, at = keyAt(one, moment);
  const path = one.path.filter((_key, number) => number !== at);
  return { ...one, path: [...path, at < 0 ? key : { ...key, at: one.path[at].at }].sort((a, b) => a.at - b.at) };
}

// A box with a keyframe at a moment: a fixed one becomes a moving one, which is there as long as it was.
export function keyed(one, moment, seconds) {
  if (one.path) return placed(one, moment, rectAt(one, moment, "video") ?? nearest(one, moment));
  const { box, from = 0, to = Math.max(seconds, moment), ...rest } = one;
  const times = [...new Set([Math.min(from, moment), moment, Math.max(to, moment)])].sort((a, b) => a - b);
  return { ...rest, path: times.map((at) => ({ at, box })) };
}

const nearest = (one, moment) => (moment < one.path[0].at ? one.path[0] : one.path.at(-1)).box;

// A box that is there from a moment on, or until a moment; it reaches further if it has to.
export function from(one, moment) {
  if (!one.path) return { ...one, from: moment, to: one.to === undefined ? undefined : Math.max(one.to, moment) };
  const box = rectAt(one, moment, "video") ?? nearest(one, moment);
  return { ...one, path: [{ at: moment, box }, ...one.path.filter((key) => key.at > moment + NEAR_S)] };
}

export function to(one, moment) {
  if (!one.path) return { ...one, to: moment, from: one.from === undefined ? undefined : Math.min(one.from, moment) };
  const box = rectAt(one, moment, "video") ?? nearest(one, moment);
  return { ...one, path: [...one.path.filter((key) => key.at < moment - NEAR_S), { at: moment, box }] };
}

// A box without its keyframe at a moment. It is never shorter for that: at an end the next one's place holds.
export function withoutKey(one, moment) {
  const at = keyAt(one, moment);
  if (at < 0 || one.path.length < 2) return one;
  const end = at === 0 ? 1 : at === one.path.length - 1 ? at - 1 : -1;
  if (end < 0) return { ...one, path: one.path.filter((_key, number) => number !== at) };
  const kept = one.path.map((key, number) => (number === at ? { ...key, box: one.path[end].box } : key));
  return { ...one, path: kept };
}

// A box larger or smaller about its centre, or moved.
export const grown = ([x0, y0, x1, y1], factor) => {
  const [x, y, w, h] = [(x0 + x1) / 2, (y0 + y1) / 2, ((x1 - x0) * factor) / 2, ((y1 - y0) * factor) / 2];
  return [x - w, y - h, x + w, y + h];
};
export const shifted = ([x0, y0, x1, y1], x, y) => [x0 + x, y0 + y, x1 + x, y1 + y];
export const ordered = ([x0, y0, x1, y1]) => [Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1)];

// Which share of a box lies under another.
export function share(box, cover) {
  const wide = Math.min(box[2], cover[2]) - Math.max(box[0], cover[0]);
  const high = Math.min(box[3], cover[3]) - Math.max(box[1], cover[1]);
  const area = (box[2] - box[0]) * (box[3] - box[1]);
  return wide > 0 && high > 0 && area > 0 ? (wide * high) / area : 0;
}

// As the sidecar takes it: what is not said is left out, numbers are short.
export function cleaned(one) {
  const short = (value) => Math.round(value * 1000) / 1000;
  const told = { ...one };
  for (const name of ["from", "to"]) {
    if (told[name] === undefined || told[name] === null) delete told[name];
    else told[name] = Math.max(0, short(told[name]));
  }
  if (told.box) told.box = told.box.map(short);
  if (told.path) {
    told.path = told.path.map((key) => ({ at: Math.max(0, short(key.at)), box: key.box.map(short) }));
    told.path = told.path.filter((key, number) => number === 0 || key.at > told.path[number - 1].at);
  }
  return told;
}
