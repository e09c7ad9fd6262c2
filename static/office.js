// Small comforts of the investigator's pages; each page does everything without them.

import { listenToDesign } from "./design-form.js";
import { say } from "./words.js";

// Links are shown once, on the answer to a post. Under the study's own address a reload shows the
// study again and does not make another set of links.
const links = document.querySelector("[data-links]");
if (links) history.replaceState(null, "", links.dataset.links);

for (const button of document.querySelectorAll("[data-copy]")) {
  const box = document.getElementById(button.dataset.copy);
  const said = button.parentElement.querySelector("[data-copied]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    box.select();
    try {
      await navigator.clipboard.writeText(box.value.trim());
      said.textContent = say("Copied.");
    } catch {
      // No clipboard without https: the text is selected, so the keyboard can copy it.
      said.textContent = say("Selected; press Ctrl+C (⌘C) to copy.");
    }
  });
}

// How much a reader will have to read, while the numbers are being chosen: as near as can be told
// before the cases are drawn.
const SECONDS_A_CASE = 30;

const whole = (box) => (box && /^\s*\d+\s*$/.test(box.value) ? Number(box.value) : 0);

const showTotal = () => {
  const form = document.querySelector("[data-design]");
  if (!form) return;
  const box = (name) => form.elements[name];
  const drawn = [...form.querySelectorAll("[data-cases]")].reduce((sum, one) => sum + whole(one), 0);
  const own = {
    split_plot: drawn / (whole(box("allocation.groups")) || 1),
    quota: whole(box("allocation.cases_per_reader")),
  };
  const cases = own[box("allocation.scheme").value] ?? drawn;
  let answered = whole(box("replicates.count"));
  for (let phase = 1; box(`phases[${phase}].key`); phase += 1) {
    const of = (name) => box(`phases[${phase}].${name}`);
    const shown = of("cases").value === "part" ? whole(of("part_count")) : cases;
    answered += shown / (whole(of("presentation.pictures")) || 1);
  }
  const practice = whole(box("practice.count"));
  const minutes = Math.round(((answered + practice) * SECONDS_A_CASE) / 60);
  const told = { drawn, seen: Math.round(answered), practice, minutes, seconds: SECONDS_A_CASE };
  form.querySelector("[data-total]").textContent = practice
    ? say("{drawn} cases drawn; each reader sees {seen} and {practice} in practice, about {minutes} min at {seconds} s a case", told)
    : say("{drawn} cases drawn; each reader sees {seen}, about {minutes} min at {seconds} s a case", told);
};
document.addEventListener("input", showTotal);
showTotal();
listenToDesign(showTotal);

// The list of problems is where to begin.
document.querySelector("[data-problems]")?.focus();

// One open menu at a time, closed by Escape or by a click elsewhere.
const close = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
};
document.addEventListener("click", (event) => close(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open]");
  close();
  menu?.querySelector("summary").focus();
});

// A part that renews itself leaves what is in use. htmx keeps a menu with hx-preserve that it knows
// again by its id, so the others lose theirs. What has the focus is known by its id too.
let before = { focused: null, scrolled: [] };
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.shouldSwap) return;
  const focused = document.activeElement;
  for (const menu of detail.target.querySelectorAll("details[hx-preserve]")) {
    if (!menu.open && !menu.contains(focused)) menu.removeAttribute("id");
  }
  const wide = [...detail.target.querySelectorAll(".wide-table[id]")];
  before = { focused, scrolled: wide.map(({ id, scrollLeft }) => ({ id, scrollLeft })) };
});
document.addEventListener("htmx:afterSwap", () => {
  for (const { id, scrollLeft } of before.scrolled) {
    document.getElementById(id)?.scrollTo({ left: scrollLeft, behavior: "instant" });
  }
  // Not every browser moves an element without taking the focus from it.
  if (before.focused?.isConnected && document.activeElement === document.body) {
    before.focused.focus({ preventScroll: true });
  }
});
