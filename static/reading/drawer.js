// Where drafts lie: the browser's own storage, an item for each form.
//
// The drawer is a name that the server gives to one reader's pages and to nobody else's, the same
// by every link of theirs; the token is that of the showing. Neither says anything of the case.

import { versionOf } from "./draft.js";

const PREFIX = "negatoscope-draft:";
const LONGEST_DAYS = 30; // what nobody has come back for

export function drawerOf(root, form) {
  const drawer = root?.dataset.drafts;
  if (!drawer || !form) return null;
  const { case: token, submission } = form.elements;
  return `${PREFIX}${drawer}:${token.value}:${versionOf(submission.value)}`;
}

export function readDraft(name) {
  try {
    return name && localStorage.getItem(name);
  } catch {
    return null; // storage refused
  }
}

// Says whether it is kept now.
export function keepDraft(name, draft) {
  try {
    localStorage.setItem(name, JSON.stringify(draft));
    return true;
  } catch {
    eraseDraft(name); // an older one would be taken for this
    return false;
  }
}

export function eraseDraft(name) {
  try {
    localStorage.removeItem(name);
  } catch {
    // Where nothing can be kept there is nothing to erase.
  }
}

// Whether a draft could be kept here, tried before there is one.
export function canKeep() {
  const probe = `${PREFIX}probe`;
  try {
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return true;
  } catch {
    return false;
  }
}

const names = () => Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));

// All of one reader's: the study is over for them.
export function emptyDrawer(drawer) {
  try {
    for (const name of names()) if (name.startsWith(`${PREFIX}${drawer}:`)) localStorage.removeItem(name);
  } catch {
    // As above.
  }
}

// What others left behind long ago on this device; never the open case's own, whatever the clock says.
export function sweep(except) {
  try {
    const oldest = Date.now() - LONGEST_DAYS * 24 * 3600 * 1000;
    for (const name of names()) {
      if (name !== except && !(ageOf(name) >= oldest)) localStorage.removeItem(name);
    }
  } catch {
    // As above.
  }
}

function ageOf(name) {
  try {
    return JSON.parse(localStorage.getItem(name)).at;
  } catch {
    return NaN;
  }
}
