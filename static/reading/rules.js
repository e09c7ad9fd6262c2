// What a draft says and what a form lacks. Pure, and the same rules as app/domain/questions.
//
// A draft is what the reader has put into one question so far, by kind: a text for scale, choice,
// side, slider and text ("" for nothing); a list of words for choices, ["none"] for the explicit
// none; {marks, none} for marks.

import { say } from "../words.js";

const MANY = new Set(["choices", "marks"]);

export const emptyDraft = (kind) =>
  kind === "choices" ? [] : kind === "marks" ? { marks: [], none: false } : "";

// A whole number as a reader writes it, its sign included; null where it is none.
export function wholeNumber(text) {
  const plain = text.trim().replace("\u2212", "-");
  return /^[+-]?[0-9]{1,6}$/.test(plain) ? Number(plain) + 0 : null;
}

export function questionOf(state, key) {
  return state.questions.find((question) => question.key === key) ?? null;
}

export function isAnswered(question, draft) {
  if (question.kind === "choices") return draft.length > 0;
  if (question.kind === "marks") return draft.none || draft.marks.length > 0;
  if (question.kind === "slider") return numberIn(question, draft) !== null;
  return draft.trim() !== "";
}

function numberIn(question, draft) {
  const number = wholeNumber(draft);
  return number !== null && number >= question.low && number <= question.high ? number : null;
}

// The answer as the condition of a later question names it.
function said(question, draft) {
  if (question.kind === "choices") return draft;
  if (question.kind === "slider") {
    const number = numberIn(question, draft);
    return number === null ? [] : [String(number)];
  }
  return question.kind === "text" || question.kind === "marks" || draft === "" ? [] : [draft];
}

export function isAsked(state, key) {
  const question = questionOf(state, key);
  if (!question) return false;
  if (!question.askedIf) return true;
  const earlier = questionOf(state, question.askedIf.question);
  if (!earlier || !isAsked(state, earlier.key)) return false;
  const answers = said(earlier, state.drafts[earlier.key]);
  return answers.some((answer) => question.askedIf.values.includes(answer));
}

export const askedQuestions = (state) =>
  state.questions.filter((question) => isAsked(state, question.key));

// What is sent: nothing of a question that is not asked, though its draft is kept.
export function answersOf(state) {
  const asked = askedQuestions(state).filter((question) =>
    isAnswered(question, state.drafts[question.key]),
  );
  return Object.fromEntries(asked.map((question) => [question.key, state.drafts[question.key]]));
}

// A question that belongs to an optional one (how sure of a finding) may be left where that one is.
function isRequired(state, question) {
  const subject = questionOf(state, question.of);
  if (!question.required || !subject || isAnswered(subject, state.drafts[subject.key])) return question.required;
  return isRequired(state, subject);
}

// What is wrong with a question as its draft stands; "" where nothing is.
export function problemOf(state, question) {
  const draft = state.drafts[question.key];
  if (question.kind === "slider" && draft.trim() !== "" && numberIn(question, draft) === null) {
    return say("Give a whole number from {low} to {high}.", { low: question.low, high: question.high });
  }
  if (question.kind === "text" && [...draft.trim()].length > question.longest) {
    const fields = { length: [...draft.trim()].length, longest: question.longest };
    return say("The text has {length} characters; please keep it within {longest}.", fields);
  }
  if (isRequired(state, question) && !isAnswered(question, draft)) return say("Please answer this question.");
  return "";
}

export function problemsOf(state) {
  const problems = {};
  for (const question of askedQuestions(state)) {
    const sentence = problemOf(state, question);
    if (sentence) problems[question.key] = sentence;
  }
  return problems;
}

export const isComplete = (state) => Object.keys(problemsOf(state)).length === 0;

// The first question that waits for an answer. A comment or marks that may be left are passed over.
export function firstOpen(state) {
  const waits = (question) =>
    !isAnswered(question, state.drafts[question.key]) &&
    (isRequired(state, question) || !["text", "marks"].includes(question.kind));
  return askedQuestions(state).find(waits)?.key ?? null;
}

// Questions whose answer has several parts: the light waits there until the reader goes on.
export const hasManyParts = (question) => MANY.has(question.kind);

const FIGURE = /^[0-9]$/;

function holdsKey(question, key) {
  if (question.kind === "slider") return FIGURE.test(key) || (key === "-" && question.low < 0);
  return question.keys.some((each) => each.key === key);
}

// Keys of a vocabulary and of a number answer only while their question is lit; so do all keys of
// a question that shares one of them: half a scale must not mean another thing than its other half.
export function answersOnlyWhenLit(state, question) {
  if (question.kind === "choices" || question.kind === "slider") return true;
  const others = state.questions.filter((other) => other !== question);
  return question.keys.some(({ key }) => key !== "" && others.some((other) => holdsKey(other, key)));
}

// The question that a key answers: the lit one if the key stands on it; else the only one it
// stands on. Questions that are not asked count too, so that a key never changes its meaning.
export function targetOf(state, key) {
  const holders = state.questions.filter((question) => holdsKey(question, key));
  const lit = holders.find((question) => question.key === state.lit);
  if (lit) return lit;
  if (holders.length !== 1 || answersOnlyWhenLit(state, holders[0])) return null;
  return isAsked(state, holders[0].key) ? holders[0] : null;
}

export const isHeld = (state, key) => state.questions.some((question) => holdsKey(question, key));

const short = (prompt) => (prompt.length > 60 ? `${prompt.slice(0, 57).trimEnd()}\u2026` : prompt);
export const nameOf = (question) => `\u201c${short(question.prompt)}\u201d`;

// What the lit question can be answered with, in words.
function waysOf(question) {
  if (question.kind === "text") return say("C to write");
  if (question.kind === "marks") return say("M to mark");
  if (question.kind === "slider") return say("0 to 9 write the number");
  const caps = question.keys.filter((each) => each.key).map((each) => each.key.toUpperCase());
  if (caps.length >= 4) return say("{first} to {last}", { first: caps[0], last: caps.at(-1) });
  return caps.reduce((before, answer) => say("{before} or {answer}", { before, answer }));
}

export function refusalOf(state, key) {
  const lit = questionOf(state, state.lit);
  const pressed = key.toUpperCase();
  if (!isHeld(state, key) || !lit) return say("{pressed} does nothing here.", { pressed });
  const fields = { pressed, question: nameOf(lit), ways: waysOf(lit) };
  return say("{pressed} was not taken. The light is on {question}: {ways}.", fields);
}
