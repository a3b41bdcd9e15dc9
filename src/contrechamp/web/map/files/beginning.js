// Begins a map: its worker comes from us, and nothing else may be begun by it.
import { Map as Drawn, setTrustedTypesPolicy, setWorkerUrl } from "./maplibre-gl.mjs";

const WORKER = new URL("maplibre-gl-worker.mjs", import.meta.url).href;

export function begin(container, settings) {
  if (self.trustedTypes) setTrustedTypesPolicy(trustedTypes.createPolicy("contrechamp-map", {
    createHTML() { throw new TypeError("no markup"); },
    createScriptURL(url) { if (url !== WORKER) throw new TypeError(url); return url; },
  }));
  setWorkerUrl(WORKER);
  const map = new Drawn({ container, attributionControl: false, dragRotate: false, pitchWithRotate: false, renderWorldCopies: false,
    fadeDuration: 0, maxZoom: 21, refreshExpiredTiles: false, ...settings });
  map.touchZoomRotate.disableRotation();
  return map;
}
