// The keyboard: which key means what, in this order: a text that is typed, marks that are set, the
// questions, the films, the page. A key that means nothing says so.

import { toggleFullScreen } from "./full-screen.js";
import { helpIsOpen, toggleHelp } from "./help.js";
import { keysAreOn } from "./keys-switch.js";
import { isNarrow } from "./narrow.js";
import { leaveWhatIsNotLit } from "./questions.js";
import { isHeld, questionOf, targetOf } from "./rules.js";
import { goesOn, isOpen } from "./state.js";
import { current, dispatch } from "./store.js";

const CURSOR_STEPS = 64; // key presses across a picture that is not zoomed

// Without shift a French or Czech keyboard types signs where the figures are printed.
const keyOf = (event) => {
  if (/^[0-9]$/.test(event.key)) return event.key;
  const figure = /^Digit([0-9])$/.exec(event.code);
  if (figure && !event.shiftKey) return figure[1];
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
};

const isField = (element) => element.matches("input[type='text']");
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// `at` is the page at hand: its form, its films and its exposure, each null where there is none.
export function listenToKeys(at) {
  document.addEventListener("keydown", (event) => onKey(event, at()));
}

function onKey(event, page) {
  if (event.defaultPrevented || event.isComposing || event.metaKey || event.altKey) return;
  if (!page.root || isNarrow()) return;
  if (helpIsOpen()) {
    if (event.key === "?") toggleHelp();
    return; // Esc closes it by itself, and nothing else is meant for the form
  }
  const { target } = event;
  if (target.matches("textarea")) {
    // The reason of a correction belongs to no question.
    if (event.key === "Escape" && !target.closest("[data-question]")) target.blur();
    else if (event.key === "Escape") dispatch({ type: "left", question: current().writing });
    else if (event.key === "Enter" && event.ctrlKey) page.form?.requestSubmit();
    return;
  }
  if (event.ctrlKey || target.matches("select")) return;
  if (markingKey(event, page) || enterKey(event, page) || escapeKey(event, page)) {
    event.preventDefault();
    return;
  }
  if (event.key === "Enter" || event.key === "Tab") return;
  if (page.form && answerKey(event, page)) event.preventDefault();
  else if (isField(target) && !/^[a-z]$/i.test(event.key)) return;
  else if (page.films?.key(event)) event.preventDefault();
  else if (keysAreOn() && !event.repeat && (roomKey(event) || pageKey(event, page))) event.preventDefault();
}

// True where the key was used, here and below.
function markingKey(event, page) {
  const { marking, isSent } = current();
  if (!marking || isSent || isField(event.target)) return false;
  const onControl = event.target.matches("button, a, summary, input");
  const arrow = ARROWS[event.key];
  if (arrow && !event.target.matches("input")) {
    const step = page.films.size / CURSOR_STEPS / page.films.view.zoom;
    dispatch({ type: "cursorMoved", dx: arrow[0] * step, dy: arrow[1] * step, grows: event.shiftKey });
  } else if (event.key === "Delete" || event.key === "Backspace") dispatch({ type: "deleted" });
  else if (event.key === "Escape") dispatch({ type: "ended" });
  else if (["Enter", " "].includes(event.key) && marking.byKey && !onControl) {
    if (!event.repeat) dispatch({ type: "cursorSet" });
  } else return false;
  return true;
}

function enterKey(event, page) {
  const { target } = event;
  if (event.key !== "Enter" || target.matches("button, a, summary")) return false;
  const sender = page.form ?? page.root.querySelector("form[data-continue]");
  if (!sender) return false;
  if (event.repeat) return true; // still down from the case before
  const state = current();
  if (page.exposure && ["due", "failed"].includes(state.exposure)) page.exposure.run();
  else if (page.form && !state.isSent && goesOn(state)) {
    if (isField(target)) target.blur();
    dispatch({ type: "wentOn" });
  } else sender.requestSubmit();
  return true;
}

// What the page does apart from its case.
function roomKey(event) {
  if (event.key === "?") return toggleHelp();
  if (event.key !== "f" && event.key !== "F") return false;
  toggleFullScreen();
  return true;
}

function escapeKey(event, page) {
  if (event.key !== "Escape") return false;
  const { writing, enlarged, slot } = current();
  if (writing) dispatch({ type: "left", question: writing });
  else if (page.films?.magnifier.isOn) page.films.magnify();
  else if (enlarged) dispatch({ type: "enlarged", slot, isEnlarged: false });
  else return false;
  return true;
}

function answerKey(event, page) {
  if (!keysAreOn()) return false;
  const { target } = event;
  const state = current();
  const key = keyOf(event);
  // In a number's field only letters are keys; all else is typed.
  if (isField(target) && (!/^[a-z]$/.test(key) || event.key.length > 1)) return false;
  if (ARROWS[key]) return arrowKey(event, state, page);
  if (!isHeld(state, key) || (key === "-" && !targetOf(state, key))) return false;
  if (event.repeat) return true;
  dispatch({ type: "pressed", key });
  leaveWhatIsNotLit(page.form);
  return true;
}

function arrowKey(event, state, page) {
  if (event.shiftKey || event.target.matches("input, [data-film], [data-scrolls]")) return false;
  const lit = questionOf(state, state.lit);
  if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    dispatch({ type: "moved", step: event.key === "ArrowDown" ? 1 : -1 });
    leaveWhatIsNotLit(page.form);
    return true;
  }
  // Of a pair, the arrows point to the picture that is meant.
  if (lit?.kind !== "side" || state.slots.length !== 2 || event.repeat) return false;
  dispatch({ type: "pressed", key: event.key === "ArrowLeft" ? "1" : "2" });
  leaveWhatIsNotLit(page.form);
  return true;
}

const mayWrite = () => isOpen(current()) && !current().isSent;

function pageKey(event, page) {
  const key = keyOf(event);
  const link = page.root.querySelector(`a[data-key="${CSS.escape(key)}"]`);
  const kinds = current().questions.map((question) => question.kind);
  if (link && !current().isSent) link.click();
  else if (!page.form || key.length > 1 || key === " ") return false;
  else if (key === "c" && kinds.includes("text") && mayWrite()) dispatch({ type: "write" });
  else if (key === "m" && kinds.includes("marks") && mayWrite()) page.startMarking(null, true);
  else dispatch({ type: "pressed", key });
  return true;
}
