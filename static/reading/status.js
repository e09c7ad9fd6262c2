// What the line above the submit button says, and what of it is read aloud. Pure.
//
// While anything is under way it says so; a sentence about a key comes after it, never in its place.

const seconds = (ms) => Math.max(1, Math.ceil(ms / 1000));

// A step between two cases (a break, the way into a phase) is gone, not saved.
const WORDS = {
  answers: { going: "Saving…", done: "Saved.", not: "Not saved" },
  step: { going: "Going on…", done: "Done.", not: "Not gone on" },
  // The next page says what became of it.
  plainly: { going: "", done: "", not: "" },
};

function ofSending({ sending, sends }, left) {
  const { stage, tries, why, isStored } = sending;
  const words = WORDS[sends];
  const not = isStored ? `${words.done} The next page has not come` : `${words.not} yet`;
  if (stage === "sending") return tries > 1 ? `${not}, trying again now: ${why}.` : words.going;
  if (stage === "waiting") return `${not}, trying again${left}: ${why}.`;
  if (stage === "refused") return `${words.not}: ${why}`;
  return stage === "stored" ? words.done : "";
}

const together = (...parts) => parts.filter(Boolean).join(" ");

export function statusOf(state) {
  const left = ` in ${seconds(state.sending.leftMs)} s`;
  return together(state.isLastSaved ? "Saved." : "", ofSending(state, left), state.sentence);
}

// The same without the seconds that pass: nobody wants them counted aloud.
export const spokenOf = (state) =>
  together(state.isLastSaved ? "Saved." : "", ofSending(state, ""), state.sentence);

export const isTrouble = (state) => state.sentence !== "" || ["waiting", "refused"].includes(state.sending.stage);

const RESTORED =
  "These answers were kept by this browser when the page was left. Look them over before you submit.";
const SENT_BEFORE = "These answers had been submitted when the page was left. They are sent again as they were.";
const UNKEPT =
  "This browser keeps no drafts (a private window, or its storage is full): answers that are not submitted are lost if the page is left.";

// What is said of the draft in the browser, above the questions.
export function draftLineOf({ restored, isUnkept }) {
  const told = restored === "sent" ? SENT_BEFORE : restored === "draft" ? RESTORED : "";
  return together(told, isUnkept ? UNKEPT : "");
}
