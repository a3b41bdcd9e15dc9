// Tells how far work is, as the server tells it; the whole page comes anew once it has ended.
const here = new URL(".", import.meta.url);
const AGAIN_MS = 2000;
const status = document.getElementById("status"), bar = document.querySelector("progress");
const lines = document.getElementById("said");
let source = null;

function show(told) {
  if (!told.running) { location.reload(); return; }
  const share = told.percent === null ? "" : ` ${told.percent} %`;
  if (told.label && status.textContent !== told.label + share) status.textContent = told.label + share;
  if (told.percent === null) bar.removeAttribute("value");
  else { bar.max = 100; bar.value = told.percent; }
  for (const line of told.lines.slice(lines.childElementCount)) {
    const item = document.createElement("li"), words = document.createElement("bdi");
    words.textContent = line;
    item.append(words);
    lines.append(item);
  }
}

function listen() {
  source = new EventSource(new URL("work/events", here));
  source.onmessage = (event) => show(JSON.parse(event.data));
  // Other tabs listen already, or the workbench was locked: the page is asked for, as without scripts.
  source.onerror = () => { if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), AGAIN_MS); };
}

if (bar) {
  listen();
  // A tab that nobody sees leaves its connection to the others.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) source.close();
    else { source.close(); listen(); }
  });
}
