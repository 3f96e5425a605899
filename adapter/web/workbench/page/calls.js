// Calls of the service as commands that can be copied. Documents and drafts are files there, by their names.

const quoted = (text) => `'${String(text).replaceAll("'", `'\\''`)}'`;
const address = (path) => quoted(new URL(path, location.href));
const WITH_JSON = "curl -H 'Content-Type: application/json' -d";

export const curlOf = (path) => `curl ${address(path)}`;

export const curlWithFiles = (path, names) => `curl ${names.map((name) => `-F ${quoted(`document=@${name}`)}`).join(" ")} ${address(path)}`;

export const curlWithJson = (path, body) => `${WITH_JSON} ${quoted(JSON.stringify(body))} ${address(path)}`;

// A call whose JSON has the texts of files in it: jq puts them there, each by the name that `bodyOf` is given for it.
export function curlWithTexts(path, names, bodyOf) {
  const files = names.map((name, place) => `--rawfile text${place} ${quoted(name)}`).join(" ");
  return `jq -n ${files} ${quoted(bodyOf(names.map((_name, place) => `$text${place}`)))} | ${WITH_JSON} @- ${address(path)}`;
}
