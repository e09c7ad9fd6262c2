// Whether the window is narrower than the study asks for. The page then shows a sentence in place of
// the case (narrow.css); the case is opened when there is room.

const link = document.querySelector("link[data-narrow]");
const narrow = link ? window.matchMedia(link.media) : null;

export const isNarrow = () => !!narrow?.matches && !!document.querySelector(".reading:not(.filmless)");

// Now, or as soon as the window is wide enough.
export function onceWide(then) {
  if (!isNarrow()) return then();
  narrow.addEventListener("change", () => onceWide(then), { once: true });
}
