// What the map looks like. Letters are drawn from the fonts of the machine: nothing is fetched for them.
const FONT = ["sans-serif"], INK = "#1c1c1c", MAIN = "#0b4f6c", CHOSEN = "#c2410c";

export function tilesOf(here, version) {
  return `${new URL("tile.mvt", here).href}?z={z}&x={x}&y={y}&v=${version}`;
}

const lines = (id, color, width, more = {}) => ({ id, type: "line", source: "case", "source-layer": id, layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": color, "line-width": width, ...more } });
const named = (id, layer, more = {}, color = "#444") => ({ id, type: "symbol", source: "case", "source-layer": layer,
  layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, ...more }, paint: { "text-color": color, "text-halo-color": "#fff", "text-halo-width": 1.5 } });
const dots = (id, color, radius) => ({ id, type: "circle", source: "case", "source-layer": id,
  paint: { "circle-color": color, "circle-radius": radius, "circle-stroke-color": "#fff", "circle-stroke-width": 1.5 } });
const isChosen = (chosen, other) => ["case", [">", ["coalesce", ["get", "selected"], 0], 0], chosen, other];
const squares = (kind, color) => [
  { ...dots(`${kind}-squares`, isChosen(CHOSEN, color), ["interpolate", ["linear"], ["get", "count"], 1, 9, 1000, 20]) },
  { ...named(`${kind}-numbers`, `${kind}-squares`, { "text-field": ["to-string", ["get", "count"]], "text-size": 11, "text-allow-overlap": true, "text-ignore-placement": true }, "#fff"),
    paint: { "text-color": "#fff" } },
];

export function style(here, version) {
  return { version: 8, sources: { case: { type: "vector", tiles: [tilesOf(here, version)], minzoom: 0, maxzoom: 16 } }, layers: [
    { id: "paper", type: "background", paint: { "background-color": "#f4f2ee" } },
    { id: "areas", type: "fill", source: "case", "source-layer": "areas", paint: { "fill-color": "#e9e4d8", "fill-outline-color": "#999" } },
    { id: "buildings", type: "fill", source: "case", "source-layer": "buildings", paint: { "fill-color": "#d5cfc4", "fill-outline-color": "#a59d8f" } },
    lines("streets-minor", "#fff", ["interpolate", ["exponential", 1.6], ["zoom"], 13, 0.8, 18, 8]),
    lines("streets", "#fff", ["interpolate", ["exponential", 1.6], ["zoom"], 8, 0.6, 13, 2.5, 18, 14]),
    lines("barrier-lines", "#8a2c2c", 2),
    lines("tracks", "#6d28d9", 2.5, { "line-dasharray": [2, 1.5] }),
    named("street-names", "streets", { "symbol-placement": "line" }),
    { ...named("minor-names", "streets-minor", { "symbol-placement": "line", "text-size": 11 }), minzoom: 15 },
    dots("barrier-points", "#8a2c2c", 3.5),
    { ...dots("services", "#4d7c0f", 3), minzoom: 16 },
    { ...named("service-names", "services", { "text-size": 11, "text-anchor": "top", "text-offset": [0, 0.5] }), minzoom: 17 },
    dots("place", "#1d6b2f", 6), ...squares("place", "#1d6b2f"),
    dots("barrier", "#8a2c2c", 6), ...squares("barrier", "#8a2c2c"),
    dots("photo", "#7c3aed", 5), ...squares("photo", "#7c3aed"),
    ...squares("camera", MAIN),
    { id: "looks", type: "symbol", source: "case", "source-layer": "camera", minzoom: 14, filter: [">=", ["coalesce", ["get", "heading"], -1], 0],
      layout: { "text-field": "▲", "text-font": FONT, "text-size": 15, "text-offset": [0, -0.85], "text-rotate": ["get", "heading"], "text-rotation-alignment": "map", "text-allow-overlap": true, "text-ignore-placement": true },
      paint: { "text-color": isChosen(CHOSEN, MAIN), "text-halo-color": "#fff", "text-halo-width": 1 } },
    dots("camera", isChosen(CHOSEN, MAIN), ["interpolate", ["linear"], ["zoom"], 10, 3, 16, 6]),
    { ...named("camera-names", "camera", { "text-field": ["get", "title"], "text-size": 11, "text-anchor": "top", "text-offset": [0, 0.8], "text-optional": true }, INK), minzoom: 17 },
  ] };
}
