// The fields that say the answers of a state, as the server reads them. Pure.
//
// They are sent instead of what stands in the page's controls: what was lit and shown is stored, and
// nothing that another hand (a browser's autofill, an extension) has put there.

import { askedQuestions } from "./rules.js";

// What app/domain/questions names a field: the question's key, or key.word for one of several.
const FIELDS = {
  choices: (key, words) => words.map((word) => [`${key}.${word}`, "yes"]),
  marks: (key, { marks, none }) => [
    [key, none || marks.length === 0 ? "" : JSON.stringify(marks)],
    ...(none ? [[`${key}.none`, "yes"]] : []),
  ],
  text: (key, written) => [[key, written]],
  slider: (key, written) => [[key, written]],
};
const chosen = (key, value) => (value === "" ? [] : [[key, value]]);

// A text is left as a textarea would send it: its lines end as the browser's do.
export function fieldsOf(state) {
  return askedQuestions(state).flatMap(({ key, kind }) => (FIELDS[kind] ?? chosen)(key, state.drafts[key]));
}

// Whether a form's field belongs to one of these questions.
export const isAnswerField = (questions, name) =>
  questions.some(({ key }) => name === key || name.startsWith(`${key}.`));
