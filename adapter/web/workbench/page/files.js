// Files that are dropped or chosen: which text is in them, if it is text.

// What no document of any form may hold; HL7 v2 from a socket may have the marks of its frames.
const NOT_TEXT = /[\u0000-\u0008\u000e-\u001b\ufffe\uffff]/;

// The character sets that MSH-18 can name besides UTF-8, as the browser calls them.
const SETS = {
  "ISO IR14": "shift_jis",
  "ISO IR87": "iso-2022-jp",
  "ISO IR159": "iso-2022-jp",
  "GB 18030-2000": "gb18030",
  "KS X 1001": "euc-kr",
  "BIG-5": "big5",
  ...Object.fromEntries([2, 3, 4, 5, 6, 7, 8, 9, 15].map((part) => [`8859/${part}`, `iso-8859-${part}`])),
};

// Browsers read ISO 8859-1 as another set; here every byte is the character of its number.
const latin1 = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

function declaredSet(bytes) {
  const header = /^(?:\xef\xbb\xbf)?\x0b?MSH([^\r\n]*)/.exec(latin1(bytes.subarray(0, 2000)))?.[1] ?? "";
  return header.split(header[0])[17]?.split(header[2])[0].trim().toUpperCase() ?? "";
}

function textIn(bytes) {
  const set = declaredSet(bytes);
  if (set === "8859/1") return latin1(bytes);
  try {
    return new TextDecoder(SETS[set] ?? "utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

// The files as documents, and the names of those that hold no text.
export async function documentsIn(files) {
  const read = await Promise.all([...files].map(async (file) => ({ name: file.name.replaceAll(/[/\\#]/g, "-"), text: textIn(new Uint8Array(await file.arrayBuffer())) })));
  const isText = ({ text }) => text !== null && !NOT_TEXT.test(text);
  return { documents: read.filter(isText), strange: read.filter((document) => !isText(document)).map(({ name }) => name) };
}
