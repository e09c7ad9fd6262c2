// The questions on the page: read once into the state, then drawn from it.

import { say } from "../words.js";
import { keysAreOn } from "./keys-switch.js";
import { answersOnlyWhenLit, isAsked, isComplete, wholeNumber } from "./rules.js";
import { current, dispatch } from "./store.js";

const elementsIn = (form) => [...form.querySelectorAll("[data-question]")];
const elementOf = (form, key) => form.querySelector(`[data-question="${CSS.escape(key)}"]`);
const boxesOf = (element) => [...element.querySelectorAll("input[data-value]")];
const fieldOf = (element) => element.querySelector("textarea, input.number");
const rangeOf = (element) => element.querySelector("input[type='range']");
const numberFrom = (text) => (text === undefined ? 0 : Number(text));

export function readQuestions(form) {
  const elements = elementsIn(form);
  const questions = elements.map(readQuestion);
  markSharedKeys(elements, questions);
  return {
    questions,
    drafts: Object.fromEntries(elements.map((each) => [each.dataset.question, readDraft(each)])),
    problems: Object.fromEntries(
      elements
        .map((each) => [each.dataset.question, each.querySelector(".error").textContent])
        .filter(([, sentence]) => sentence !== ""),
    ),
  };
}

function readQuestion(element) {
  const { question: key, kind, askedIf, askedValues, of, low, high, longest, shape, most } = element.dataset;
  return {
    key,
    kind,
    prompt: element.querySelector("[data-prompt]").textContent.trim(),
    required: "required" in element.dataset,
    of: of ?? null,
    askedIf: askedIf ? { question: askedIf, values: JSON.parse(askedValues) } : null,
    keys: boxesOf(element).map((box) => ({ key: box.dataset.key ?? "", value: box.dataset.value })),
    low: numberFrom(low),
    high: numberFrom(high),
    longest: numberFrom(longest),
    shape,
    most: numberFrom(most),
  };
}

function readDraft(element) {
  const chosen = boxesOf(element).filter((box) => box.checked);
  switch (element.dataset.kind) {
    case "choices":
      return chosen.map((box) => box.dataset.value);
    case "marks": {
      const written = element.querySelector("[data-marks-field]").value;
      const none = element.querySelector("[data-mark-none]")?.checked ?? false;
      return { marks: written ? JSON.parse(written) : [], none };
    }
    case "slider":
    case "text":
      return fieldOf(element).value;
    default:
      return chosen[0]?.dataset.value ?? "";
  }
}

// Caps of keys that count for the lit question only are shown there alone.
function markSharedKeys(elements, questions) {
  for (const [at, element] of elements.entries()) {
    element.classList.toggle("shared", answersOnlyWhenLit({ questions }, questions[at]));
  }
}

export function drawQuestions(form, state, before) {
  for (const element of elementsIn(form)) {
    const key = element.dataset.question;
    const asked = isAsked(state, key);
    element.classList.toggle("asked", asked);
    element.hidden = !asked;
    element.disabled = !asked;
    element.classList.toggle("active", key === state.lit);
    drawProblem(element, asked ? (state.problems[key] ?? "") : "");
    drawDraft(element, state.drafts[key]);
  }
  if (state.reasonProblem !== before.reasonProblem || state === before) drawReasonProblem(form, state.reasonProblem);
  form.classList.toggle("complete", isComplete(state));
  form.querySelector("[data-answers]").inert = state.isSent;
  drawFocus(form, state, before);
  if (state.lit !== before.lit || state === before) reveal(form, state.lit);
  else revealChange(form, state, before);
}

function drawProblem(element, sentence) {
  const error = element.querySelector(".error");
  error.textContent = sentence;
  error.hidden = sentence === "";
  element.classList.toggle("missing", sentence !== "");
  const group = element.matches("[role='radiogroup']");
  (group ? element : (fieldOf(element) ?? element)).setAttribute("aria-invalid", String(sentence !== ""));
}

function drawReasonProblem(form, sentence) {
  const error = form.querySelector("#reason-error");
  if (!error) return;
  error.textContent = sentence;
  error.hidden = sentence === "";
  form.elements["correction-reason"].setAttribute("aria-invalid", String(sentence !== ""));
  if (sentence) error.scrollIntoView({ block: "nearest" });
}

function drawDraft(element, draft) {
  const kind = element.dataset.kind;
  if (kind === "slider" || kind === "text") {
    const field = fieldOf(element);
    if (field.value !== draft) field.value = draft;
    if (kind === "slider") drawRange(element, draft);
    return;
  }
  if (kind === "marks") return; // marks.js draws them
  const chosen = kind === "choices" ? draft : [draft];
  for (const box of boxesOf(element)) box.checked = chosen.includes(box.dataset.value);
}

// A slider that nobody has touched has no value: the field beside it is the answer.
function drawRange(element, draft) {
  const range = rangeOf(element);
  const number = wholeNumber(draft);
  const isSet = number !== null && number >= Number(range.min) && number <= Number(range.max);
  range.hidden = false;
  range.classList.toggle("unset", !isSet);
  if (isSet) range.value = String(number);
  range.setAttribute("aria-valuetext", isSet ? String(number) : say("not set"));
}

function drawFocus(form, state, before) {
  if (state.writing === before.writing) return;
  const active = document.activeElement;
  if (state.writing === null) {
    if (active?.matches("[data-question] textarea, input.number") && form.contains(active)) active.blur();
    return;
  }
  const field = fieldOf(elementOf(form, state.writing));
  if (field === active || rangeOf(elementOf(form, state.writing)) === active) return;
  field.focus({ preventScroll: true });
  field.setSelectionRange(field.value.length, field.value.length);
}

function reveal(form, key) {
  if (key) elementOf(form, key)?.scrollIntoView({ block: "nearest" });
}

// An answer given by its own key elsewhere must be seen to have been given.
function revealChange(form, state, before) {
  const changed = state.questions.find((each) => state.drafts[each.key] !== before.drafts[each.key]);
  if (changed) reveal(form, changed.key);
}

export function listenToQuestions(form) {
  form.addEventListener("change", (event) => onChange(event));
  form.addEventListener("click", (event) => onClick(event));
  form.addEventListener("input", (event) => onInput(event));
  form.addEventListener("focusin", (event) => onFocus(event));
  form.addEventListener("focusout", (event) => onLeave(event));
}

const questionOf = (target) => target.closest("[data-question]")?.dataset.question;

// Arrows walk through a group's answers: the reader is still in it.
let walks = false;
document.addEventListener("keydown", (event) => (walks = event.key.startsWith("Arrow")), true);
document.addEventListener("pointerdown", () => (walks = false), true);

function onChange({ target }) {
  const question = questionOf(target);
  if (!question || !target.matches("[data-value]")) return;
  if (target.type === "checkbox") dispatch({ type: "toggled", question, value: target.dataset.value });
  else dispatch({ type: "chose", question, value: target.dataset.value, stays: walks });
}

function onClick(event) {
  const { target } = event;
  const question = questionOf(target);
  if (!question || event.detail === 0) return;
  if (target.type === "range") {
    // A click on the very middle does not change the value, yet it is an answer.
    dispatch({ type: "chose", question, value: target.value, stays: true });
    dispatch({ type: "settled", question });
  }
  // The mouse leaves no focus behind: arrow keys then move the light and not the answer.
  if (target.matches("[data-value], input[type='range']") && keysAreOn()) target.blur();
}

function onInput({ target }) {
  const question = questionOf(target);
  if (!question) return;
  if (target.type === "range") dispatch({ type: "chose", question, value: target.value, stays: true });
  else if (target.matches("textarea, input.number")) dispatch({ type: "typed", question, value: target.value });
}

function onFocus({ target }) {
  const question = questionOf(target);
  if (!question) return;
  if (target.matches("textarea, input.number")) dispatch({ type: "entered", question });
  else if (target.matches(":focus-visible")) dispatch({ type: "focused", question });
}

function onLeave({ target }) {
  // Another window came to the front: the field is still the one that is typed in.
  if (document.activeElement === target) return;
  if (target.matches("textarea, input.number")) dispatch({ type: "left", question: questionOf(target) });
}

// After a key that answered: focus stays on no control that the light has left.
export function leaveWhatIsNotLit(form) {
  const active = document.activeElement;
  if (!active?.matches("[data-value], input[type='range']") || !form.contains(active)) return;
  if (questionOf(active) !== current().lit) active.blur();
}
