// The draft of one case as the browser keeps it until the server's receipt. Pure.
//
// It holds what the reader has put into the questions, the number of the form, and whether it was
// sent; nothing of the pictures but the marks, and nothing that the page did not show.

import { emptyDraft } from "./rules.js";
import { sentBefore } from "./state-sending.js";

const FORMAT = 1;

// How many ratings the case had when the form was served: a draft of a first answer is none of a
// correction.
export const versionOf = (submission) => submission.split(".", 1)[0];

export function draftOf(state, submission, at) {
  const { sending } = state;
  const wasSent = state.isSent && !sending.isStored;
  return {
    format: FORMAT,
    at,
    submission,
    drafts: state.drafts,
    reason: state.reason,
    sent: wasSent ? { tries: sending.tries, told: sending.told } : null,
  };
}

// Worth keeping: something was put in that the page did not come with, or it is under way.
export const isWorthKeeping = (state, served) =>
  state.isSent
    ? !state.sending.isStored
    : state.reason !== served.reason || state.questions.some(({ key }) => !isSame(state.drafts[key], served.drafts[key]));

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// What of a kept text fits the questions of this page, as part of what `begin` is given; null where
// nothing does. What can't be an answer to its question any more is left out.
export function restored(text, { questions, submission, slots, size }) {
  const kept = parsed(text);
  if (!kept || versionOf(kept.submission) !== versionOf(submission)) return null;
  const fitting = questions.filter((question) => fits(question, kept.drafts[question.key], { slots, size }));
  const isWhole = fitting.length === questions.length;
  const drafts = Object.fromEntries(fitting.map(({ key }) => [key, kept.drafts[key]]));
  const reason = typeof kept.reason === "string" ? kept.reason : "";
  const isAnything = reason !== "" || fitting.some(({ key, kind }) => !isSame(drafts[key], emptyDraft(kind)));
  if (kept.sent && isWhole) {
    const sending = sentBefore({ tries: Number(kept.sent.tries) || 1, told: toldOf(kept.sent.told) });
    return { drafts, reason, submission: kept.submission, restored: "sent", isSent: true, sending };
  }
  return isAnything ? { drafts, reason, submission, restored: "draft" } : null;
}

function parsed(text) {
  try {
    const kept = JSON.parse(text ?? "null");
    const isDraft = kept?.format === FORMAT && typeof kept.submission === "string";
    return isDraft && typeof kept.drafts === "object" && kept.drafts !== null ? kept : null;
  } catch {
    return null; // somebody else's text, or a torn one: as if there were none
  }
}

// Texts by the names of fields; null where they were not told yet.
const toldOf = (told) =>
  typeof told === "object" && told !== null && Object.values(told).every((value) => typeof value === "string")
    ? told
    : null;

function fits(question, draft, { slots, size }) {
  const values = question.keys.map((each) => each.value);
  switch (question.kind) {
    case "choices":
      return Array.isArray(draft) && draft.every((word) => values.includes(word));
    case "marks":
      return fitsMarks(question, draft, slots, size);
    case "slider":
    case "text":
      return typeof draft === "string";
    default:
      return draft === "" || values.includes(draft);
  }
}

function fitsMarks(question, draft, slots, size) {
  const isInside = (value) => Number.isFinite(value) && value >= 0 && value <= size;
  return (
    Array.isArray(draft?.marks) &&
    typeof draft.none === "boolean" &&
    draft.marks.length <= question.most &&
    draft.marks.every(
      (mark) => [mark?.x, mark?.y, mark?.width, mark?.height].every(isInside) && slots.includes(mark.picture),
    )
  );
}
