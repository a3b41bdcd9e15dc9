// Draws the links of a record as a graph. The list above it says the same, for whoever needs no picture.
import cytoscape from "./cytoscape.mjs";

const here = new URL(".", import.meta.url);
const place = document.getElementById("graph"), section = document.getElementById("drawn");
const INK = "#1c1c1c", MAIN = "#0b4f6c", LINE = "#8a8a8a", PAPER = "#ffffff", ITEM = "#b3430f";
const ZOOM = 1.4;

function looks() {
  return [
    { selector: "node", style: {
      label: "data(label)", "font-size": 12, color: INK, "text-wrap": "wrap", "text-max-width": 130, "text-valign": "bottom", "text-margin-y": 4,
      "text-background-color": PAPER, "text-background-opacity": 0.85, width: 22, height: 22, "background-color": PAPER, "border-width": 3, "border-color": MAIN } },
    { selector: "node[kind = 'item']", style: { shape: "rectangle", "border-color": ITEM } },
    { selector: "node[step = 0]", style: { "background-color": MAIN, width: 34, height: 34, "font-weight": "bold" } },
    { selector: "node[step = 2]", style: { opacity: 0.8, width: 16, height: 16, "font-size": 10 } },
    { selector: "edge", style: {
      width: 1.5, "line-color": LINE, "target-arrow-color": LINE, "target-arrow-shape": "triangle", "curve-style": "bezier" } },
    { selector: "edge[near]", style: {
      label: "data(label)", "font-size": 10, color: "#444444", "text-rotation": "autorotate", "text-background-color": PAPER, "text-background-opacity": 0.85, "text-max-width": 120, "text-wrap": "ellipsis" } },
  ];
}

function elements(told) {
  const steps = new Map(told.nodes.map((one) => [one.id, one.step]));
  return {
    nodes: told.nodes.map((one) => ({ data: one })),
    edges: told.edges.map((one, number) => ({ data: {
      ...one, id: `edge-${number}`, ...(steps.get(one.source) === 0 || steps.get(one.target) === 0 ? { near: true } : {}) } })),
  };
}

async function draw() {
  const answer = await fetch(new URL(`links.json?id=${place.dataset.id}`, here), { cache: "no-store" });
  if (!answer.ok) return;
  const told = await answer.json();
  if (told.nodes.length < 2) return;
  section.hidden = false;
  document.getElementById("more").hidden = told.whole;
  const graph = cytoscape({
    container: place, elements: elements(told), style: looks(), minZoom: 0.2, maxZoom: 3, userZoomingEnabled: false,
    layout: { name: "concentric", concentric: (node) => -node.data("step"), levelWidth: () => 1, minNodeSpacing: 60, animate: false, padding: 30 },
  });
  graph.on("tap", "node", (event) => { location.href = new URL(event.target.data("address"), here); });
  const zoom = (by) => graph.zoom({ level: graph.zoom() * by, renderedPosition: { x: graph.width() / 2, y: graph.height() / 2 } });
  document.getElementById("nearer").addEventListener("click", () => zoom(ZOOM));
  document.getElementById("farther").addEventListener("click", () => zoom(1 / ZOOM));
  document.getElementById("all").addEventListener("click", () => graph.fit(undefined, 30));
  place.dataset.nodes = String(graph.nodes().length);
}

draw();
