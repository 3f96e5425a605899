// HL7 v2 as a stream of tokens: names of segments, separators as MSH-1 and MSH-2 say, escapes, and what lies between.

const DELIMITERS = /^[A-Z]{2}[A-Z0-9](.)(.{3,5})/;

export const hl7v2 = {
  name: "hl7v2",
  startState: () => ({ separators: "|^~\\&" }),
  token(stream, state) {
    if (stream.sol() && stream.match(/^[\x0b\ufeff]?[A-Z][A-Z0-9]{2}(?=.)/)) {
      const name = stream.current().slice(-3);
      const declared = ["MSH", "FHS", "BHS"].includes(name) && DELIMITERS.exec(stream.string.replace(/^[\x0b\ufeff]/, ""));
      if (declared) state.separators = declared[1] + declared[2].split(declared[1])[0];
      return "keyword";
    }
    const next = stream.next();
    if (next === state.separators[3] && stream.match(new RegExp(`^[^${escaped(state.separators[3])}]{1,80}[${escaped(state.separators[3])}]`))) return "number";
    if (state.separators.includes(next)) return "punctuation";
    stream.eatWhile((character) => !state.separators.includes(character));
    return null;
  },
};

const escaped = (character) => character.replace(/[\\\]^-]/, "\\$&");
