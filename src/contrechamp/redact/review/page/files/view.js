// One look at a file: the picture with its boxes in an SVG, moved and drawn by mouse or touch.

import { ordered, shifted } from "./boxes.js";

const SPACE = "http://www.w3.org/2000/svg";

function made(name, attributes, parent) {
  const element = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent.append(element);
  return element;
}

export class View {
  // `hands` has: drawn(rect), placed(number, rect), selected(number).
  constructor(svg, hands) {
    this.svg = svg;
    this.hands = hands;
    this.drawing = false;
    for (const [type, does] of [["pointerdown", this.down], ["pointermove", this.move], ["pointerup", this.up], ["pointercancel", this.cancel]]) {
      svg.addEventListener(type, does.bind(this));
    }
  }

  // what: {frame, url, boxes: [{rect, kind, number}], selected}
  show(what) {
    this.what = what;
    const [x0, y0, x1, y1] = what.frame;
    this.svg.setAttribute("viewBox", `${x0} ${y0} ${x1 - x0} ${y1 - y0}`);
    this.svg.replaceChildren();
    const place = { x: x0, y: y0, width: x1 - x0, height: y1 - y0, preserveAspectRatio: "none" };
    if (what.url) made("image", { ...place, href: what.url }, this.svg);
    for (const one of what.boxes) this.outline(one);
  }

  outline({ rect, kind, number }) {
    const [x0, y0, x1, y1] = rect;
    const place = { x: x0, y: y0, width: Math.max(0, x1 - x0), height: Math.max(0, y1 - y0) };
    const chosen = kind === "hand" && number === this.what.selected;
    made("rect", { ...place, class: `${kind} under` }, this.svg);
    const shape = made("rect", { ...place, class: chosen ? `${kind} selected` : kind }, this.svg);
    if (kind !== "hand") return;
    shape.dataset.number = number;
    if (!chosen) return;
    const side = (this.what.frame[2] - this.what.frame[0]) / Math.max(this.svg.clientWidth, 1);
    for (const [corner, [x, y]] of [[x0, y0], [x1, y0], [x1, y1], [x0, y1]].entries()) {
      const handle = made("circle", { cx: x, cy: y, r: 7 * side, class: "handle" }, this.svg);
      handle.dataset.corner = corner;
      handle.dataset.number = number;
    }
  }

  point(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    return [at.x, at.y];
  }

  down(event) {
    if (!event.isPrimary || event.button > 0) return;
    const { number, corner } = event.target.dataset;
    const box = this.what.boxes.find((one) => one.kind === "hand" && String(one.number) === number);
    this.held = { at: this.point(event), box, corner: corner === undefined ? null : Number(corner), rect: null };
    if (box && !this.drawing) this.hands.selected(box.number);
    this.svg.setPointerCapture(event.pointerId);
    event.preventDefault();
  }

  move(event) {
    if (!this.held) return;
    const [x, y] = this.point(event), { at, box, corner } = this.held;
    if (box && !this.drawing) {
      const [x0, y0, x1, y1] = box.rect;
      const corners = [[x, y, x1, y1], [x0, y, x, y1], [x0, y0, x, y], [x, y0, x1, y]];
      this.held.rect = corner === null ? shifted(box.rect, x - at[0], y - at[1]) : ordered(corners[corner]);
    } else {
      this.held.rect = ordered([...at, x, y]);
    }
    this.preview(this.held.rect);
  }

  up() {
    const held = this.held;
    this.cancel();
    if (!held?.rect) return;
    const [x0, y0, x1, y1] = held.rect;
    const least = (4 * (this.what.frame[2] - this.what.frame[0])) / Math.max(this.svg.clientWidth, 1);
    if (x1 - x0 < least || y1 - y0 < least) return;
    if (held.box && !this.drawing) this.hands.placed(held.box.number, held.rect);
    else this.hands.drawn(held.rect);
    this.drawing = false;
  }

  cancel() {
    this.held = null;
    this.ghost?.remove();
    this.ghost = null;
  }

  preview([x0, y0, x1, y1]) {
    this.ghost?.remove();
    this.ghost = made("rect", { x: x0, y: y0, width: x1 - x0, height: y1 - y0, class: "hand selected" }, this.svg);
  }
}
