// One case after another: what a page holds is read into the state and drawn from it.

import { resetClock, startClock } from "./clock.js";
import { Exposure } from "./exposure.js";
import { Films } from "./films.js";
import { drawFullScreen } from "./full-screen.js";
import { listenToKeys } from "./keys.js";
import { drawMarkLists, listenToMarkLists } from "./marks.js";
import { onceWide } from "./narrow.js";
import { drawQuestions, listenToQuestions, readQuestions } from "./questions.js";
import { followDraft, openDraft } from "./keeping.js";
import { followSending, isPlain, resetSending } from "./sending.js";
import { drawStatus } from "./status-line.js";
import { current, dispatch, start } from "./store.js";
import { listenToViewing, resetViewing } from "./viewing.js";

let page = { root: null, form: null, films: null, exposure: null };
let ahead = []; // holds on to the next pictures until they are shown

const rootOnPage = () => document.querySelector("#case");

function fetchAhead(addresses) {
  ahead = (addresses ?? "").split(" ").filter(Boolean).map((address) => {
    const image = new Image();
    image.src = address;
    image.decode().catch(() => {}); // only a head start: the case itself will ask again
    return image;
  });
}

function startMarking(question, byKey) {
  if (current().marking) return dispatch({ type: "ended" });
  dispatch({ type: "started", question, byKey });
  // Arrow keys are the film's now, and no button's.
  if (byKey) page.films?.visible()[0]?.box.focus({ preventScroll: true });
}

function drawPage(state, before) {
  const { root, form, films, exposure } = page;
  drawStatus(root, state, before);
  if (form) {
    drawQuestions(form, state, before);
    drawMarkLists(form, state, before);
    const isOpen = state.exposure === null || state.exposure === "over";
    form.querySelector("[data-answers]").hidden = !isOpen;
    form.querySelector("button[type='submit']").disabled = !isOpen;
  }
  films?.drawState(state);
  exposure?.draw(state);
  if (films && (state.slot !== before.slot || state.enlarged !== before.enlarged)) films.checkPainted();
}

// What of the state stands in the films' markup.
function readFilms(films) {
  if (!films) return {};
  const { exposure, exposed } = films.section.dataset;
  return {
    slots: films.frames.map((frame) => frame.slot),
    names: Object.fromEntries(films.frames.map((frame) => [frame.slot, frame.name])),
    size: films.size,
    mustLook: films.layout === "one_after_other" && exposure === undefined && exposed === undefined,
    exposure: exposure === undefined ? null : "due",
    isShown: exposed !== undefined,
  };
}

function onPainted(at, slots) {
  const { root } = page;
  startClock(at);
  dispatch({ type: "shown" });
  for (const slot of slots) dispatch({ type: "looked", slot });
  if (ahead.length === 0) fetchAhead(root.dataset.nextImages);
}

// A page without questions may show marks that were set before: they are drawn and nothing else.
function marksToShow(section) {
  if (!section?.dataset.marks) return { questions: [] };
  const shown = { key: "marks", kind: "marks", prompt: "", required: false, askedIf: null, of: null, keys: [] };
  return { questions: [shown], drafts: { marks: { marks: JSON.parse(section.dataset.marks), none: false } } };
}

function open() {
  const isLastSaved = current().sends === "answers" && current().sending.isStored;
  resetSending();
  resetClock();
  resetViewing();
  ahead = [];
  const root = rootOnPage();
  const section = root?.querySelector("[data-films]");
  page = { root, form: root?.querySelector("form[data-rate]") ?? null, films: null, exposure: null, startMarking };
  if (!root) return;
  drawFullScreen();
  page.films = section ? new Films(section) : null;
  if (section?.dataset.exposure !== undefined) page.exposure = new Exposure(page.films, startClock);
  const asked = page.form ? readQuestions(page.form) : marksToShow(section);
  const reason = page.form?.elements["correction-reason"];
  const given = {
    ...asked,
    ...readFilms(page.films),
    isShown: isShownWithoutFilm(section),
    reason: reason?.value ?? "",
    reasonProblem: page.form?.querySelector("#reason-error")?.textContent ?? "",
  };
  const draft = openDraft(root, page.form, given);
  const sends = !page.form ? "step" : isPlain(page.form) ? "plainly" : "answers";
  start({ ...given, ...draft, sends, isLastSaved }, [drawPage, followSending, followDraft]);
  if (page.form) {
    listenToQuestions(page.form);
    listenToMarkLists(page.form, startMarking);
    reason?.addEventListener("input", () => dispatch({ type: "reasoned", value: reason.value }));
  }
  const { films } = page;
  // A film that is not on the screen is not being read.
  if (films) onceWide(() => films.section.isConnected && films.watch(onPainted));
  else requestAnimationFrame((at) => startClock(at));
}

// At the end of a phase, and where a timed picture was shown before, there is nothing to wait for.
const isShownWithoutFilm = (section) => !section || section.dataset.exposed !== undefined;

document.documentElement.classList.add("scripted");
document.addEventListener("htmx:afterSwap", () => {
  open();
  // Read aloud by a screen reader, and no control holds the focus of the case before.
  rootOnPage()?.querySelector("[data-where]")?.focus({ preventScroll: true });
});
// Back from the browser's page cache: the server knows which case is due now.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
listenToKeys(() => page);
listenToViewing(() => page);
open();
