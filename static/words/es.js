// Made by `make words`; the words are changed in app/words.
export default {};
