// What a page of the server's says where it did not store answers.

const textOf = (element) => element?.textContent.trim() ?? "";

// Why, where the page is a refusal; "" for any other page.
export const refusalIn = (page) => textOf(page.querySelector("#case[data-refusal] [data-why]"));

// The form sent back: what is wrong with it, and whether there is only the way to what is due. Null
// where the page has no form.
export function sentBackIn(page) {
  const form = page.querySelector("#case form[data-rate]");
  if (!form) return null;
  const problems = [...form.querySelectorAll("[data-question]")]
    .map((element) => [element.dataset.question, textOf(element.querySelector(".error"))])
    .filter(([, sentence]) => sentence !== "");
  return {
    problems: Object.fromEntries(problems),
    reasonProblem: textOf(form.querySelector("#reason-error")),
    message: textOf(form.querySelector("[data-message]")),
    leadsOn: form.querySelector("[data-lead-on]:not([hidden])") !== null,
  };
}
