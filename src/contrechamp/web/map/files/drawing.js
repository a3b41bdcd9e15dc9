// A camera is put, turned and described on the map; what it may have in view is worked out by the server.
import { begin } from "./beginning.js";
import { style } from "./style.js";

const here = new URL(".", import.meta.url), by = (id) => document.getElementById(id);
const place = by("map"), form = by("form"), told = place.dataset, WAIT_MS = 60;
const field = (name) => form.elements[`f.${name}`];
const number = (name) => { const text = field(name).value.trim(); return text && Number.isFinite(Number(text)) ? Number(text) : null; };
let map = null, waits = 0, asking = false, again = false;

function camera() {
  const lon = number("position.lon"), lat = number("position.lat");
  return lon === null || lat === null || Math.abs(lon) > 180 || Math.abs(lat) > 90 ? null : [lon, lat];
}

function put(lon, lat) {
  field("position.lon").value = lon.toFixed(6);
  field("position.lat").value = lat.toFixed(6);
  changed();
}

function turn(heading) {
  field("heading_deg").value = String((((Math.round(heading * 10) / 10) % 360) + 360) % 360);
  // What is turned on a map is turned from true north.
  field("heading_north").value = "true";
  changed();
}

function towards([lon, lat], to) {
  const east = (to.lng - lon) * Math.cos((lat * Math.PI) / 180), north = to.lat - lat;
  return (Math.atan2(east, north) * 180) / Math.PI;
}

function changed() {
  clearTimeout(waits);
  waits = setTimeout(look, WAIT_MS);
  const at = camera();
  map?.getSource("drawn")?.setData({ type: "FeatureCollection", features: at ? [{ type: "Feature", properties: { heading: number("heading_deg") ?? -1 }, geometry: { type: "Point", coordinates: at } }] : [] });
}

async function look() {
  if (asking) { again = true; return; }
  asking = true;
  const lines = by("view");
  try {
    if (!camera()) { show([], { type: "FeatureCollection", features: [] }); return; }
    const sent = Object.fromEntries([...new FormData(form)].filter(([name]) => name.startsWith("f.")));
    const answer = await fetch(new URL("view.json", here), { method: "POST", cache: "no-store", headers: { "Content-Type": "application/json" }, body: JSON.stringify(sent) });
    if (answer.ok) { const found = await answer.json(); show(found.lines, found.regions); }
    else show([await answer.text()], { type: "FeatureCollection", features: [] });
  } catch { lines.replaceChildren(); } finally {
    asking = false;
    if (again) { again = false; look(); }
  }
}

function show(lines, regions) {
  by("view").replaceChildren(...lines.map((line) => { const one = document.createElement("li"); one.textContent = line; return one; }));
  map?.getSource("view")?.setData(regions);
  place.dataset.seen = String(regions.features.length);
}

function draw() {
  const at = camera(), last = told.place ? JSON.parse(told.place) : null, bounds = told.bounds ? JSON.parse(told.bounds) : null;
  const where = at ? { center: at, zoom: 18 } : last ? { center: last.slice(0, 2), zoom: last[2] } : bounds ? { bounds, fitBoundsOptions: { padding: 40, maxZoom: 17 } } : { center: [0, 20], zoom: 1 };
  map = begin(place, { ...where, style: style(here, Number(told.version)), boxZoom: false, locale: { "Map.Title": told.name } });
  map.on("load", () => {
    const empty = { type: "geojson", data: { type: "FeatureCollection", features: [] } };
    map.addSource("view", empty).addSource("drawn", empty);
    map.addLayer({ id: "view", type: "fill", source: "view", paint: { "fill-color": "#d9480f", "fill-opacity": 0.22, "fill-outline-color": "#7c2d12" } }, "street-names");
    map.addLayer({ id: "drawn", type: "circle", source: "drawn", paint: { "circle-color": "#d9480f", "circle-radius": 8, "circle-stroke-color": "#fff", "circle-stroke-width": 2 } });
    place.dataset.drawn = "yes";
    changed();
  });
  map.on("click", (event) => {
    const at = camera();
    if (event.originalEvent.shiftKey && at) turn(towards(at, event.lngLat));
    else put(event.lngLat.lng, event.lngLat.lat);
  });
  by("nearer").addEventListener("click", () => map.zoomIn());
  by("further").addEventListener("click", () => map.zoomOut());
  by("here").addEventListener("click", () => put(map.getCenter().lng, map.getCenter().lat));
}

for (const one of document.querySelectorAll(".with-script")) one.hidden = false;
by("left").addEventListener("click", () => turn((number("heading_deg") ?? 0) - 5));
by("right").addEventListener("click", () => turn((number("heading_deg") ?? 0) + 5));
form.addEventListener("input", changed);
try { draw(); } catch (error) {
  const line = document.createElement("p");
  line.textContent = told.broken;
  place.replaceChildren(line);
  console.info(String(error));
}
changed();
