// What becomes of the answers once submit was pressed: the pure part.
//
//   stage    open      answers can be given and changed
//            sending   a request is under way
//            waiting   it failed; the same is sent again when `leftMs` has passed
//            refused   the server said why not; the reader sends it again by hand
//            stored    the server has given its receipt
//   tries    how often it was sent
//   why      a sentence: what failed, or why it was refused
//   leftMs   until the next try
//   leadsOn  whether sending it again is in vain, so that a way to what is due is offered
//   told     the fields told beside the answers (times, how the case was looked at), as they were at
//            the first press; they stay
//   isStored whether the server has acknowledged exactly these answers
//
// From the first press on no answer is changed: it may be stored already under the form's number.

import { say } from "../words.js";

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15000;
const LONGEST_ASKED_MS = 60000; // that a server may ask for

export const NOT_SENT = Object.freeze({
  stage: "open",
  tries: 0,
  why: "",
  leftMs: 0,
  leadsOn: false,
  told: null,
  isStored: false,
});

const LEFT_BEFORE = say("this page was left before the server had answered");

// Answers that had been sent when the page was left: they wait to be sent again, as they were.
export const sentBefore = ({ tries, told }) => ({
  ...NOT_SENT,
  stage: "waiting",
  tries: Math.max(1, tries),
  why: LEFT_BEFORE,
  leftMs: FIRST_WAIT_MS,
  told,
});

const waitAfter = (tries) => Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(10, tries - 1));

export const isUnsaved = ({ sending }) =>
  ["sending", "waiting", "refused"].includes(sending.stage) && !sending.isStored;

const withSending = (state, changes) => ({ ...state, sending: { ...state.sending, ...changes } });

// Submit was pressed and nothing is wrong with the answers.
export const sent = (state) => ({
  ...withSending(state, { ...NOT_SENT, stage: "sending", tries: 1 }),
  isSent: true,
  marking: null,
  writing: null,
  before: null,
  sentence: "",
});

function told(state, { fields }) {
  if (!state.isSent || state.sending.told) return state;
  return withSending(state, { told: fields });
}

function again(state) {
  if (!["waiting", "refused", "stored"].includes(state.sending.stage)) return state;
  return { ...withSending(state, { stage: "sending", tries: state.sending.tries + 1 }), sentence: "" };
}

// Nobody has said anything of the answers: no network, no server, a stranger's page. Where they are
// stored already, it is the next page that did not come.
function failed(state, { why, askedMs = 0 }) {
  if (!["sending", "stored"].includes(state.sending.stage)) return state;
  const tries = Math.max(1, state.sending.tries);
  const leftMs = Math.max(waitAfter(tries), Math.min(askedMs, LONGEST_ASKED_MS));
  return withSending(state, { stage: "waiting", tries, why, leftMs });
}

function ticked(state, { leftMs }) {
  return state.sending.stage === "waiting" ? withSending(state, { leftMs: Math.max(0, leftMs) }) : state;
}

function refused(state, { why, leadsOn = false }) {
  if (state.sending.stage !== "sending") return state;
  return withSending(state, { stage: "refused", why, leadsOn });
}

// What is said of questions that this page has not, and so has no place for.
const notMarked = (state, problems) =>
  Object.entries(problems)
    .filter(([key]) => !state.questions.some((question) => question.key === key))
    .map(([, sentence]) => sentence)
    .join(" ");

// Not stored, and the answers can be mended: they are the reader's again.
function sentBack(state, { problems, message, reasonProblem = "" }) {
  if (state.sending.stage !== "sending" || state.sending.isStored) return state;
  const named = state.questions.find((question) => problems[question.key]);
  const why = message || notMarked(state, problems) || say("please look at what is marked.");
  return {
    ...state,
    sending: NOT_SENT,
    isSent: false,
    problems,
    reasonProblem,
    lit: named?.key ?? state.lit,
    sentence: say("Not saved: {why}", { why }),
  };
}

function stored(state) {
  if (!state.isSent) return state;
  return { ...withSending(state, { stage: "stored", why: "", isStored: true }), sentence: "" };
}

// No answer is taken any more, so that no draft is kept either.
const studyOver = (state) => ({ ...state, isOver: true });

export const SENDING = { told, again, failed, ticked, refused, sentBack, stored, studyOver };
