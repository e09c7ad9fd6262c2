// One case after another: the clock, the next image ahead of time, and answers that must not be lost.
//
// reading_time_ms runs from the image's first paint to the first press of submit; hidden_time_ms is
// the part of it during which the page was out of sight. Both stay empty where the browser cannot
// tell: missing stays missing. A submit that gets no answer is repeated with the same submission
// number until the server has said something, and the server keeps one rating for it.

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15000;

let shownAt = null;
let hiddenMs = 0;
let hiddenSince = null;
let sentAt = null; // the first press of submit; repeats keep its times
let waitMs = FIRST_WAIT_MS;
let timer = null;
let isUnsent = false;
let ahead = null; // holds on to the next image until it is shown

const page = () => document.querySelector("#case");
const senderOf = (element) => (element?.matches?.("form[data-rate], form[data-continue]") ? element : null);

function say(sentence) {
  const state = page()?.querySelector("[data-save-state]");
  if (state) state.textContent = sentence;
}

const painted = (image) =>
  image.decode().then(
    () =>
      new Promise((resolve) => {
        // The first frame draws, the second begins after that drawing is on the screen.
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
      }),
  );

function fetchAhead(address) {
  if (!address) return;
  ahead = new Image();
  ahead.src = address;
  ahead.decode().catch(() => {}); // only a head start: the case itself will ask again
}

function watch(image, root) {
  const failed = root.querySelector("[data-film-failed]");
  painted(image).then(
    (at) => {
      if (page() !== root) return;
      failed.hidden = true;
      shownAt = at;
      hiddenMs = 0;
      hiddenSince = null;
      fetchAhead(root.dataset.nextImage);
    },
    () => {
      if (page() === root) failed.hidden = false;
    },
  );
}

function open() {
  clearTimeout(timer);
  shownAt = hiddenSince = sentAt = timer = null;
  hiddenMs = 0;
  waitMs = FIRST_WAIT_MS;
  isUnsent = false;
  const root = page();
  const image = root?.querySelector("[data-film] img");
  if (!image) return;
  watch(image, root);
  root.querySelector("[data-film-again]").addEventListener("click", () => {
    root.querySelector("[data-film-failed]").hidden = true;
    const address = image.getAttribute("src");
    image.removeAttribute("src");
    image.src = address;
    watch(image, root);
  });
}

function onVisibility() {
  if (shownAt === null || sentAt !== null) return;
  if (document.hidden) hiddenSince = performance.now();
  else if (hiddenSince !== null) {
    hiddenMs += performance.now() - hiddenSince;
    hiddenSince = null;
  }
}

// Before htmx, after answers.js: the form is complete.
function onSubmit(event) {
  const sender = senderOf(event.target);
  if (!sender) return;
  if (sender.matches("[data-rate]")) {
    if (shownAt === null) {
      event.preventDefault();
      event.stopImmediatePropagation();
      say("Not sent: the image has not been shown yet.");
      return;
    }
    if (sentAt === null) {
      sentAt = performance.now();
      sender.elements.reading_time_ms.value = Math.round(sentAt - shownAt);
      sender.elements.hidden_time_ms.value = Math.round(hiddenMs);
    }
    // What has once been sent under a submission number is not changed under it.
    sender.querySelector("[data-answers]").inert = true;
  }
  clearTimeout(timer);
}

function tryAgain() {
  clearTimeout(timer);
  const sender = page()?.querySelector("form[data-rate], form[data-continue]");
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

function onFailure(event, why) {
  const sender = senderOf(event.detail.elt);
  if (sender) keepAndRepeat(sender, why);
  else say(`That did not work: ${why}. Please try again.`);
}

document.addEventListener("htmx:sendError", (event) => onFailure(event, "no connection to the server"));
document.addEventListener("htmx:timeout", (event) => onFailure(event, "the server does not answer"));
document.addEventListener("htmx:responseError", (event) => onFailure(event, "the server has trouble"));
document.addEventListener("htmx:beforeSwap", (event) => {
  // A proxy's or a captive portal's page must not take the place of unsaved answers.
  if (!event.detail.shouldSwap || /\bid="case"/.test(event.detail.serverResponse)) return;
  event.detail.shouldSwap = false;
  onFailure({ detail: { elt: event.detail.requestConfig.elt } }, "the answer did not come from the study's server");
});
document.addEventListener("htmx:afterSwap", () => {
  open();
  // Read aloud by a screen reader, and no control holds the focus of the case before.
  page()?.querySelector("[data-where]")?.focus({ preventScroll: true });
});

document.addEventListener("submit", onSubmit, true);
document.addEventListener("visibilitychange", onVisibility);
window.addEventListener("online", tryAgain);
window.addEventListener("beforeunload", (event) => {
  if (isUnsent) event.preventDefault();
});
// Back from the browser's page cache: the server knows which case is due now.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
open();
