// The help of the page at hand: every key that holds on it. While it is open no key reaches the form.

const dialog = () => document.querySelector("dialog[data-help-dialog]");

export const helpIsOpen = () => !!dialog()?.open;

export function toggleHelp() {
  const help = dialog();
  if (!help) return false;
  if (help.open) help.close();
  else help.showModal();
  return true;
}

document.addEventListener("click", ({ target }) => {
  const help = dialog();
  // A click on the dialog itself, and on nothing in it, is one beside its text.
  if (target === help || help?.contains(target.closest("[data-help]"))) help.close();
  else if (target.closest("[data-help]")) toggleHelp();
});

// Until the window is painted again a browser leaves the focus on the button that closed it, where
// Enter would open the help anew instead of submitting the case. The event does not bubble.
document.addEventListener("close", ({ target }) => {
  if (target === dialog() && target.contains(document.activeElement)) document.activeElement.blur();
}, true);
