// Answers that must not be lost. They stay on the screen until the server has given a receipt for
// exactly these answers, or has sent them back in a page of its own.
//
// A submit that gets no answer is repeated with the same submission number, and the server keeps one
// rating for it. A refusal (a link withdrawn, a study closed) is said, and repeated by hand only.

import { stopClock } from "./clock.js";
import { formDigest, formOf } from "./receipt.js";
import { current, dispatch } from "./store.js";

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15000;

let waitMs = FIRST_WAIT_MS;
let timer = null;
let isUnsent = false;
let digest = ""; // of the answers that were sent last

const SENDERS = "form[data-rate], form[data-continue]";
const senderOf = (element) => (element?.matches?.(SENDERS) ? element : null);
const say = (sentence) => dispatch({ type: "said", sentence });

export function resetSending() {
  clearTimeout(timer);
  timer = null;
  waitMs = FIRST_WAIT_MS;
  isUnsent = false;
  digest = "";
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

function keep(sender, sentence) {
  isUnsent = true;
  say(sentence);
  const button = sender.querySelector("[data-send-again]");
  button.hidden = false;
  button.onclick = tryAgain;
  clearTimeout(timer);
}

function keepAndRepeat(sender, why) {
  keep(sender, `Not saved yet: ${why}. Retrying…`);
  timer = setTimeout(tryAgain, waitMs);
  waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
}

function onFailure(element, why) {
  const sender = senderOf(element);
  if (sender) keepAndRepeat(sender, why);
  else say(`That did not work: ${why}. Please try again.`);
}

// The fields as they go over the line.
function onRequest(event) {
  if (event.detail.elt.matches?.("form[data-rate]")) digest = formDigest(event.detail.formData);
}

// Nothing but the form itself is asked for while its answers are not saved.
function onOtherRequest(event) {
  if (!isUnsent || senderOf(event.detail.elt)) return;
  event.preventDefault();
  say("Not saved yet: these answers come first. Press “Try now”, or reload the page to give them up.");
}

// Says whether htmx may go on with an answer of the server's.
function isAcknowledged(sender, answer) {
  if (answer.status < 200 || answer.status > 299) return true; // a refusal, which onAnswer looks at
  if (formOf(answer.getResponseHeader("Receipt")) !== digest) {
    keepAndRepeat(sender, "the server has not confirmed these answers");
    return false;
  }
  // Stored: what comes next may fail without a word about these answers.
  isUnsent = false;
  return true;
}

document.addEventListener("htmx:configRequest", onRequest);
document.addEventListener("htmx:beforeRequest", onOtherRequest);
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const sender = senderOf(event.detail.elt);
  if (sender?.matches("[data-rate]") && !isAcknowledged(sender, event.detail.xhr)) event.preventDefault();
});
document.addEventListener("htmx:sendError", (event) => onFailure(event.detail.elt, "no connection to the server"));
document.addEventListener("htmx:timeout", (event) => onFailure(event.detail.elt, "the server does not answer"));
document.addEventListener("htmx:responseError", (event) => onFailure(event.detail.elt, "the server has trouble"));
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.shouldSwap) return;
  const { serverResponse: html, requestConfig } = event.detail;
  const next = new DOMParser().parseFromString(html, "text/html").querySelector("#case");
  const sender = senderOf(requestConfig.elt);
  if (!next) {
    // A proxy's or a captive portal's page must not take the place of unsaved answers.
    event.detail.shouldSwap = false;
    onFailure(requestConfig.elt, "the answer did not come from the study's server");
  } else if (sender?.matches("[data-rate]") && next.matches("[data-refusal]")) {
    event.detail.shouldSwap = false;
    keep(sender, `Not saved: ${next.querySelector("[data-why]").textContent}`);
  }
});
document.addEventListener("submit", onSubmit, true);
window.addEventListener("online", tryAgain);
window.addEventListener("beforeunload", (event) => {
  if (isUnsent) event.preventDefault();
});
