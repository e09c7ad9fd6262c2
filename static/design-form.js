// The form of a design is sent from here, so that nothing that the server answers takes the place of
// what was typed: a sign-in that has ended, trouble, or no answer at all is said over the form.
//
// Rows are added, removed and moved by the server, which sends the whole form again; here it takes the
// old form's place without a reload.

import { say } from "./words.js";

const SILENT_MS = 30000;

const DOOR = say("You are signed out, so nothing is saved yet. Sign in in another tab, then press “Try now”.");
const STALE = say("You have signed in anew since this form was opened, so nothing is saved yet. Press “Try now”.");
const SILENCE = say(
  "No answer came from the server. Perhaps the form was saved: look at the studies in another tab before you press “Try now”.",
);

let showTotal = () => {};

const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

// What the server has to say to the form: {page, url, isElsewhere}; a sentence is thrown.
async function send(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  const answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(SILENT_MS) });
  const page = parsed(await answer.text());
  if (page.querySelector('form[action$="/sign-in"]')) throw new Unsent(DOOR, true);
  if (answer.status === 403 && page.querySelector('input[name="csrf_token"]')) throw new Unsent(STALE);
  if (!answer.ok && !page.getElementById(form.id)) throw new Unsent(sentenceOf(page, answer.status));
  return { page, url: answer.url, isElsewhere: answer.redirected };
}

class Unsent extends Error {
  constructor(sentence, isAtDoor = false) {
    super(sentence);
    this.isAtDoor = isAtDoor;
  }
}

function sentenceOf(page, status) {
  const said = page.querySelector("main h1 + p")?.textContent.trim();
  if (!said) return say("Nothing is saved yet: the server answered with status {status}.", { status });
  return say("Nothing is saved yet: {sentence}", { sentence: said });
}

// Why nothing was saved, over the form; the same is sent again by hand.
function tell(form, submitter, error) {
  const note = form.querySelector("[data-unsent]");
  note.querySelector("[data-unsent-why]").textContent = error instanceof Unsent ? error.message : SILENCE;
  note.querySelector("[data-unsent-door]").hidden = !error.isAtDoor;
  note.querySelector("[data-unsent-again]").onclick = () => again(form, submitter);
  note.hidden = false;
  note.scrollIntoView({ block: "nearest" });
  note.querySelector(error.isAtDoor ? "a" : "button").focus();
}

// A form's token belongs to one signing-in; any page has that of the present one.
async function again(form, submitter) {
  try {
    const answer = await fetch(document.querySelector("a.wordmark").href);
    const token = parsed(await answer.text()).querySelector('form[action$="/sign-out"] [name="csrf_token"]');
    if (token) form.elements.csrf_token.value = token.value;
  } catch {
    // The sending says what is wrong.
  }
  (submitter.hasAttribute("data-redraws") ? redrawBy : saveBy)(form, submitter);
}

function put(form, page) {
  const drawn = page.getElementById(form.id);
  if (!drawn) throw new Unsent(say("Nothing is saved yet: the answer did not come from the study's server."));
  form.replaceWith(drawn);
  showTotal();
  return drawn;
}

async function saveBy(form, submitter) {
  try {
    const { page, url, isElsewhere } = await send(form, submitter);
    if (isElsewhere && !page.getElementById(form.id)) return location.assign(url);
    put(form, page).querySelector("[data-problems]")?.focus();
  } catch (error) {
    tell(form, submitter, error);
  }
}

async function redrawBy(form, submitter) {
  const open = [...form.querySelectorAll("details[open]")].map((one) => one.id).filter(Boolean);
  try {
    const { page } = await send(form, submitter);
    const drawn = put(form, page);
    // After a move or a removal the numbers in ids mean other rows.
    if (!["move", "remove"].includes(submitter.name)) {
      for (const id of open) drawn.querySelector(`details[id="${id}"]`)?.setAttribute("open", "");
    }
    if (submitter.dataset.after) drawn.querySelector(`#${submitter.dataset.after}`)?.focus();
    else focusAfter(drawn, submitter);
  } catch (error) {
    tell(form, submitter, error);
  }
}

function focusAfter(drawn, pressed) {
  const added = pressed.name === "add" && [...drawn.querySelectorAll(`#${pressed.value} > details`)].at(-1);
  const again = [...drawn.querySelectorAll("button")].find(
    (one) => one.name === pressed.name && one.value === pressed.value,
  );
  const moved = pressed.name === "move" && drawn.querySelector("details.item[open] > summary");
  const target = (added && added.querySelector("summary")) || moved || again || drawn.querySelector("[name=add]");
  target?.focus();
}

function onSubmit(event) {
  const { target: form, submitter } = event;
  if (!form.matches("[data-design]")) return;
  const button = submitter ?? form.querySelector("button");
  // A preview opens in a window of its own.
  if (button.formTarget === "_blank") return;
  event.preventDefault();
  (button.hasAttribute("data-redraws") ? redrawBy : saveBy)(form, button);
}

// Another measure or key of strata was chosen: what belongs to it is drawn.
function onChoice({ target: select }) {
  if (!select.matches("[data-design] select[data-redraws]")) return;
  const press = document.createElement("button");
  const row = select.closest("[data-row]");
  Object.assign(press, { type: "submit", name: "redraw", value: row.dataset.row, hidden: true });
  press.dataset.redraws = "";
  press.dataset.after = select.id;
  select.form.append(press);
  redrawBy(select.form, press);
}

// `onDrawn` is called after each drawing.
export function listenToDesign(onDrawn) {
  showTotal = onDrawn;
  document.addEventListener("submit", onSubmit);
  document.addEventListener("change", onChoice);
}
