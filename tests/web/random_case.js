// One case under a sequence of what a reader, a browser and a server may do; the pure modules alone.
//
// The server here stores the fields of a form once under its number, as the real one does. Given back is
// what the page would show after each step, what was shown when submit was accepted, and what is stored.

async ([given, steps]) => {
  const { begin, next } = await import("/static/reading/state.js");
  const { answersOf, askedQuestions, problemsOf } = await import("/static/reading/rules.js");
  const { draftOf, isWorthKeeping, restored } = await import("/static/reading/draft.js");
  const { fieldsOf } = await import("/static/reading/fields.js");
  const { statusOf } = await import("/static/reading/status.js");

  const start = begin(given);
  const served = { drafts: start.drafts, reason: start.reason };
  const stored = new Map(); // fields by number of the form
  let drawer = null; // the text that the browser keeps
  let forms = 0;
  let accepted = null; // what was shown when submit was accepted
  const copy = (value) => JSON.parse(JSON.stringify(value));

  const open = (kept) => begin({ ...given, submission: `0.${(forms += 1)}`, ...kept });
  let state = open({});

  const arrive = () => {
    if (stored.size === 0) stored.set(state.submission, copy(fieldsOf(state)));
    return stored.has(state.submission) && JSON.stringify(stored.get(state.submission)) === JSON.stringify(fieldsOf(state));
  };
  const answers = {
    saved: () => (arrive() ? { type: "stored" } : { type: "refused", why: "It was rated.", leadsOn: true }),
    // Stored, and the answer is lost on its way back.
    lost: () => (arrive(), { type: "failed", why: "no connection" }),
    down: () => ({ type: "failed", why: "trouble", askedMs: 3000 }),
    silent: () => ({ type: "failed", why: "no answer" }),
    refused: () => ({ type: "refused", why: "Please open your link." }),
    back: () => ({ type: "sentBack", problems: { [given.questions[0].key]: "Look." }, message: "" }),
    over: () => ({ type: "studyOver" }),
  };
  const said = (step) => {
    if (step.type === "submit") return { type: state.isSent ? "again" : "submitted" };
    if (step.type !== "answer") return step;
    // Nothing answers what was not asked; and the form is not sent back that is stored.
    const isAsked = state.sending.stage === "sending";
    const isMendable = step.by !== "back" || stored.size === 0;
    return isAsked && isMendable ? answers[step.by]() : { type: "faded" };
  };
  const reload = () => {
    const kept = restored(drawer, { ...given, submission: `0.${forms + 1}` });
    state = open(kept ?? {});
  };

  const shown = (step) => ({
    step,
    drafts: copy(state.drafts),
    lit: state.lit,
    writing: state.writing,
    marking: state.marking?.question ?? null,
    isSent: state.isSent,
    isOver: state.isOver ?? false,
    stage: state.sending.stage,
    isStored: state.sending.isStored,
    submission: state.submission,
    reason: state.reason,
    sentence: state.sentence,
    status: statusOf(state),
    restored: state.restored,
    asked: askedQuestions(state).map(({ key }) => key),
    problems: problemsOf(state),
    marked: Object.keys(state.problems),
    answers: copy(answersOf(state)),
    fields: copy(fieldsOf(state)),
    isKept: drawer !== null,
  });

  const trace = [shown({ type: "opened" })];
  for (const step of steps) {
    // A rated case is not served again: what a reload brings then is the next one.
    if (step.type === "reloaded" && stored.size > 0) break;
    const was = state.isSent;
    if (step.type === "reloaded") reload();
    else state = next(state, said(step));
    if (state.isSent && !was && step.type === "submit") accepted = copy(fieldsOf(state));
    if (!state.isSent) accepted = null;
    if (state.isOver || !isWorthKeeping(state, served)) drawer = null;
    else drawer = JSON.stringify(draftOf(state, state.submission, 0));
    trace.push(shown(step));
  }
  return { trace, accepted, stored: [...stored.values()] };
}
