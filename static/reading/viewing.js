// How the case was looked at, told beside the answers: window, film, pointer, window and level.
//
// Written into the form at the first press of submit; a repeated one keeps it, as the clock does.
// What the browser can't tell stays empty. app/domain/viewing.py reads it.

import { current } from "./store.js";

let pointer = "none";

export function resetViewing() {
  pointer = "none";
}

const rounded = (value, places) => String(Number(value.toFixed(places)));

// Screen pixels per CSS pixel: the display's own, the page's zoom and that of two fingers.
export const pixelRatio = () => window.devicePixelRatio * (window.visualViewport?.scale ?? 1);

function told(films) {
  const page = {
    width: String(window.innerWidth),
    height: String(window.innerHeight),
    pixel_ratio: rounded(pixelRatio(), 4),
    pointer,
  };
  const seen = films?.seen();
  if (!seen) return page;
  return {
    ...page,
    film_side: rounded(seen.side, 1),
    window: rounded(seen.view.width, 1),
    level: rounded(seen.view.level, 1),
    zoom: rounded(seen.reached, 3),
    inverted: seen.view.inverted ? "1" : "0",
    magnifier: seen.magnified ? "1" : "0",
  };
}

// `at` is the page at hand: its form and its films, each null where there is none.
export function listenToViewing(at) {
  const note = (event) => (pointer = event.pointerType || pointer);
  document.addEventListener("pointerdown", note, { capture: true, passive: true });
  document.addEventListener("wheel", () => (pointer = "mouse"), { capture: true, passive: true });
  document.addEventListener("submit", ({ target }) => {
    const page = at();
    if (target !== page.form) return;
    const fields = [...target.querySelectorAll("[data-viewing]")];
    if (current().isSent && fields.some((field) => field.value !== "")) return;
    const values = told(page.films);
    for (const field of fields) field.value = values[field.dataset.viewing] ?? "";
  }, true);
}
