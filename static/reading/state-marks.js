// Marks on a picture, the pure part: what may be drawn, where the keyboard's cursor is.
//
// Lengths are pixels of the picture, from its top left, to a tenth.

import { say } from "../words.js";
import { isAsked, askedQuestions, questionOf } from "./rules.js";

const SMALLEST_BOX = 2; // pixels: anything less is a click that trembled

const tenth = (value) => Math.round(value * 10) / 10;
const within = (value, most) => tenth(Math.min(most, Math.max(0, value)));

const notTaken = {
  box: say("Draw a box here: drag with the mouse, or hold Shift with the arrow keys."),
  point: say("Set a point here, not a box."),
};

// Two corners as a mark: a point where they coincide and a point is possible.
export function markBetween(question, size, from, to, picture) {
  const [x, y] = [within(Math.min(from.x, to.x), size), within(Math.min(from.y, to.y), size)];
  const width = tenth(within(Math.max(from.x, to.x), size) - x);
  const height = tenth(within(Math.max(from.y, to.y), size) - y);
  const isBox = width >= SMALLEST_BOX && height >= SMALLEST_BOX && question.shape !== "point";
  if (isBox) return { x, y, width, height, picture };
  if (question.shape === "box") return null;
  return { x: within(to.x, size), y: within(to.y, size), width: 0, height: 0, picture };
}

export const MARKING = ({ withDraft, goOn, isOpen }) => {
  // A mark between two corners; `from` equals `to` for a click.
  function marked(state, { from, to, picture }) {
    if (!state.marking) return state;
    const question = questionOf(state, state.marking.question);
    const draft = state.drafts[question.key];
    if (draft.marks.length >= question.most) {
      const sentence = say("At most {most} marks are possible; remove one first.", { most: question.most });
      return { ...state, sentence };
    }
    const mark = markBetween(question, state.size, from, to, picture);
    if (!mark) return { ...state, sentence: notTaken[question.shape] };
    const marks = [...draft.marks, mark];
    const after = withDraft(state, question.key, { marks, none: false });
    const marking = { ...after.marking, corner: null };
    return marks.length >= question.most ? ended({ ...after, marking }) : { ...after, marking };
  }

  function unmarked(state, { question: key, index }) {
    if (!isAsked(state, key)) return state;
    const draft = state.drafts[key];
    const marks = draft.marks.filter((_, place) => place !== index);
    if (marks.length === draft.marks.length) return state;
    const sentence = say("Mark {number} removed.", { number: index + 1 });
    return { ...withDraft(state, key, { ...draft, marks }), sentence };
  }

  // Marks drawn before stay drafted and come back when "none" is taken back.
  function noneSet(state, { question: key, isNone }) {
    if (!isAsked(state, key) || !isOpen(state)) return state;
    const after = withDraft({ ...state, marking: null }, key, { ...state.drafts[key], none: isNone });
    return isNone ? goOn(after, key) : after;
  }

  // The lit question of marks, else the first.
  function started(state, { question: given, picture = state.slot, byKey = false }) {
    const all = askedQuestions(state).filter((question) => question.kind === "marks");
    const wanted = given ?? state.lit;
    const question = all.find((each) => each.key === wanted) ?? all[0];
    if (!question || !isOpen(state)) return state;
    const middle = tenth(state.size / 2);
    const marking = { question: question.key, picture, x: middle, y: middle, corner: null, byKey };
    return { ...state, marking, writing: null, lit: question.key, sentence: "" };
  }

  function ended(state) {
    if (!state.marking) return state;
    return goOn({ ...state, marking: null }, state.marking.question);
  }

  function cursorMoved(state, { dx, dy, grows }) {
    if (!state.marking) return state;
    const { x, y, corner } = state.marking;
    const question = questionOf(state, state.marking.question);
    const grown = grows && question.shape !== "point";
    const marking = {
      ...state.marking,
      x: within(x + dx, state.size),
      y: within(y + dy, state.size),
      corner: grown ? (corner ?? { x, y }) : corner,
      byKey: true,
    };
    return { ...state, marking, sentence: "" };
  }

  // Enter or Space: a point, the first corner of a box, or its second.
  function cursorSet(state) {
    if (!state.marking) return state;
    const { question: key, x, y, corner, picture } = state.marking;
    const here = { x, y };
    if (corner) return marked(state, { from: corner, to: here, picture });
    if (questionOf(state, key).shape === "box") {
      return { ...state, marking: { ...state.marking, corner: here, byKey: true } };
    }
    return marked(state, { from: here, to: here, picture });
  }

  // The box begun, else the mark under the cursor, else the last one.
  function deleted(state) {
    if (!state.marking) return state;
    if (state.marking.corner) return { ...state, marking: { ...state.marking, corner: null } };
    const { question, x, y, picture, byKey } = state.marking;
    const marks = state.drafts[question].marks;
    const reach = state.size / 50;
    const isUnder = (mark) =>
      mark.picture === picture &&
      x >= mark.x - reach && x <= mark.x + mark.width + reach &&
      y >= mark.y - reach && y <= mark.y + mark.height + reach;
    const under = byKey ? marks.findLastIndex(isUnder) : -1;
    return unmarked(state, { question, index: under >= 0 ? under : marks.length - 1 });
  }

  return { marked, unmarked, noneSet, started, ended, cursorMoved, cursorSet, deleted };
};
