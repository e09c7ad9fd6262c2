// What the line above the submit button says, and what of it is read aloud. Pure.
//
// While anything is under way it says so; a sentence about a key comes after it, never in its place.

import { say } from "../words.js";

const seconds = (ms) => Math.max(1, Math.ceil(ms / 1000));

// A step between two cases (a break, the way into a phase) is gone, not saved.
const WORDS = {
  answers: {
    going: say("Saving…"),
    done: say("Saved."),
    not: (why) => say("Not saved: {why}", { why }),
    now: (why) => say("Not saved yet, trying again now: {why}.", { why }),
    soon: (why, left) => say("Not saved yet, trying again in {left} s: {why}.", { why, left }),
    again: (why) => say("Not saved yet, trying again: {why}.", { why }),
  },
  step: {
    going: say("Going on…"),
    done: say("Done."),
    not: (why) => say("Not gone on: {why}", { why }),
    now: (why) => say("Not gone on yet, trying again now: {why}.", { why }),
    soon: (why, left) => say("Not gone on yet, trying again in {left} s: {why}.", { why, left }),
    again: (why) => say("Not gone on yet, trying again: {why}.", { why }),
  },
  // Answers that are stored: it is the next page that did not come.
  stored: {
    now: (why) => say("Saved. The next page has not come, trying again now: {why}.", { why }),
    soon: (why, left) => say("Saved. The next page has not come, trying again in {left} s: {why}.", { why, left }),
    again: (why) => say("Saved. The next page has not come, trying again: {why}.", { why }),
  },
};

// What is sent plainly leaves the page: the next one says what became of it.
WORDS.plainly = { ...WORDS.answers, going: "", done: "" };

// `left` is how many seconds are to be waited; null where nobody wants them counted.
function ofSending({ sending, sends }, left) {
  const { stage, tries, why, isStored } = sending;
  const words = WORDS[sends];
  const failed = isStored ? WORDS.stored : words;
  if (stage === "sending") return tries > 1 ? failed.now(why) : words.going;
  if (stage === "waiting") return left === null ? failed.again(why) : failed.soon(why, left);
  if (stage === "refused") return words.not(why);
  return stage === "stored" ? words.done : "";
}

const together = (...parts) => parts.filter(Boolean).join(" ");

// Of the case before; no longer once something is to be said of these answers.
const lastOf = (state) => (state.isLastSaved && !state.isSent ? say("Saved.") : "");

export function statusOf(state) {
  const left = seconds(state.sending.leftMs);
  return together(lastOf(state), ofSending(state, left), state.sentence);
}

// The same without the seconds that pass: nobody wants them counted aloud.
export const spokenOf = (state) => together(lastOf(state), ofSending(state, null), state.sentence);

// Not saved yet stays a trouble while it is tried again.
export const isHeldUp = ({ stage, tries }) => ["waiting", "refused"].includes(stage) || (stage === "sending" && tries > 1);

export const isTrouble = (state) => state.sentence !== "" || isHeldUp(state.sending);

const RESTORED = say(
  "These answers were kept by this browser when the page was left. Look them over before you submit.",
);
const SENT_BEFORE = say("These answers had been submitted when the page was left. They are sent again as they were.");
const UNKEPT = say(
  "This browser keeps no drafts (a private window, or its storage is full): answers that are not submitted are lost if the page is left.",
);

// What is said of the draft in the browser, above the questions, for as long as it is so: not once it is
// submitted, or was refused.
export function draftLineOf({ restored, isUnkept, isSent, sending }) {
  const isSentAgain = restored === "sent" && isSent && sending.stage !== "refused";
  const told = isSentAgain ? SENT_BEFORE : restored === "draft" && !isSent ? RESTORED : "";
  return together(told, isUnkept ? UNKEPT : "");
}
