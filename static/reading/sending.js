// What the state says of sending is done here, and what comes back is told to the state.
//
// Answers stay on the screen until the server has given a receipt for exactly these. A submit that gets
// no answer is repeated with the same number, and the server keeps one rating for it. A refusal (a link
// withdrawn, a study closed) is said over the form, and repeated by hand only. Nothing that the server
// answers with a status of 400 or more ever takes the place of what is on the screen.

import { say } from "../words.js";
import { stopClock } from "./clock.js";
import { fieldsOf, isAnswerField } from "./fields.js";
import { formDigest, formOf } from "./receipt.js";
import { refusalIn, sentBackIn } from "./refusal.js";
import { isUnsaved } from "./state-sending.js";
import { current, dispatch } from "./store.js";

const TICK_MS = 250;
const SILENT_MS = 12000; // longer than htmx waits: whatever becomes of its request, it is said

const SENDERS = "form[data-rate], form[data-continue]";
const senderOf = (element) => (element?.matches?.(SENDERS) ? element : null);
const senderOnPage = () => document.querySelector("#case")?.querySelector(SENDERS) ?? null;
const isOfServer = (html) => new DOMParser().parseFromString(html, "text/html").querySelector("#case") !== null;
const NOT_OURS = say("the answer did not come from the study's server");

const NAMES_OF_FORM = new Set(["csrf_token", "case", "submission"]);

let timer = null;
let digest = ""; // of the form that was sent last

export function resetSending() {
  clearTimeout(timer);
  digest = "";
}

// The timers follow the state: a countdown while it waits, a limit while it sends.
export function followSending(state, before) {
  const { stage, tries } = state.sending;
  if (state !== before && stage === before.sending.stage && tries === before.sending.tries) return;
  clearTimeout(timer);
  if (stage === "waiting") countDown(performance.now(), state.sending.leftMs);
  if (stage === "sending" && state.sends !== "plainly") timer = setTimeout(giveUp, SILENT_MS);
}

// Against the browser's steady clock: the wall's may be set meanwhile.
function countDown(since, waitMs) {
  timer = setTimeout(() => {
    const leftMs = since + waitMs - performance.now();
    if (leftMs <= 0) return tryAgain();
    dispatch({ type: "ticked", leftMs });
    countDown(since, waitMs);
  }, TICK_MS);
}

function giveUp() {
  window.htmx.trigger(senderOnPage(), "htmx:abort");
  dispatch({ type: "failed", why: say("the server does not answer") });
}

function tryAgain() {
  if (["waiting", "refused"].includes(current().sending.stage)) senderOnPage()?.requestSubmit();
}

// A preview's form leads on and sends nothing to a study; where htmx did not load, the browser sends.
export const isPlain = (sender) => !window.htmx || !sender.hasAttribute("hx-post");

// Before htmx: what is missing is said here, without a round trip.
function onSubmit(event) {
  const sender = senderOf(event.target);
  if (!sender) return;
  if (isPlain(sender)) return submitPlainly(event);
  const before = current();
  if (before.isSent) dispatch({ type: "again" });
  else dispatch({ type: sender.matches("[data-rate]") ? "submitted" : "went" });
  const { stage, tries } = current().sending;
  if (stage !== "sending" || tries <= before.sending.tries) stop(event);
  else if (sender.matches("[data-rate]")) takeTimes(sender);
}

function submitPlainly(event) {
  if (!event.target.matches("[data-rate]")) return;
  dispatch({ type: "submitted" });
  if (!current().isSent) stop(event);
}

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function takeTimes(form) {
  const { readingMs, hiddenMs } = stopClock();
  form.elements.reading_time_ms.value = readingMs ?? "";
  form.elements.hidden_time_ms.value = hiddenMs ?? "";
}

// The fields as they go over the line: the answers are the state's, whatever the controls say, and what
// is told beside them is that of the first press.
function onRequest({ detail }) {
  if (!detail.elt.matches?.("form[data-rate]")) return;
  const { formData } = detail;
  const state = current();
  for (const name of [...formData.keys()]) if (isAnswerField(state.questions, name)) formData.delete(name);
  const beside = [...formData].filter(([name]) => !NAMES_OF_FORM.has(name));
  dispatch({ type: "told", fields: Object.fromEntries(beside) });
  for (const [name, value] of Object.entries(current().sending.told)) formData.set(name, value);
  formData.set("submission", state.submission);
  for (const [name, value] of fieldsOf(state)) formData.append(name, value);
  digest = formDigest(formData);
}

// Nothing but the form itself is asked for while its answers are not saved; where sending them again is
// in vain, the reader may go on to what is due.
function onOtherRequest(event) {
  const { elt } = event.detail;
  const state = current();
  if (!isUnsaved(state) || senderOf(elt)) return;
  if (state.sending.leadsOn && elt.matches("[data-lead-on]")) return;
  event.preventDefault();
  dispatch({ type: "said", sentence: say("These answers come first.") });
}

function onFailure(element, why, askedMs = 0) {
  const isSender = senderOf(element) !== null || current().sending.isStored;
  if (isSender) dispatch({ type: "failed", why, askedMs });
  else dispatch({ type: "said", sentence: say("That did not work: {why}. Please try again.", { why }) });
}

// Before htmx looks at an answer. What is refused or not confirmed is not given to it.
function onAnswer(event) {
  const { elt, xhr } = event.detail;
  if (xhr.status >= 500 || xhr.status === 429) return; // a failure, which htmx tells of
  if (xhr.status >= 400) {
    event.preventDefault();
    onRefusal(elt, xhr);
  } else if (senderOf(elt)?.matches("[data-rate]") && !isAcknowledged(xhr)) event.preventDefault();
}

function isAcknowledged(xhr) {
  const confirmed = formOf(xhr.getResponseHeader("Receipt"));
  if (confirmed !== "" && confirmed === digest) {
    // Stored: what comes next may fail without a word about these answers.
    dispatch({ type: "stored" });
    return true;
  }
  const isOurs = confirmed !== "" || isOfServer(xhr.responseText);
  const why = isOurs ? say("the server has not confirmed these answers") : NOT_OURS;
  dispatch({ type: "failed", why });
  return false;
}

function onRefusal(elt, { responseText, status }) {
  const page = new DOMParser().parseFromString(responseText, "text/html");
  const sentBack = sentBackIn(page);
  const told = sentBack?.message || refusalIn(page);
  const why = told || say("the server answered with status {status}", { status });
  const isNextPage = current().sending.isStored;
  if (!senderOf(elt)) {
    dispatch({ type: "said", sentence: isNextPage ? why : say("That did not work: {why}", { why }) });
  } else if (!sentBack && !refusalIn(page)) onFailure(elt, NOT_OURS);
  else if (sentBack && !sentBack.leadsOn) dispatch({ type: "sentBack", ...sentBack });
  else dispatch({ type: "refused", why, leadsOn: sentBack?.leadsOn ?? false });
  if (page.querySelector("[data-drafts-over]")) dispatch({ type: "studyOver" });
}

// A proxy's or a captive portal's page must not take the place of a case.
function onSwap(event) {
  if (!event.detail.shouldSwap || isOfServer(event.detail.serverResponse)) return;
  event.detail.shouldSwap = false;
  onFailure(event.detail.requestConfig.elt, NOT_OURS);
}

const secondsAsked = (xhr) => {
  const asked = xhr?.getResponseHeader("Retry-After") ?? "";
  return /^[0-9]{1,4}$/.test(asked) ? Number(asked) : 0;
};

document.addEventListener("htmx:configRequest", onRequest);
document.addEventListener("htmx:beforeRequest", onOtherRequest);
document.addEventListener("htmx:beforeOnLoad", onAnswer);
document.addEventListener("htmx:beforeSwap", onSwap);
document.addEventListener("htmx:sendError", (event) => onFailure(event.detail.elt, say("no connection to the server")));
document.addEventListener("htmx:timeout", (event) => onFailure(event.detail.elt, say("the server does not answer")));
document.addEventListener("htmx:responseError", ({ detail }) =>
  onFailure(detail.elt, say("the server has trouble"), 1000 * secondsAsked(detail.xhr)),
);
document.addEventListener("submit", onSubmit, true);
document.addEventListener("click", (event) => event.target.closest("[data-send-again]") && tryAgain());
window.addEventListener("online", () => current().sending.stage === "waiting" && tryAgain());
window.addEventListener("beforeunload", (event) => {
  if (isUnsaved(current()) && current().sends !== "plainly") event.preventDefault();
});
