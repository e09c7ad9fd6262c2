// The state of one case on the reading page: (state, event) -> state, and nothing else.
//
//   questions  what is asked, as the page says it: key, kind, prompt, required, keys, askedIf, ...
//   drafts     what was put into each question so far, asked or not (rules.js gives the forms)
//   problems   a sentence for each question that can't be sent as it is
//   lit        key of the question that shared keys answer; null where there is none
//   before     the question that was lit before the one being written
//   writing    key of the question whose text or number is being typed
//   marking    {question, picture, x, y, corner, byKey} while marks are set, in picture pixels
//   size       pixels along a side of every picture
//   names      what the pictures are called, by place
//   slots      places of the pictures; `slot` is the one turned to, `enlarged` shows it alone
//   looked     places that have been looked at
//   mustLook   whether every picture has to be looked at before the answers are sent
//   exposure   null, or where a picture shown for a set time is: due, loading, showing, over
//   isShown    whether the pictures have been on the screen
//   submission the number of the form: what has once been sent under it is not changed under it
//   reason     why an answer is corrected, as typed
//   reasonProblem  what the server said of it
//   isSent     from the first press of submit on nothing is changed: it may be stored already
//   sending    how far it has got (state-sending.js)
//   sends      what the page sends: "answers" to a case, a "step" between two, or answers "plainly",
//              which the browser itself sends
//   restored   null, or what the browser had kept of this case: "draft", "sent"
//   isUnkept   whether the browser refuses to keep drafts
//   isOver     whether the study takes no answers any more
//   isLastSaved  whether the case before was saved just now
//   sentence   what is said above the submit button, of keys and of what is missing
//
// Nothing is stored that was not lit, or its own key or control used, as the answer to that
// question; a key that is refused changes nothing but the sentence.

import { say } from "../words.js";
import {
  askedQuestions,
  emptyDraft,
  firstOpen,
  hasManyParts,
  isAnswered,
  isAsked,
  isComplete,
  nameOf,
  problemOf,
  problemsOf,
  questionOf,
  refusalOf,
  targetOf,
} from "./rules.js";
import { MARKING } from "./state-marks.js";
import { NOT_SENT, SENDING, sent } from "./state-sending.js";

export function begin({ questions, drafts = {}, problems = {}, ...given }) {
  const all = questions.map((question) => [question.key, drafts[question.key] ?? emptyDraft(question.kind)]);
  const state = {
    questions,
    drafts: Object.fromEntries(all),
    problems,
    lit: null,
    before: null,
    writing: null,
    marking: null,
    slots: [],
    names: {},
    slot: 1,
    enlarged: false,
    looked: [],
    mustLook: false,
    exposure: null,
    isShown: false,
    submission: "",
    reason: "",
    reasonProblem: "",
    isSent: false,
    sending: NOT_SENT,
    sends: "answers",
    restored: null,
    isUnkept: false,
    isOver: false,
    isLastSaved: false,
    sentence: "",
    size: 0,
    ...given,
  };
  // A correction comes with every answer given: it starts at the first.
  return { ...state, lit: firstOpen(state) ?? firstToLight(state) };
}

// Where nothing is open the light starts at the first question; a comment is lit only as the last resort.
function firstToLight(state) {
  const asked = askedQuestions(state);
  return (asked.find((question) => !["text", "marks"].includes(question.kind)) ?? asked[0])?.key ?? null;
}

const MOST_NAMED = 4; // questions named in the sentence that says what is missing

export const isOpen = (state) => state.exposure === null || state.exposure === "over";

export function next(state, event) {
  const handle = HANDLERS[event.type];
  if (!handle) throw new Error(`no such event: ${event.type}`);
  if (state.isSent && CHANGES.has(event.type)) return { ...state, sentence: LOCKED };
  if (state.isSent && !AFTER_SENDING.has(event.type)) return state;
  return handle(state, event);
}

const LOCKED = say("Nothing was changed: these answers are submitted already.");
const CHANGES = new Set(["pressed", "chose", "toggled", "typed", "marked", "unmarked", "noneSet"]);
const LOOKS = ["said", "turned", "enlarged", "shown", "looked", "exposed", "unkept", "faded"];
const AFTER_SENDING = new Set([...LOOKS, ...Object.keys(SENDING)]);

function withDraft(state, key, draft) {
  const question = questionOf(state, key);
  const drafts = { ...state.drafts, [key]: draft };
  const problems = { ...state.problems };
  if (problems[key] && !problemOf({ ...state, drafts }, question)) delete problems[key];
  return { ...state, drafts, problems, sentence: "" };
}

// The light goes on only from the question that was answered, or from one that is no longer asked.
function goOn(state, answered) {
  if (state.lit !== answered && isAsked(state, state.lit)) return state;
  const stays = isAsked(state, state.lit) ? state.lit : answered;
  return { ...state, lit: firstOpen(state) ?? stays };
}

// After a change of one part of an answer: the light stays, unless its question is gone.
function stay(state, answered) {
  return isAsked(state, state.lit) ? state : { ...state, lit: answered };
}

// `stays` where the reader is still walking through a group's answers by its own arrow keys.
function chose(state, { question: key, value, stays = false }) {
  if (!isAsked(state, key) || !isOpen(state)) return state;
  if (state.drafts[key] === value) return { ...state, sentence: "" };
  const changed = withDraft(state, key, value);
  return stays ? { ...changed, lit: key } : goOn(changed, key);
}

function toggled(state, { question: key, value }) {
  const question = questionOf(state, key);
  if (!isAsked(state, key) || !isOpen(state)) return state;
  const before = state.drafts[key];
  const now = before.includes(value)
    ? before.filter((word) => word !== value)
    : value === "none"
      ? ["none"]
      : [...before.filter((word) => word !== "none"), value];
  const order = question.keys.map((each) => each.value);
  now.sort((one, other) => order.indexOf(one) - order.indexOf(other));
  return stay(withDraft(state, key, now), key);
}

// A key of the keyboard that is not the film's: it answers, or it is refused.
function pressed(state, { key }) {
  if (!isOpen(state)) return { ...state, sentence: say("The picture comes first: press Enter to see it.") };
  const target = targetOf(state, key);
  if (!target) return { ...state, sentence: refusalOf(state, key) };
  if (target.kind === "slider") {
    return { ...withDraft(state, target.key, key), writing: target.key, before: state.lit };
  }
  const value = target.keys.find((each) => each.key === key).value;
  if (target.kind === "choices") return toggled(state, { question: target.key, value });
  return chose(state, { question: target.key, value });
}

// A text has no keys for its answers: the light passes it over, unless nothing else waits.
function moved(state, { step }) {
  const open = firstOpen(state);
  const asked = askedQuestions(state).filter(
    ({ key, kind }) => kind !== "text" || key === state.lit || key === open,
  );
  if (asked.length === 0 || !isOpen(state)) return state;
  const at = asked.findIndex((question) => question.key === state.lit);
  const to = Math.min(asked.length - 1, Math.max(0, at + step));
  return { ...state, lit: asked[to].key, sentence: "" };
}

// A text is lit by writing it, not by being passed.
function focused(state, { question }) {
  if (!isAsked(state, question) || state.lit === question) return state;
  return questionOf(state, question).kind === "text" ? state : { ...state, lit: question };
}

// The lit text, else the first without words, else the first.
function write(state) {
  const texts = askedQuestions(state).filter((question) => question.kind === "text");
  const isEmpty = ({ key }) => state.drafts[key].trim() === "";
  const target = texts.find(({ key }) => key === state.lit) ?? texts.find(isEmpty) ?? texts[0];
  return target && isOpen(state) ? entered(state, { question: target.key }) : state;
}

function entered(state, { question }) {
  if (!isAsked(state, question) || state.writing === question) return state;
  return { ...state, writing: question, before: state.lit, lit: question, sentence: "" };
}

function typed(state, { question: key, value }) {
  if (!isAsked(state, key) || !isOpen(state)) return state;
  return stay(withDraft(entered(state, { question: key }), key, value), key);
}

// A text or number is left. The light goes where an answer is waited for, never back to a comment.
function left(state, { question: key }) {
  if (state.writing !== key) return state;
  const question = questionOf(state, key);
  const wrong = state.drafts[key].trim() === "" ? "" : problemOf(state, question);
  const after = { ...state, writing: null, before: null };
  if (wrong) return { ...after, lit: key, problems: { ...state.problems, [key]: wrong } };
  if (state.lit !== key) return after;
  const before = isAsked(state, state.before) ? questionOf(state, state.before) : null;
  const back = before && before.kind !== "text" ? before.key : firstToLight(after);
  return { ...after, lit: firstOpen(after) ?? back };
}

// Enter on an answer of several parts goes on to the next question instead of sending.
export const goesOn = (state) => {
  const lit = questionOf(state, state.lit);
  const open = firstOpen(state);
  return (
    !!lit &&
    (hasManyParts(lit) || lit.kind === "slider") &&
    isAnswered(lit, state.drafts[lit.key]) &&
    !isComplete(state) &&
    open !== null &&
    open !== lit.key
  );
};

function wentOn(state) {
  return { ...state, lit: firstOpen(state) ?? state.lit, sentence: "" };
}

function submitted(state) {
  if (!isOpen(state)) return { ...state, sentence: say("Not sent: the picture comes first. Press Enter to see it.") };
  if (!state.isShown) return { ...state, sentence: say("Not sent: the image has not been shown yet.") };
  const unseen = state.mustLook ? state.slots.filter((slot) => !state.looked.includes(slot)) : [];
  if (unseen.length > 0) {
    const names = unseen.map((slot) => state.names[slot] ?? say("Picture {place}", { place: slot })).join(", ");
    return { ...state, sentence: say("Not sent yet. Look at every picture first; still to see: {names}.", { names }) };
  }
  const problems = problemsOf(state);
  const wrong = state.questions.filter((question) => problems[question.key]);
  if (wrong.length === 0) return sent({ ...state, problems });
  const more = wrong.length - MOST_NAMED;
  const named = wrong.slice(0, MOST_NAMED).map(nameOf).join(", ");
  const sentence =
    more > 0
      ? say("Not sent yet. Still missing: {named} and {more} more.", { named, more })
      : say("Not sent yet. Still missing: {named}.", { named });
  return { ...state, problems, lit: wrong[0].key, sentence };
}

function looked(state, { slot }) {
  if (!state.slots.includes(slot) || state.looked.includes(slot)) return state;
  return { ...state, looked: [...state.looked, slot] };
}

// Turn to a place, or by so many places; pictures beside each other are then shown one alone.
function turned(state, { slot, step = 0 }) {
  const to = slot ?? Math.min(state.slots.length, Math.max(1, state.slot + step));
  if (!state.slots.includes(to)) return state;
  const marking = state.marking && { ...state.marking, picture: to, corner: null };
  return { ...state, slot: to, marking };
}

function exposed(state, { stage }) {
  const isOver = stage === "over";
  const after = { ...state, exposure: stage, sentence: "" };
  return isOver ? { ...after, isShown: true, lit: firstOpen(after) ?? firstToLight(after) } : after;
}

const HANDLERS = {
  reasoned: (state, { value }) => ({ ...state, reason: value, reasonProblem: "" }),
  pressed,
  chose,
  toggled,
  moved,
  focused,
  write,
  entered,
  typed,
  left,
  wentOn,
  submitted,
  looked,
  turned,
  exposed,
  settled: (state, { question }) => (isAsked(state, question) ? goOn(state, question) : state),
  shown: (state) => ({ ...state, isShown: true }),
  enlarged: (state, { slot = state.slot, isEnlarged }) => ({ ...state, slot, enlarged: isEnlarged }),
  said: (state, { sentence }) => ({ ...state, sentence }),
  went: (state) => sent(state),
  unkept: (state) => (state.isUnkept ? state : { ...state, isUnkept: true }),
  faded: (state) => ({ ...state, isLastSaved: false }),
  ...SENDING,
  ...MARKING({ withDraft, goOn, isOpen }),
};
