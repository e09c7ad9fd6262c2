// Marks as they are seen: on the films, in the list beside, and in the field that is sent.

import { say } from "../words.js";
import { isAsked } from "./rules.js";
import { markBetween } from "./state-marks.js";
import { dispatch } from "./store.js";

const SVG = "http://www.w3.org/2000/svg";
const RADIUS = 9; // screen pixels, whatever the zoom

const elementOf = (form, key) => form.querySelector(`[data-question="${CSS.escape(key)}"]`);

function shape(name, attributes, className) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (className) element.setAttribute("class", className);
  return element;
}

// Every line twice, dark under light: seen on black and on white.
const twice = (name, attributes, className) => [
  shape(name, attributes, `${className} mark-under`),
  shape(name, attributes, className),
];

function drawMark(place, mark, number, className) {
  const { left, top, scale } = place;
  const [x, y] = [left + mark.x * scale, top + mark.y * scale];
  const isBox = mark.width > 0;
  const outline = isBox
    ? twice("rect", { x, y, width: mark.width * scale, height: mark.height * scale }, className)
    : twice("circle", { cx: x, cy: y, r: RADIUS }, className);
  if (number === null) return outline;
  const at = isBox ? { x: x + 5, y: y + 16 } : { x: x + RADIUS + 4, y: y + 5 };
  const label = shape("text", at, "mark-number");
  label.textContent = String(number);
  return [...outline, label];
}

function drawCursor(place, { x, y, corner }) {
  const [cx, cy] = [place.left + x * place.scale, place.top + y * place.scale];
  const cross = `M${cx - 14} ${cy}H${cx - 4}M${cx + 4} ${cy}H${cx + 14}M${cx} ${cy - 14}V${cy - 4}M${cx} ${cy + 4}V${cy + 14}`;
  const lines = twice("path", { d: cross }, "mark-cursor");
  if (!corner) return lines;
  const box = {
    x: Math.min(corner.x, x),
    y: Math.min(corner.y, y),
    width: Math.max(0.1, Math.abs(corner.x - x)),
    height: Math.abs(corner.y - y),
  };
  return [...drawMark(place, box, null, "mark mark-open"), ...lines];
}

// The marks of one film, under its zoom, pan and window.
export function drawMarks(films, frame, state) {
  const place = films.place(frame);
  const drawn = [];
  for (const question of state.questions) {
    const draft = state.drafts[question.key];
    if (question.kind !== "marks" || draft.none || !isAsked(state, question.key)) continue;
    const className = question.key === state.lit ? "mark" : "mark mark-dim";
    draft.marks.forEach((mark, index) => {
      if (mark.picture === frame.slot) drawn.push(...drawMark(place, mark, index + 1, className));
    });
  }
  const { rubber } = films;
  if (rubber?.slot === frame.slot && state.marking) {
    const question = state.questions.find((each) => each.key === state.marking.question);
    const mark = markBetween(question, films.size, rubber.from, rubber.to, frame.slot);
    if (mark) drawn.push(...drawMark(place, mark, null, "mark mark-open"));
  }
  if (state.marking?.byKey && state.marking.picture === frame.slot) {
    drawn.push(...drawCursor(place, state.marking));
  }
  frame.marks.replaceChildren(...drawn);
}

function described(mark, state) {
  const [x, y, width, height] = [mark.x, mark.y, mark.width, mark.height].map(Math.round);
  const place =
    mark.width > 0
      ? say("Box {width} × {height} at {x}, {y}", { width, height, x, y })
      : say("Point at {x}, {y}", { x, y });
  const name = state.names[mark.picture];
  return name ? `${name}: ${place}` : place;
}

function listItem(mark, index, state) {
  const item = document.createElement("li");
  const text = document.createElement("span");
  text.textContent = described(mark, state);
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.markRemove = String(index);
  button.textContent = say("Remove");
  const fields = { number: index + 1, mark: described(mark, state) };
  button.setAttribute("aria-label", say("Remove mark {number}: {mark}", fields));
  item.append(text, button);
  return item;
}

export function drawMarkLists(form, state, before) {
  for (const question of state.questions.filter((each) => each.kind === "marks")) {
    const element = elementOf(form, question.key);
    const draft = state.drafts[question.key];
    const isMarking = state.marking?.question === question.key;
    element.querySelector("[data-mark-tools]").hidden = false;
    const start = element.querySelector("[data-mark-start]");
    start.setAttribute("aria-pressed", String(isMarking));
    const text = isMarking ? say("Done marking") : say("Mark on the image");
    start.querySelector("[data-mark-start-text]").textContent = text;
    element.querySelector("[data-mark-how]").hidden = !isMarking;
    if (draft === before.drafts[question.key] && state !== before) continue;
    // Drafted marks are kept while "none" is ticked, but not sent.
    const sent = draft.none ? [] : draft.marks;
    element.querySelector("[data-marks-field]").value = sent.length ? JSON.stringify(sent) : "";
    const none = element.querySelector("[data-mark-none]");
    if (none) none.checked = draft.none;
    const list = element.querySelector("[data-mark-list]");
    list.replaceChildren(...sent.map((mark, index) => listItem(mark, index, state)));
  }
}

export function listenToMarkLists(form, onStart) {
  form.addEventListener("click", (event) => {
    const question = event.target.closest("[data-question]")?.dataset.question;
    const button = event.target.closest("button");
    if (!question || !button) return;
    if ("markStart" in button.dataset) onStart(question, event.detail === 0);
    else if (button.dataset.markRemove) {
      dispatch({ type: "unmarked", question, index: Number(button.dataset.markRemove) });
      // The button is gone: the way of the keyboard goes on at the one above.
      if (event.detail === 0) elementOf(form, question).querySelector("[data-mark-start]").focus();
    }
  });
  form.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-mark-none]")) return;
    const question = target.closest("[data-question]").dataset.question;
    dispatch({ type: "noneSet", question, isNone: target.checked });
  });
}
