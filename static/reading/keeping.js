// The draft of the open case: taken from the browser's drawer when its page opens, put back with every
// change, erased on the server's receipt and where the study is over.

import { draftOf, isWorthKeeping, restored } from "./draft.js";
import { canKeep, drawerOf, emptyDrawer, eraseDraft, keepDraft, readDraft, sweep } from "./drawer.js";
import { dispatch } from "./store.js";

let place = null; // where the open case's draft lies; null where none is kept
let drawer = "";
let served = { drafts: {}, reason: "" }; // what the page came with

// What the state begins with beyond what the page says.
export function openDraft(root, form, given) {
  drawer = root.dataset.drafts ?? "";
  if ("draftsOver" in root.dataset) emptyDrawer(drawer);
  place = drawerOf(root, form);
  served = { drafts: given.drafts ?? {}, reason: given.reason ?? "" };
  sweep(place);
  if (!form) return {};
  const submission = form.elements.submission.value;
  if (!place) return { submission };
  const kept = restored(readDraft(place), { ...given, submission });
  if (!kept) return { submission, isUnkept: !canKeep() };
  form.elements.submission.value = kept.submission;
  // A reason stands on the page of a correction only.
  const control = form.elements["correction-reason"];
  if (control) control.value = kept.reason;
  return kept;
}

export function followDraft(state, before) {
  if (!place || (state !== before && !isChanged(state, before))) return;
  if (state.isOver) emptyDrawer(drawer);
  else if (!isWorthKeeping(state, served)) eraseDraft(place);
  else if (!keepDraft(place, draftOf(state, state.submission, Date.now()))) dispatch({ type: "unkept" });
}

const isChanged = (state, before) =>
  state.drafts !== before.drafts ||
  state.reason !== before.reason ||
  state.isOver !== before.isOver ||
  state.sending.stage !== before.sending.stage ||
  state.sending.told !== before.sending.told;

// Given up knowingly: what is due is gone on with, or a correction is left as it was.
document.addEventListener("click", (event) => {
  if (place && event.target.closest("[data-drop-draft]")) eraseDraft(place);
});
