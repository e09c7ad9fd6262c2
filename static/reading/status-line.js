// The line above the submit button, what of it is read aloud, and the buttons that belong to it.

import { draftLineOf, isHeldUp, isTrouble, spokenOf, statusOf } from "./status.js";
import { dispatch } from "./store.js";

const SEEN_MS = 2500; // that the case before was saved

let fading = null;

function write(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

export function drawStatus(root, state, before) {
  const line = root.querySelector("[data-save-state]");
  write(line, statusOf(state));
  line?.classList.toggle("calm", !isTrouble(state));
  write(root.querySelector("[data-save-aloud]"), spokenOf(state));
  drawWays(root, state.sending);
  drawDraftLine(root.querySelector("[data-draft-line]"), state);
  if (state === before) fade(state);
}

// Where answers wait there is one way: to send the same again, or to what is due where that is in vain.
function drawWays(root, sending) {
  const { leadsOn } = sending;
  const isHeld = isHeldUp(sending);
  const again = root.querySelector("[data-send-again]");
  if (!again) return;
  again.hidden = !isHeld || leadsOn;
  again.parentElement.querySelector("button[type='submit']").hidden = isHeld;
  for (const link of again.parentElement.querySelectorAll("a")) {
    if ("leadOn" in link.dataset) link.hidden = link.hidden && !leadsOn;
    else link.hidden = isHeld;
  }
}

function drawDraftLine(line, state) {
  if (!line) return;
  const text = draftLineOf(state);
  write(line, text);
  line.hidden = text === "";
}

function fade(state) {
  clearTimeout(fading);
  if (state.isLastSaved) fading = setTimeout(() => dispatch({ type: "faded" }), SEEN_MS);
}
