// Draws the map beside the list. What is selected, and what the list shows, is kept by the server.
import { begin } from "./beginning.js";
import { style, tilesOf } from "./style.js";

const here = new URL(".", import.meta.url), base = new URL("..", here);
const LOOK_MS = 1000, NEAR_PX = 6, CLOSE = 18;
const by = (id) => document.getElementById(id);
const place = by("map"), told = place.dataset;
let version = Number(told.version), page = Number(document.querySelector("#chosen [name=page]").value), map = null;

async function ask(path, sent) {
  const answer = await fetch(new URL(path, here), { method: "POST", cache: "no-store",
    headers: { "Content-Type": "application/json" }, body: JSON.stringify({ page, ...sent }) });
  if (answer.ok) show(await answer.json());
}

function show(list) {
  page = list.page;
  by("counts").textContent = list.counts;
  document.querySelector("#chosen [name=page]").value = page;
  const focused = document.activeElement?.closest?.("#points li")?.dataset.id;
  const kind = by("kind").value, isCamera = kind === "camera";
  const rows = list.rows.map((one) => row(one, isCamera, kind === "photo" ? "item" : "record"));
  by("points").replaceChildren(...rows);
  if (focused) rows.find((one) => one.dataset.id === focused)?.querySelector("input[type=checkbox], a")?.focus();
  if (list.version !== version) renew(list.version);
}

function row(one, isCamera, page) {
  const made = by("row").content.firstElementChild.cloneNode(true);
  made.dataset.id = one.id;
  for (const text of made.querySelectorAll("label bdi, .to-record bdi, .button bdi")) text.textContent = one.title;
  made.querySelector(".to-record").href = `${page}?id=${one.id}`;
  made.querySelector(".correct").href = `camera?id=${one.id}`;
  made.querySelector(".show").href = `map?at=${one.id}`;
  made.querySelector(".at").textContent = `${one.lat.toFixed(5)}, ${one.lon.toFixed(5)}`;
  if (one.heading) made.querySelector(".heading bdi").textContent = one.heading;
  else made.querySelector(".heading").remove();
  const [hidden, ticked] = made.querySelectorAll("input");
  hidden.name = `s.${one.id}`;
  ticked.name = `c.${one.id}`;
  ticked.checked = one.selected;
  const photo = made.querySelector("img");
  if (page === "item") photo.src = `picture.png?id=${one.id}&size=small`;
  else photo.remove();
  if (!isCamera) { made.querySelector(".correct").remove(); hidden.remove(); ticked.closest("label").remove(); }
  return made;
}

function renew(number) {
  version = number;
  map?.getSource("case")?.setTiles([tilesOf(here, version)]);
}

function seen() {
  const box = map.getBounds(), middle = map.getCenter();
  return { seen: [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()], place: [middle.lng, middle.lat, map.getZoom()] };
}

function clicked(event) {
  const around = [[event.point.x - NEAR_PX, event.point.y - NEAR_PX], [event.point.x + NEAR_PX, event.point.y + NEAR_PX]];
  const [found] = map.queryRenderedFeatures(around, { layers: ["camera", "camera-squares", "barrier", "place", "photo"] });
  if (!found) return;
  if (found.layer.id === "camera") ask("select.json", { how: "toggle", ids: [found.properties.id], ...seen() });
  else if (found.layer.id === "camera-squares") map.easeTo({ center: found.geometry.coordinates, zoom: map.getZoom() + 2 });
  else location.assign(new URL(`map?at=${found.properties.id}`, base));
}

async function look() {
  const answer = await fetch(new URL("state.json", here), { cache: "no-store" });
  if (!answer.ok) return;
  const now = await answer.json();
  if (now.version !== version) renew(now.version);
  if (now.reading) setTimeout(look, LOOK_MS);
  else by("reading").hidden = true;
}

function draw() {
  const at = told.place ? JSON.parse(told.place) : null, bounds = told.bounds ? JSON.parse(told.bounds) : null;
  const where = at ? { center: at.slice(0, 2), zoom: at[2] } : bounds ? { bounds, fitBoundsOptions: { padding: 40, maxZoom: 17 } } : { center: [0, 20], zoom: 1 };
  map = begin(place, { ...where, style: style(here, version), locale: { "Map.Title": told.name } });
  map.on("click", clicked);
  map.on("load", () => { place.dataset.drawn = "yes"; });
  map.on("idle", () => { place.dataset.idle = String(version); });
  map.on("moveend", () => { if (!map.isMoving()) ask("list.json", seen()); });
  by("nearer").addEventListener("click", () => map.zoomIn());
  by("further").addEventListener("click", () => map.zoomOut());
  by("new").addEventListener("submit", () => {
    const middle = map.getCenter();
    by("new").elements.lon.value = middle.lng.toFixed(6);
    by("new").elements.lat.value = middle.lat.toFixed(6);
  });
  by("whole").addEventListener("click", () => { if (bounds) map.fitBounds(bounds, { padding: 40, maxZoom: 17 }); });
  by("select-seen").addEventListener("click", () => ask("select.json", { how: "add", box: seen().seen, ...seen() }));
}

function begun() {
  for (const one of document.querySelectorAll(".with-script")) one.hidden = false;
  for (const one of document.querySelectorAll(".without-script")) one.hidden = true;
  by("points").addEventListener("change", (event) => {
    const id = event.target.name?.replace(/^c\./, "");
    if (id) ask("select.json", { how: event.target.checked ? "add" : "remove", ids: [id] });
  });
  by("points").addEventListener("click", (event) => {
    const link = event.target.closest(".show");
    if (!link || !map) return;
    event.preventDefault();
    const [lat, lon] = link.closest("li").querySelector(".aside bdi").textContent.split(",").map(Number);
    map.easeTo({ center: [lon, lat], zoom: Math.max(CLOSE, map.getZoom()) });
    map.getCanvas().focus();
  });
  by("here")?.scrollIntoView({ block: "nearest" });
  if (!by("reading").hidden) setTimeout(look, LOOK_MS);
  try { draw(); } catch (error) {
    const line = document.createElement("p");
    line.textContent = told.broken;
    place.replaceChildren(line);
    console.info(String(error));
  }
}

begun();
