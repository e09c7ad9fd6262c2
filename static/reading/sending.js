// Answers that must not be lost. A submit that gets no answer is repeated with the same submission
// number until the server has said something, and the server keeps one rating for it.

import { stopClock } from "./clock.js";
import { current, dispatch } from "./store.js";

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15000;

let waitMs = FIRST_WAIT_MS;
let timer = null;
let isUnsent = false;

const SENDERS = "form[data-rate], form[data-continue]";
const senderOf = (element) => (element?.matches?.(SENDERS) ? element : null);
const say = (sentence) => dispatch({ type: "said", sentence });

export function resetSending() {
  clearTimeout(timer);
  timer = null;
  waitMs = FIRST_WAIT_MS;
  isUnsent = false;
}

// Before htmx: what is missing is said here, without a round trip.
function onSubmit(event) {
  const sender = senderOf(event.target);
  if (!sender) return;
  if (sender.matches("[data-rate]")) {
    // What has once been sent under a submission number is not changed under it.
    dispatch({ type: "submitted" });
    if (!current().isSent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    const { readingMs, hiddenMs } = stopClock();
    sender.elements.reading_time_ms.value = readingMs ?? "";
    sender.elements.hidden_time_ms.value = hiddenMs ?? "";
  }
  clearTimeout(timer);
}

function tryAgain() {
  clearTimeout(timer);
  const sender = document.querySelector("#case")?.querySelector(SENDERS);
  if (isUnsent && sender) sender.requestSubmit();
}

function keepAndRepeat(sender, why) {
  isUnsent = true;
  say(`Not saved yet: ${why}. Retrying…`);
  const button = sender.querySelector("[data-send-again]");
  button.hidden = false;
  button.onclick = tryAgain;
  clearTimeout(timer);
  timer = setTimeout(tryAgain, waitMs);
  waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
}

function onFailure(element, why) {
  const sender = senderOf(element);
  if (sender) keepAndRepeat(sender, why);
  else say(`That did not work: ${why}. Please try again.`);
}

document.addEventListener("htmx:sendError", (event) => onFailure(event.detail.elt, "no connection to the server"));
document.addEventListener("htmx:timeout", (event) => onFailure(event.detail.elt, "the server does not answer"));
document.addEventListener("htmx:responseError", (event) => onFailure(event.detail.elt, "the server has trouble"));
document.addEventListener("htmx:beforeSwap", (event) => {
  // A proxy's or a captive portal's page must not take the place of unsaved answers.
  if (!event.detail.shouldSwap || /\bid="case"/.test(event.detail.serverResponse)) return;
  event.detail.shouldSwap = false;
  onFailure(event.detail.requestConfig.elt, "the answer did not come from the study's server");
});
document.addEventListener("submit", onSubmit, true);
window.addEventListener("online", tryAgain);
window.addEventListener("beforeunload", (event) => {
  if (isUnsent) event.preventDefault();
});
