// Single-key shortcuts get in the way of speech input, so they can be turned off (WCAG 2.1.4).

const SWITCH = "negatoscope-keys";
const root = document.documentElement;

export const keysAreOn = () => root.classList.contains("keys");

function wanted() {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true; // storage refused: the keys are still there
  }
}

function keep(isOn) {
  try {
    localStorage.setItem(SWITCH, isOn ? "on" : "off");
  } catch {
    // Holds for this page only.
  }
  root.classList.toggle("keys", isOn);
}

root.classList.toggle("keys", wanted());
const offer = document.querySelector("[data-keys-switch]");
if (offer) {
  const box = offer.querySelector("input");
  box.checked = wanted();
  box.addEventListener("change", () => keep(box.checked));
  offer.hidden = false;
}
