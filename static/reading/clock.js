// How long a case is read.
//
// From the first paint of its pictures to the first press of submit, and the part of it during
// which the page was out of sight. Both stay unknown where the browser cannot tell: missing stays
// missing.

let shownAt = null;
let hiddenMs = 0;
let hiddenSince = null;
let stoppedAt = null;

export function resetClock() {
  shownAt = hiddenSince = stoppedAt = null;
  hiddenMs = 0;
}

export function startClock(at) {
  if (shownAt !== null) return;
  shownAt = at;
  hiddenSince = document.hidden ? at : null;
}

// The first press of submit; a repeated one keeps its times. Null for what is not known.
export function stopClock() {
  if (stoppedAt === null) {
    stoppedAt = performance.now();
    if (hiddenSince !== null) hiddenMs += stoppedAt - hiddenSince;
  }
  if (shownAt === null) return { readingMs: null, hiddenMs: null };
  return { readingMs: Math.round(stoppedAt - shownAt), hiddenMs: Math.round(hiddenMs) };
}

document.addEventListener("visibilitychange", () => {
  if (shownAt === null || stoppedAt !== null) return;
  if (document.hidden) hiddenSince = performance.now();
  else if (hiddenSince !== null) {
    hiddenMs += performance.now() - hiddenSince;
    hiddenSince = null;
  }
});
