// Small comforts of the investigator's pages; each page does everything without them.

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
      said.textContent = "Copied.";
    } catch {
      // No clipboard without https: the text is selected, so the keyboard can copy it.
      said.textContent = "Selected; press Ctrl+C (⌘C) to copy.";
    }
  });
}

// How much a reader will have to read, while the numbers are being chosen.
const SECONDS_A_CASE = 30;
const design = document.querySelector("[data-design]");
if (design) {
  const whole = (box) => (/^\s*\d+\s*$/.test(box.value) ? Number(box.value) : 0);
  const total = () => {
    const cases = [...design.querySelectorAll("[data-cases]")].reduce((sum, box) => sum + whole(box), 0);
    const practice = whole(design.elements.practice_count);
    const shown = cases + whole(design.elements.replicates_count);
    const minutes = Math.round(((shown + practice) * SECONDS_A_CASE) / 60);
    design.querySelector("[data-total]").textContent =
      `${cases} cases; each reader sees ${shown}${practice ? ` and ${practice} in practice` : ""}, ` +
      `about ${minutes} min at ${SECONDS_A_CASE} s a case`;
  };
  design.addEventListener("input", total);
  total();
}

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
