// Draws the map of the report with Leaflet on the metric plane: one unit of the map is a metre.
// Many streets become few paths, one per class of exposure, so that the page stays fluid.
"use strict";
(function () {
  const data = JSON.parse(document.getElementById("map-data").textContent);
  const words = data.words;
  const byId = (id) => document.getElementById(id);
  const perMetre = data.perMetre;
  const [width, height] = data.size;
  const write = new Intl.NumberFormat(data.language, { maximumFractionDigits: 1 });
  const percent = (share) => say(words.percent, { n: write.format(share) });
  const say = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  const shown = { level: data.levels[0][0], certainty: "mean", camera: -1 };

  // A path is [x, y, step x, step y, ...] in decimetres from the south-western corner.
  function points(path) {
    const found = [];
    for (let i = 0, x = 0, y = 0; i < path.length; i += 2) {
      x += path[i];
      y += path[i + 1];
      found.push([y / perMetre, x / perMetre]);
    }
    return found;
  }

  function svgPath(path, closed) {
    let text = "M" + path[0] + " " + (height - path[1]);
    if (path.length > 2) {
      text += "l";
      for (let i = 2; i < path.length; i += 2) {
        text += (i > 2 ? " " : "") + path[i] + " " + -path[i + 1];
      }
    }
    return closed ? text + "z" : text;
  }

  function classOf(share) {
    if (share === 0) return 0;
    const above = data.classes.findIndex((end) => share <= end);
    return 1 + (above < 0 ? data.classes.length : above);
  }

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function definitions(rows) {
    const list = element("dl");
    for (const [name, value] of rows) list.append(element("dt", name), element("dd", value));
    return list;
  }

  // The map and its layers.
  document.documentElement.classList.add("scripted");
  for (const id of ["map", "controls", "layers", "stepper"]) byId(id).hidden = false;
  const whole = [[0, 0], [height / perMetre, width / perMetre]];
  const map = L.map("map", {
    attributionControl: false,
    crs: L.CRS.Simple,
    fadeAnimation: false,
    maxZoom: 4,
    minZoom: -8,
    scrollWheelZoom: false,
    zoomControl: false,
    zoomSnap: 0.25,
  });
  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  map.on("focus", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());

  const order = ["buildings", "regions", "streets", "walks", "tracks", "barriers", "services", "cameras"];
  const groups = {};
  order.forEach((name, i) => {
    map.createPane(name).style.zIndex = 400 + i;
    groups[name] = { renderer: L.svg({ pane: name, padding: 0.4 }), layer: L.layerGroup() };
  });

  function line(name, paths, className) {
    return L.polyline(paths, {
      className, interactive: false, pane: name, renderer: groups[name].renderer, smoothFactor: 0.6,
    }).addTo(groups[name].layer);
  }
  function area(name, rings, className) {
    return L.polygon(rings, {
      className, fillRule: "nonzero", interactive: false, pane: name, renderer: groups[name].renderer,
      smoothFactor: 0.4,
    }).addTo(groups[name].layer);
  }
  function dot(name, at, radius, className, interactive) {
    return L.circleMarker([at[1] / perMetre, at[0] / perMetre], {
      className, interactive, pane: name, radius, renderer: groups[name].renderer,
    }).addTo(groups[name].layer);
  }

  const lines = data.streets.lines.map(points);
  area("buildings", data.buildings.map(points), "building");
  const regions = {
    possible: area("regions", [], "region possible"),
    mapped: area("regions", [], "region mapped"),
    chosen: area("regions", [], "region chosen"),
  };
  const streets = Array.from({ length: data.classes.length + 2 }, (_none, i) =>
    line("streets", [], "street c" + i));
  line("walks", data.walks.map(points), "walk");
  line("tracks", data.tracks.map(points), "track");
  for (const [path, kind] of data.barriers) {
    const label = say(words.barrier, { kind });
    if (path.length > 2) line("barriers", points(path), "barrier");
    else dot("barriers", path, 3, "barrier", true).bindTooltip(element("span", label));
  }
  for (const [x, y, kind, name] of data.services) {
    const label = name ? name + " (" + kind + ")" : kind;
    dot("services", [x, y], 4.5, "service", true).bindTooltip(element("span", label));
  }
  const dots = data.cameras.map((camera, i) => {
    const made = dot("cameras", camera.at, 5, "camera" + (camera.aimed ? " aimed" : ""), true);
    made.on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      choose(i, { move: false });
    });
    return made.bindTooltip(element("span", camera.title + ", " + camera.id));
  });

  // What is shown follows the switches.
  function draw() {
    const shares = data.streets.share[shown.level][shown.certainty];
    const classes = streets.map(() => []);
    const paths = streets.map(() => []);
    shares.forEach((share, i) => {
      const at = classOf(share);
      classes[at].push(lines[i]);
      paths[at].push(svgPath(data.streets.lines[i], false));
    });
    streets.forEach((layer, i) => layer.setLatLngs(classes[i]));
    const rings = { possible: [], mapped: [] };
    const rims = { possible: [], mapped: [] };
    for (const [, isMapped, loops] of data.regions[shown.level]) {
      const basis = isMapped ? "mapped" : "possible";
      for (const loop of loops) {
        rings[basis].push(points(loop));
        rims[basis].push(svgPath(loop, true));
      }
    }
    for (const basis of ["possible", "mapped"]) regions[basis].setLatLngs(rings[basis]);
    drawChosen();

    // The drawing that is printed shows the same.
    for (const path of document.querySelectorAll("#drawing .street")) {
      path.setAttribute("d", paths[path.dataset.class].join(""));
    }
    for (const path of document.querySelectorAll("#drawing .region")) {
      path.setAttribute("d", rims[path.dataset.basis].join(""));
    }
    const level = data.levels.find(([name]) => name === shown.level)[1];
    const certainty = data.certainties.find(([name]) => name === shown.certainty)[1];
    byId("drawn").textContent = level + ", " + certainty;
    byId("reading").textContent = say(words.shown, { level, certainty }) +
      (data.totals[shown.level] ? " " + data.totals[shown.level] : "");
  }

  function drawChosen() {
    const rings = [];
    for (const [camera, , loops] of shown.camera < 0 ? [] : data.regions[shown.level]) {
      if (camera === shown.camera) rings.push(...loops.map(points));
    }
    regions.chosen.setLatLngs(rings);
  }

  // One camera: its card, its region, its place.
  const stops = data.cameras.map((_camera, i) => i)
    .sort((a, b) => data.cameras[a].rank - data.cameras[b].rank || a - b);
  const choice = byId("camera-choice");
  for (const i of stops) {
    const camera = data.cameras[i];
    const option = element("option", camera.rank + ". " + camera.title + ", " + camera.id);
    option.value = i;
    choice.append(option);
  }
  if (!stops.length) byId("stepper").hidden = true;
  let opener = null;

  function choose(i, { move = true, focus = false } = {}) {
    if (shown.camera >= 0) dots[shown.camera].getElement().classList.remove("chosen");
    shown.camera = i;
    choice.value = i < 0 ? "" : i;
    drawChosen();
    const card = byId("card");
    card.hidden = i < 0;
    if (i < 0) return;
    const camera = data.cameras[i];
    dots[i].bringToFront().getElement().classList.add("chosen");
    const title = element("h3", camera.title);
    title.id = "card-title";
    title.tabIndex = -1;
    const close = element("button", "×", "close");
    close.type = "button";
    close.setAttribute("aria-label", words.close);
    close.addEventListener("click", dismiss);
    card.replaceChildren(close, title, element("p", say(words.camera, { id: camera.id }), "id"));
    for (const [heading, rows] of camera.parts) {
      card.append(element("h4", heading), definitions(rows));
    }
    card.scrollTop = 0;
    if (move) show(dots[i].getLatLng());
    if (focus) title.focus({ preventScroll: true });
  }

  // The card covers one side of a wide map: the camera comes to the middle of the other.
  function show(place) {
    const zoom = Math.max(map.getZoom(), 1);
    const box = byId("card");
    const beside = getComputedStyle(box).position === "absolute" ? box.offsetWidth / 2 : 0;
    const towards = document.documentElement.dir === "rtl" ? -beside : beside;
    const middle = map.project(place, zoom).add([towards, 0]);
    map.setView(map.unproject(middle, zoom), zoom, { animate: false });
  }

  function dismiss() {
    choose(-1);
    if (opener && opener.isConnected) opener.focus();
    opener = null;
  }

  function step(by) {
    const at = stops.indexOf(shown.camera);
    choose(stops[at < 0 ? (by > 0 ? 0 : stops.length - 1) : (at + by + stops.length) % stops.length]);
  }
  choice.addEventListener("change", () => choose(choice.value === "" ? -1 : Number(choice.value)));
  byId("camera-previous").addEventListener("click", () => step(-1));
  byId("camera-next").addEventListener("click", () => step(1));
  byId("map-whole").addEventListener("click", () => map.fitBounds(whole, { animate: false }));
  for (const button of document.querySelectorAll("button.show")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      choose(Number(button.dataset.camera), { focus: true });
      opener = button;
      byId("map").scrollIntoView({ block: "start" });
    });
  }
  byId("stage").addEventListener("keydown", (event) => {
    if (event.key === "Escape" && shown.camera >= 0) dismiss();
  });

  // A click on a street shows the nearest piece.
  const NEAR_PX = 12;
  function nearestPiece(place) {
    const reach = NEAR_PX / map.getZoomScale(map.getZoom(), 0);
    let best = -1;
    let least = reach * reach;
    lines.forEach((line, i) => {
      for (let j = 0; j + 1 < line.length; j += 1) {
        const [ay, ax] = line[j];
        const dy = line[j + 1][0] - ay;
        const dx = line[j + 1][1] - ax;
        const along = ((place.lat - ay) * dy + (place.lng - ax) * dx) / (dx * dx + dy * dy || 1);
        const at = Math.max(0, Math.min(1, along));
        const off = (place.lat - ay - at * dy) ** 2 + (place.lng - ax - at * dx) ** 2;
        if (off < least) [best, least] = [i, off];
      }
    });
    return best;
  }
  map.on("click", (event) => {
    const i = map.hasLayer(groups.streets.layer) ? nearestPiece(event.latlng) : -1;
    if (i < 0) return;
    const level = data.levels.find(([name]) => name === shown.level)[1];
    const share = data.streets.share[shown.level];
    const content = element("div");
    content.append(
      element("strong", data.streets.names[data.streets.name[i]] || words.unnamed),
      element("div", say(words.inView, { level })),
      definitions([
        [words.mean, percent(share.mean[i])],
        [words.median, percent(share.median[i])],
        [words.atLeast, percent(share.q05[i])],
        [words.atMost, percent(share.q95[i])],
        [words.atOnce, write.format(data.streets.cameras[shown.level][i] / 10)],
      ]),
    );
    L.popup({ maxWidth: 260 }).setLatLng(event.latlng).setContent(content).openOn(map);
  });

  const controls = byId("controls");
  function layerOf(box) {
    const { layer } = groups[box.value];
    if (box.checked) layer.addTo(map);
    else layer.remove();
    for (const part of document.querySelectorAll('#drawing [data-layer="' + box.value + '"]')) {
      part.style.display = box.checked ? "" : "none";
    }
  }
  controls.addEventListener("change", (event) => {
    shown[event.target.name] = event.target.value;
    draw();
  });
  byId("layers").addEventListener("change", (event) => layerOf(event.target));
  for (const form of [controls, byId("layers")]) {
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  // Lines are thin on the whole map, and as wide as a lane is near by.
  map.on("zoomend", () => {
    const zoom = map.getZoom();
    byId("map").style.setProperty("--line", Math.min(1.6, Math.max(0.55, 1 + zoom * 0.25)).toFixed(2));
    dots.forEach((made) => made.setRadius(zoom < -0.5 ? 3.5 : zoom < 1 ? 4.5 : 7));
  });

  map.fitBounds(whole);
  map.setMinZoom(map.getZoom() - 1);
  const [west, south, east, north] = data.focus.map((at) => at / perMetre);
  map.fitBounds([[south, west], [north, east]], { animate: false });
  map.setMaxBounds(L.latLngBounds(whole).pad(0.5));
  for (const box of byId("layers").querySelectorAll("input")) layerOf(box);
  for (const name of ["level", "certainty"]) {
    // A browser that comes back to a page keeps what was switched.
    shown[name] = controls.querySelector('input[name="' + name + '"]:checked').value;
  }
  draw();

  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details:not(.licence-text)")) {
      part.dataset.was = part.open ? "open" : "";
      part.open = true;
    }
  });
  addEventListener("afterprint", () => {
    for (const part of document.querySelectorAll("details[data-was]")) {
      part.open = part.dataset.was === "open";
      delete part.dataset.was;
    }
  });
  document.documentElement.dataset.drawn = "yes";
})();
