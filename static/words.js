// The page's own words in its language. In English nothing is loaded: the words are their own keys.

const page = globalThis.document?.documentElement;
const catalogue = page?.dataset.words ? (await import(page.dataset.words)).default : {};
const plurals = new Intl.PluralRules(page?.lang || "en");

const filled = (template, fields) =>
  template.replace(/\{(\w+)\}/g, (whole, name) => (name in fields ? String(fields[name]) : whole));

// The sentence with {name} for each of `fields`, as it is written in the page's language.
export const say = (template, fields = {}) => filled(catalogue[template] ?? template, fields);

// The same where `count` decides between singular and plural.
export function sayMany(one, many, count, fields = {}) {
  const forms = catalogue[one] ?? [one, many];
  // The last form is that of most numbers; what a language has between them is for millions.
  return filled(forms.at(plurals.select(count) === "one" ? 0 : -1), { ...fields, count });
}

// A number with so many decimals, as it is written in the page's language.
export const decimal = (value, digits) =>
  value.toLocaleString(page?.lang || "en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: false,
  });
