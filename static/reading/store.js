// The state of the case on the screen, and the views that draw it.

import { begin, next } from "./state.js";

let state = begin({ questions: [] });
let views = [];

export const current = () => state;

export function dispatch(event) {
  const before = state;
  state = next(state, event);
  if (state !== before) for (const draw of views) draw(state, before);
}

// A new page: what it asks, and who draws it from here on.
export function start(initial, draws) {
  state = begin(initial);
  views = draws;
  for (const draw of views) draw(state, state);
}
