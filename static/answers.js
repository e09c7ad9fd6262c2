// Answering by keyboard. A key written on one question only (R, S) always answers that question; a
// key that several share (1 to 5) answers the active one, which carries the bright bar. The active
// question is the first still open, or the one the reader has moved to.
//
// Nothing is sent from here but by the form's own submit; an incomplete form is stopped and says
// what is missing.

const SWITCH = "negatoscope-keys";
const root = document.documentElement;

// Single-key shortcuts get in the way of speech input, so they can be turned off (WCAG 2.1.4).
const keysWanted = () => {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true; // storage refused: the keys are still there
  }
};

const keepKeys = (wanted) => {
  try {
    localStorage.setItem(SWITCH, wanted ? "on" : "off");
  } catch {
    // Holds for this page only.
  }
  root.classList.toggle("keys", wanted);
};

const form = () => document.querySelector("#case form[data-rate]");
const questions = () => [...document.querySelectorAll("#case [data-question]")];
const keyed = () => questions().filter((question) => question.dataset.kind !== "text");
const numberOf = (question) => question.querySelector("input.number");

function isWholeInRange(field) {
  const text = field.value.trim();
  if (!/^[0-9]+$/.test(text)) return false;
  return Number(text) >= Number(field.dataset.min) && Number(text) <= Number(field.dataset.max);
}

function isAnswered(question) {
  if (question.dataset.kind === "slider") return isWholeInRange(numberOf(question));
  if (question.dataset.kind === "text") return question.querySelector("textarea").value.trim() !== "";
  return question.querySelector("input:checked") !== null;
}

let active = null;

function activate(question) {
  for (const each of questions()) each.classList.toggle("active", each === question);
  active = question;
  question?.scrollIntoView({ block: "nearest" });
}

// After the last answer the bar stays where it is, so that a slip can be mended at once.
function advance(from) {
  activate(keyed().find((question) => !isAnswered(question)) ?? from);
}

function say(sentence) {
  const state = document.querySelector("#case [data-save-state]");
  if (state) state.textContent = sentence;
}

function complain(question, sentence) {
  const error = question.querySelector(".error");
  error.textContent = sentence;
  error.hidden = sentence === "";
  question.classList.toggle("missing", sentence !== "");
  if (question.matches("[role='radiogroup']")) {
    question.setAttribute("aria-invalid", String(sentence !== ""));
  } else {
    question.querySelector("[name]").setAttribute("aria-invalid", String(sentence !== ""));
  }
}

const nameOf = (question) => question.dataset.question;

function whatIsWrong(question) {
  if (question.dataset.kind === "slider" && numberOf(question).value.trim() !== "") {
    const field = numberOf(question);
    if (isWholeInRange(field)) return "";
    return `Give a whole number from ${field.dataset.min} to ${field.dataset.max}.`;
  }
  if ("required" in question.dataset && !isAnswered(question)) return "Please answer this question.";
  return "";
}

// Runs before htmx sees the submit: what is missing is said here, without a round trip.
function stopIncomplete(event) {
  if (event.target !== form()) return;
  const wrong = questions().filter((question) => {
    const sentence = whatIsWrong(question);
    complain(question, sentence);
    return sentence !== "";
  });
  if (wrong.length === 0) return say("");
  event.preventDefault();
  event.stopImmediatePropagation();
  say(`Not sent yet. Still missing: ${wrong.map(nameOf).join(", ")}.`);
  activate(wrong[0]);
  if (wrong[0].dataset.kind === "text") wrong[0].querySelector("textarea").focus();
}

const isComplete = () => questions().every((question) => whatIsWrong(question) === "");
const showCompleteness = () => form()?.classList.toggle("complete", isComplete());

// A slider that nobody has touched has no value: the field beside it is the answer.
function readySlider(question) {
  const slider = question.querySelector("input[type='range']");
  const field = numberOf(question);
  const showField = () => {
    const isSet = isWholeInRange(field);
    slider.classList.toggle("unset", !isSet);
    if (isSet) slider.value = field.value.trim();
    slider.setAttribute("aria-valuetext", isSet ? slider.value : "not set");
  };
  const take = () => {
    field.value = slider.value;
    showField();
    showCompleteness();
    complain(question, "");
  };
  slider.addEventListener("input", take);
  // A click on the very middle does not change the value, yet it is an answer.
  slider.addEventListener("click", take);
  slider.addEventListener("change", () => activate(question));
  field.addEventListener("input", showField);
  slider.hidden = false;
  showField();
}

function open() {
  active = null;
  if (!form()) return;
  for (const question of questions()) {
    if (question.dataset.kind === "slider") readySlider(question);
    const given = question.querySelector(".error:not([hidden])");
    if (given) complain(question, given.textContent);
  }
  // A correction comes with every answer given: it starts at the first.
  activate(keyed().find((question) => !isAnswered(question)) ?? keyed()[0] ?? null);
  showCompleteness();
}

// Without shift a French or Czech keyboard types signs where the figures are printed.
const keyOf = (event) => {
  if (/^[0-9]$/.test(event.key)) return event.key;
  const figure = /^Digit([0-9])$/.exec(event.code);
  if (figure && !event.shiftKey) return figure[1];
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
};

function choose(question, radio) {
  const hadFocus = question.contains(document.activeElement);
  radio.checked = true;
  if (hadFocus) radio.focus();
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

// True where the key answered something.
function answerByKey(key) {
  const holders = keyed().filter((question) => question.querySelector(`input[data-key="${CSS.escape(key)}"]`));
  const target = holders.length === 1 ? holders[0] : holders.find((question) => question === active);
  if (target) {
    choose(target, target.querySelector(`input[data-key="${CSS.escape(key)}"]`));
    return true;
  }
  if (/^[0-9]$/.test(key) && active?.dataset.kind === "slider") {
    const field = numberOf(active);
    field.focus();
    field.value = key;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  }
  if (holders.length > 1 && active) {
    // The figure would belong elsewhere: say where the bar is instead of answering out of turn.
    const caps = [...active.querySelectorAll("[data-key]")].map((each) => each.dataset.key.toUpperCase());
    say(`The bar is on ${nameOf(active)}: ${caps.join(" or ")}.`);
    return true;
  }
  return false;
}

function move(step) {
  const all = keyed();
  if (all.length === 0) return;
  const at = all.indexOf(active);
  activate(all[Math.min(all.length - 1, Math.max(0, at + step))]);
}

const isField = (element) => element.matches("input[type='text']");
let byArrow = false;

function onKey(event) {
  byArrow = event.key.startsWith("Arrow");
  if (event.defaultPrevented || event.isComposing || event.metaKey || event.altKey) return;
  const target = event.target;
  if (target.matches("textarea")) {
    if (event.key === "Escape") target.blur();
    else if (event.key === "Enter" && event.ctrlKey) form()?.requestSubmit();
    return;
  }
  if (event.ctrlKey || !document.querySelector("#case")) return;

  if (event.key === "Enter") {
    if (target.matches("button, a, summary, select")) return;
    const sender = form() ?? document.querySelector("#case form[data-continue]");
    if (!sender) return;
    event.preventDefault();
    if (event.repeat) return; // still down from the case before
    if (isField(target) && form() && isAnswered(target.closest("[data-question]")) && !isComplete()) {
      target.blur();
      advance(target.closest("[data-question]"));
      return;
    }
    sender.requestSubmit();
    return;
  }
  if (document.querySelector("#case [data-answers][inert]")) return;
  if (event.key === "Escape" && isField(target)) return void target.blur();
  if (target.matches("select")) return;
  if (!root.classList.contains("keys")) return;

  const key = keyOf(event);
  if (isField(target) && (!/^[a-z]$/.test(key) || event.key.length > 1)) return;
  if ((key === "ArrowUp" || key === "ArrowDown") && !event.shiftKey) {
    if (target.matches("input, [data-film]")) return;
    event.preventDefault();
    return move(key === "ArrowDown" ? 1 : -1);
  }
  if (event.repeat) return;
  if (answerByKey(key)) return event.preventDefault();
  if (key === "c") {
    const comment = document.querySelector("#case [data-kind='text'] textarea");
    if (!comment) return;
    event.preventDefault();
    comment.focus();
    return;
  }
  const control = document.querySelector(`#case a[data-key="${CSS.escape(key)}"]`);
  if (control) {
    event.preventDefault();
    control.click();
  }
}

function onChange(event) {
  const question = event.target.closest?.("#case [data-question]");
  if (!question || question.dataset.kind === "text") return;
  showCompleteness();
  if (whatIsWrong(question) === "") complain(question, "");
  say("");
  // Arrows walk through a group's answers: the reader is still in it.
  if (event.target.matches("input[type='radio']") && !(byArrow && question.contains(document.activeElement))) {
    advance(question);
  }
}

function onFocus(event) {
  const question = event.target.closest?.("#case [data-question]");
  if (question && event.target.matches(":focus-visible")) activate(question);
}

root.classList.toggle("keys", keysWanted());
const offer = document.querySelector("[data-keys-switch]");
if (offer) {
  const box = offer.querySelector("input");
  box.checked = keysWanted();
  box.addEventListener("change", () => keepKeys(box.checked));
  offer.hidden = false;
}

document.addEventListener("submit", stopIncomplete, true);
document.addEventListener("keydown", onKey);
document.addEventListener("change", onChange);
document.addEventListener("input", showCompleteness);
document.addEventListener("focusin", onFocus);
document.addEventListener("htmx:afterSwap", open);
open();
