// The whole screen for the page, and back. Where a browser can't, the button is not there.

import { say } from "../words.js";
import { dispatch } from "./store.js";

const canFill = document.fullscreenEnabled === true;

export function toggleFullScreen() {
  const changed = document.fullscreenElement
    ? document.exitFullscreen()
    : (document.documentElement.requestFullscreen?.({ navigationUI: "hide" }) ?? Promise.reject());
  changed.catch(() => dispatch({ type: "said", sentence: say("This browser does not give the page the whole screen.") }));
}

export function drawFullScreen() {
  for (const button of document.querySelectorAll("[data-full-screen]")) {
    button.hidden = !canFill;
    button.setAttribute("aria-pressed", String(document.fullscreenElement !== null));
  }
}

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-full-screen]")) toggleFullScreen();
});
document.addEventListener("fullscreenchange", drawFullScreen);
