// Sends files in batches, each acknowledged once it is in the case; without this script the form sends them in one.
const $ = (id) => document.getElementById(id);
const form = $("upload"), status = $("status"), bar = $("progress"), key = form.elements.key.value;
const MOST_BYTES = 256 * 1024 * 1024, MOST_FILES = 1000;
let sending = null, stopped = false;

$("folder-row").hidden = !("webkitdirectory" in HTMLInputElement.prototype);

// --- what was chosen or dropped: pairs of a file and its name below its folder ---

const chosen = (input) => [...input.files].map((file) => [file, file.webkitRelativePath || file.name]);

async function below(entry, before = "") {
  if (entry.isFile) return [[await new Promise((done, failed) => entry.file(done, failed)), before + entry.name]];
  const reader = entry.createReader(), found = [];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return found;
    for (const one of some) found.push(...(await below(one, `${before}${entry.name}/`)));
  }
}

async function dropped(items) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean), found = [];
  for (const entry of entries) found.push(...(await below(entry)));
  return found;
}

// --- sending ---

function batches(files) {
  const all = [];
  let batch = [], size = 0;
  for (const pair of files) {
    if (batch.length && (size + pair[0].size > MOST_BYTES || batch.length >= MOST_FILES)) {
      all.push(batch);
      batch = [];
      size = 0;
    }
    batch.push(pair);
    size += pair[0].size;
  }
  if (batch.length) all.push(batch);
  return all;
}

function sent(batch, advanced) {
  const data = new FormData();
  data.append("key", key);
  for (const [file, name] of batch) {
    data.append("modified", String(file.lastModified));
    data.append("file", file, name);
  }
  return new Promise((done, failed) => {
    const request = (sending = new XMLHttpRequest());
    request.open("POST", "upload?how=script");
    request.responseType = "json";
    request.upload.onprogress = (event) => advanced(event.loaded);
    request.onload = () => (request.status === 200 && request.response ? done(request.response) : failed(new Error()));
    request.onerror = request.onabort = () => failed(new Error());
    request.send(data);
  });
}

function tell(lines) {
  for (const line of lines) {
    const item = document.createElement("li");
    item.dir = "auto";
    item.textContent = line;
    $("lines").append(item);
  }
}

async function send(files) {
  if (sending) return;
  if (!files.length) { status.textContent = status.dataset.none; return; }
  stopped = false;
  $("lines").replaceChildren();
  $("send").disabled = true;
  $("cancel").hidden = bar.hidden = false;
  const bytes = files.reduce((sum, [file]) => sum + file.size, 0) || 1;
  const say = (count) => { status.textContent = status.dataset.sent.replace("{done}", count).replace("{all}", files.length); };
  let before = 0, count = 0, whole = true;
  bar.value = 0;
  say(0);
  try {
    for (const batch of batches(files)) {
      const answer = await sent(batch, (loaded) => { bar.value = Math.min(1, (before + loaded) / bytes); });
      before += batch.reduce((sum, [file]) => sum + file.size, 0);
      count += batch.length;
      say(count);
      tell(answer.wrong ? [...answer.lines, answer.wrong] : answer.lines);
      whole &&= !answer.wrong;
      if (answer.wrong || stopped) break;
    }
  } catch {
    whole = false;
    status.textContent = stopped ? status.dataset.stopped : status.dataset.failed;
  }
  sending = null;
  $("send").disabled = false;
  $("cancel").hidden = bar.hidden = true;
  form.reset();
  if (whole) location.assign("inbox");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send([...chosen($("files")), ...chosen($("folder"))]);
});
$("cancel").addEventListener("click", () => { stopped = true; sending?.abort(); });
for (const kind of ["dragover", "dragleave", "drop"]) {
  form.addEventListener(kind, (event) => {
    event.preventDefault();
    form.classList.toggle("over", kind === "dragover");
  });
}
form.addEventListener("drop", async (event) => send(await dropped(event.dataTransfer.items)));
// A file that is dropped beside the form would be opened in its place.
for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());
