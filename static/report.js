// A report's folds, for browsers that do not open them by themselves, and all at once.

import { say } from "./words.js";

const folds = [...document.querySelectorAll(".fold > details")];

const openTarget = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = target && target.closest("details");
  if (!fold || fold.open) return;
  fold.open = true;
  target.scrollIntoView();
};

addEventListener("hashchange", openTarget);
openTarget();

// A print holds every part; afterwards the page is as it was.
let closed = [];
addEventListener("beforeprint", () => {
  closed = folds.filter((fold) => !fold.open);
  for (const fold of closed) fold.open = true;
});
addEventListener("afterprint", () => {
  for (const fold of closed) fold.open = false;
});

const button = document.querySelector("[data-unfold]");
if (button) {
  button.hidden = !folds.length;
  const name = () => {
    button.textContent = folds.every((fold) => fold.open) ? say("Close all parts") : say("Open all parts");
  };
  button.addEventListener("click", () => {
    const open = !folds.every((fold) => fold.open);
    for (const fold of folds) fold.open = open;
    name();
  });
  for (const fold of folds) fold.addEventListener("toggle", name);
  name();
}
