// Takes a page of a case off the screen once the case is locked; tells while somebody is at work on one.
const here = new URL(".", import.meta.url);
const LOOK_MS = 5000, TELL_MS = 30000;
let told = Date.now();

async function look() {
  try {
    const answer = await fetch(new URL("state.json", here), { cache: "no-store" });
    if (answer.ok && (await answer.json()).open) return;
  } catch { /* it is locked, begun anew or gone: either way the page is not to be seen */ }
  location.replace(new URL("unlock", here));
}

function alive() {
  if (Date.now() - told < TELL_MS) return;
  told = Date.now();
  fetch(new URL("awake", here), { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" }).catch(() => {});
}

for (const kind of ["input", "keydown", "pointerdown", "scroll"]) addEventListener(kind, alive, { passive: true, capture: true });
setInterval(look, LOOK_MS);
// A page that the browser had kept as it was is not shown again without a look.
addEventListener("pageshow", (event) => { if (event.persisted) look(); });
