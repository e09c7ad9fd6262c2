// Sends what was dropped or chosen to an upload, piece by piece. What is there already is not sent
// again, and a piece that fails is tried again, so that a cut line costs no more than the wait.

import { say, sayMany } from "./words.js";

const TRIES = 8;
const SILENT_MS = 60000;

const room = document.querySelector("[data-upload]");
if (room) listen(room);

function listen(room) {
  const drop = room.querySelector("[data-drop]");
  drop.hidden = false;
  room.querySelector("[data-resumes]").hidden = false;
  room.querySelector("[data-plain]").hidden = true;
  for (const box of room.querySelectorAll("[data-files], [data-folder]")) {
    box.addEventListener("change", () => {
      sendAll(room, [...box.files].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
      box.value = "";
    });
  }
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", async (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    // Entries are gone once this handler has waited for anything.
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    try {
      sendAll(room, (await Promise.all(entries.map(filesOf))).flat());
    } catch {
      show(room, say("What was dropped can't be read; choose it by the buttons."));
    }
  });
}

const promised = (start) => new Promise((resolve, reject) => start(resolve, reject));

async function filesOf(entry) {
  if (entry.isFile) {
    const file = await promised((resolve, reject) => entry.file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  const reader = entry.createReader();
  const all = [];
  for (;;) {
    // A reader gives a hundred at a time.
    const some = await promised((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) break;
    all.push(...some);
  }
  return (await Promise.all(all.map(filesOf))).flat();
}

const show = (room, words) => {
  room.querySelector("[data-said]").textContent = words;
};

class Refused extends Error {}

let sending = Promise.resolve();

// What is dropped while something is under way comes after it.
function sendAll(room, chosen) {
  if (chosen.length) sending = sending.then(() => sendChosen(room, chosen));
}

async function sendChosen(room, chosen) {
  const bar = room.querySelector("[data-bar]");
  const wanted = chosen.filter(({ path, file }) => file.size && !/(^|\/)(\.DS_Store|Thumbs\.db)$/.test(path));
  const total = wanted.reduce((sum, { file }) => sum + file.size, 0);
  const arrived = room.querySelector("[data-arrived]");
  const wasHidden = arrived.hidden;
  // Whoever says "That is all" now would leave behind what is still on its way.
  arrived.hidden = true;
  bar.hidden = false;
  bar.max = total || 1;
  let sent = 0;
  try {
    const here = await (await answer(`${room.dataset.upload}/files`)).json();
    for (const [number, { path, file }] of wanted.entries()) {
      const tell = (bytes) => {
        bar.value = sent + bytes;
        const part = total ? Math.floor((100 * (sent + bytes)) / total) : 100;
        show(room, say("{part} %: file {number} of {total}", { part, number: number + 1, total: wanted.length }));
      };
      tell(0);
      if (here[path] !== file.size) await sendFile(room, path, file, here, tell);
      sent += file.size;
    }
    bar.value = total;
    const empty = chosen.length - wanted.length;
    const told = [sayMany("{count} file is here.", "{count} files are here.", wanted.length)];
    if (empty) told.push(say("{empty} empty or hidden ones were left out.", { empty }));
    show(room, told.join(" "));
    arrived.hidden = false;
  } catch (error) {
    arrived.hidden = wasHidden;
    // What was refused would be refused again; its sentence says what to do.
    const again = error instanceof Refused ? "" : say("Choose the same once more to go on.");
    show(room, `${error.message} ${again}`.trim());
  }
}

async function sendFile(room, path, file, here, tell) {
  const changed = Math.floor(file.lastModified || 0);
  let offset = here[`${path}.${file.size}-${changed}.arriving`] ?? 0;
  while (offset < file.size) {
    tell(offset);
    const query = new URLSearchParams({ path, offset, size: file.size, changed });
    const piece = file.slice(offset, offset + Number(room.dataset.piece));
    const told = await answer(`${room.dataset.upload}/pieces?${query}`, {
      method: "POST",
      headers: { "X-CSRF-Token": room.dataset.token, "Content-Type": "application/octet-stream" },
      body: piece,
    });
    offset = (await told.json()).here;
  }
}

// The server's answer; what fails on the way is tried again, a refusal is thrown with its sentence.
async function answer(address, options = {}) {
  for (let tries = 1; ; tries += 1) {
    let got = null;
    try {
      got = await fetch(address, { ...options, redirect: "error", signal: AbortSignal.timeout(SILENT_MS) });
    } catch {
      if (tries >= TRIES) throw new Error(say("The server does not answer, or you are signed out."));
    }
    if (got?.ok) return got;
    if (got && got.status < 500 && got.status !== 429) throw new Refused(await sentenceOf(got));
    if (tries >= TRIES) throw new Error(say("The server can't take it just now."));
    await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** Math.min(tries, 5)));
  }
}

async function sentenceOf(got) {
  const page = new DOMParser().parseFromString(await got.text(), "text/html");
  const told = page.querySelector("main p:not(.trail)")?.textContent.trim();
  return told || say("This can't be taken.");
}
