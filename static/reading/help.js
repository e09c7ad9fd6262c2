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
  // A click on the dialog itself, and on nothing in it, is one beside its text.
  if (target.closest("[data-help]") || target === dialog()) toggleHelp();
});
